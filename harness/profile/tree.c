#include "harness/profile/tree.h"

#include "harness/base/str.h"
#include "harness/base/io.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

enum { DEEPEST = 64 };

static bool walk(pid_t pid, int depth, tree_visit *visit, void *context, struct err *e);

static bool walk_children(pid_t pid, pid_t thread, int depth, tree_visit *visit, void *context,
                          struct err *e)
{
    char path[80];
    struct text children = {0};
    struct err gone;
    bool ok = true;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)thread);
    if (io_read_file(path, &children, &gone) && children.n > 0) {
        struct str rest = {children.p, children.n};
        while (ok && rest.p) {
            long child;
            if (str_to_long(str_cut(&rest, ' '), &child))
                ok = walk((pid_t)child, depth + 1, visit, context, e);
        }
    }
    text_done(&children);
    return ok;
}

static bool walk(pid_t pid, int depth, tree_visit *visit, void *context, struct err *e)
{
    char path[64];
    bool ok = true;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = depth < DEEPEST ? opendir(path) : NULL;
    if (!tasks)
        return true;
    for (struct dirent *d; ok && (d = readdir(tasks));) {
        pid_t thread = (pid_t)strtol(d->d_name, NULL, 10);
        if (thread > 0)
            ok = visit(context, pid, thread, e) &&
                 walk_children(pid, thread, depth, visit, context, e);
    }
    closedir(tasks);
    return ok;
}

bool tree_each(pid_t pid, tree_visit *visit, void *context, struct err *e)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d", (int)pid);
    return io_exists(path) ? walk(pid, 0, visit, context, e)
                           : err_set(e, ERR_SYSTEM, "process %d is not there", (int)pid);
}

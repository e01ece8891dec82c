#include "harness/probe/tree.h"

#include "harness/probe/procfs.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NAMES_BYTES = 4096, CHILDREN_BYTES = 8192 };

bool tree_has_children(void)
{
    return access("/proc/thread-self/children", R_OK) == 0;
}

/* /proc/PID/statm in pages: "size resident shared ...". */
static bool read_rss(pid_t pid, uint64_t *bytes)
{
    char path[64], text[128], *second;
    snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
    int fd = procfs_open(path);
    bool ok = procfs_read(fd, text, sizeof text);
    procfs_close(fd);
    if (!ok)
        return false;
    strtoull(text, &second, 10);
    *bytes = strtoull(second, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
    return true;
}

struct queue {
    pid_t pids[TREE_MAX];
    int n;
};

/* The children that one thread has started: "PID PID ". */
static void add_children(struct queue *q, pid_t pid, const char *thread)
{
    char path[300], text[CHILDREN_BYTES];
    snprintf(path, sizeof path, "/proc/%d/task/%s/children", (int)pid, thread);
    int fd = procfs_open(path);
    procfs_read(fd, text, sizeof text);
    procfs_close(fd);
    for (char *at = text, *end; q->n < TREE_MAX; at = end) {
        long child = strtol(at, &end, 10);
        if (end == at)
            return;
        q->pids[q->n++] = (pid_t)child;
    }
}

/* Not by readdir, which allocates: the allocator's state is what may be read. */
static void add_descendants(struct queue *q, pid_t pid)
{
    struct entry { /* linux_dirent64 */
        uint64_t number;
        int64_t offset;
        unsigned short bytes;
        unsigned char kind;
        char name[];
    };
    char path[64];
    union {
        char bytes[NAMES_BYTES];
        uint64_t aligned;
    } names;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (long n; fd >= 0 && (n = syscall(SYS_getdents64, fd, names.bytes, sizeof names)) > 0;)
        for (long at = 0; at < n;) {
            const struct entry *e = (const void *)(names.bytes + at);
            if (e->name[0] != '.')
                add_children(q, pid, e->name);
            at += e->bytes;
        }
    procfs_close(fd);
}

bool tree_read(pid_t root, bool with_root, struct tree *out)
{
    struct queue q = {.pids = {root}, .n = 1};
    *out = (struct tree){0};
    for (int i = 0; i < q.n; i++) {
        uint64_t bytes = 0;
        add_descendants(&q, q.pids[i]);
        if ((i == 0 && !with_root) || !read_rss(q.pids[i], &bytes))
            continue;
        out->processes++;
        out->rss_bytes += bytes;
    }
    return out->processes > 0;
}

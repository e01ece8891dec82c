#include "harness/gate/revision_kept.h"

#include "harness/base/io.h"
#include "harness/base/mem.h"
#include "harness/gate/revision_lock.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { KEPT = 4 };

/* A place that nobody uses goes. */
static void remove_unused(const struct repository *r, const char *root, const char *key)
{
    struct err unused;
    struct text tree = {0}, folder = {0}, lock = {0};
    text_printf(&lock, "%s/%s" REVISION_LOCK_END, root, key);
    text_printf(&folder, "%s/%s", root, key);
    text_printf(&tree, "%s/tree", folder.p);
    int fd = revision_lock_try(lock.p, &unused);
    if (fd >= 0) {
        if (r)
            repository_remove_worktree(r, tree.p);
        (void)!(io_remove_tree(folder.p, &unused) && io_remove(lock.p, &unused));
    }
    io_close(fd);
    text_done(&tree);
    text_done(&folder);
    text_done(&lock);
}

bool revision_kept_remove_stale(const struct repository *r, const char *root, const char *mine,
                                struct arena *a, struct err *e)
{
    struct opt_texts known;
    if (!repository_worktrees(r, root, &known, a, e))
        return false;
    for (int i = 0; i < known.n; i++) {
        struct str rest = str_of(known.v[i] + strlen(root) + 1);
        const char *key = str_copy(a, str_cut(&rest, '/'));
        if (strcmp(key, mine) != 0)
            remove_unused(r, root, key);
    }
    return true;
}

struct kept {
    char key[NAME_MAX + 1];
    struct timespec used;
};

static int later_first(const void *x, const void *y)
{
    const struct timespec *a = &((const struct kept *)x)->used,
                          *b = &((const struct kept *)y)->used;
    if (a->tv_sec != b->tv_sec)
        return a->tv_sec < b->tv_sec ? 1 : -1;
    return (a->tv_nsec < b->tv_nsec) - (a->tv_nsec > b->tv_nsec);
}

void revision_kept_remove_old(const char *root)
{
    enum { SEEN = 64 };
    struct kept *kept = mem_alloc_zero(MEM_BASE, SEEN * sizeof *kept);
    int n = 0;
    DIR *dir = opendir(root);
    struct text ready = {0};
    for (struct dirent *d; dir && n < SEEN && (d = readdir(dir));) {
        struct stat st;
        text_clear(&ready);
        text_printf(&ready, "%s/%s/ready", root, d->d_name);
        if (stat(ready.p, &st) != 0)
            continue;
        memcpy(kept[n].key, d->d_name, strlen(d->d_name) + 1);
        kept[n++].used = st.st_mtim;
    }
    if (dir)
        closedir(dir);
    qsort(kept, (size_t)n, sizeof *kept, later_first);
    for (int i = KEPT; i < n; i++)
        remove_unused(NULL, root, kept[i].key);
    text_done(&ready);
    mem_free(MEM_BASE, kept);
}

void revision_kept_remove_locks(const char *root)
{
    DIR *dir = opendir(root);
    struct text folder = {0};
    for (struct dirent *d; dir && (d = readdir(dir));) {
        size_t n = strlen(d->d_name), end = sizeof REVISION_LOCK_END - 1;
        if (n <= end || strcmp(d->d_name + n - end, REVISION_LOCK_END) != 0)
            continue;
        d->d_name[n - end] = '\0';
        text_clear(&folder);
        text_printf(&folder, "%s/%s", root, d->d_name);
        if (!io_exists(folder.p))
            remove_unused(NULL, root, d->d_name);
    }
    if (dir)
        closedir(dir);
    text_done(&folder);
}

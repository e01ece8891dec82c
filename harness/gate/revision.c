#define _GNU_SOURCE
#include "harness/gate/revision.h"

#include "harness/base/io.h"
#include "harness/base/log.h"
#include "harness/base/sha256.h"
#include "harness/probe/machine.h"
#include "harness/run/child.h"
#include "harness/run/inputs.h"
#include "harness/run/interrupt.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { KEPT = 4, SHOWN_LINES = 12 };

/* Where a revision lives: ROOT/KEY/tree with ROOT/KEY/build.log, and ROOT/KEY/ready once it is built. */
struct place {
    const char *root, *key, *folder, *tree, *log, *ready;
};

/* Other commands, folders or repositories make other builds of a commit. */
static bool find_place(struct place *p, const struct revision *r, const struct revision_request *w,
                       struct arena *a, struct err *e)
{
    char hex[SHA256_HEX];
    struct text key = {0};
    text_printf(&key, "%s\n%s\n%s\n%s", r->repository.top, r->commit, w->build ? w->build : "",
                w->at_top ? "" : r->repository.below);
    sha256_of(key.p, key.n, hex);
    text_done(&key);
    const char *root = arena_format(a, "%s/revisions", inputs_cache_folder(a));
    char *real = io_make_dirs(root, e) ? realpath(root, NULL) : NULL;
    if (!real)
        return false;
    *p = (struct place){.root = arena_text(a, real)};
    free(real); /* git knows worktrees by their real path */
    p->key = arena_format(a, "%.12s-%.12s", r->commit, hex);
    p->folder = arena_format(a, "%s/%s", p->root, p->key);
    p->tree = arena_format(a, "%s/tree", p->folder);
    p->log = arena_format(a, "%s/build.log", p->folder);
    p->ready = arena_format(a, "%s/ready", p->folder);
    return true;
}

/* ---- locks ----------------------------------------------------------------------------------- */

/* The lock of a place: whoever builds or removes holds it alone, who measures shares it. -1 with e. */
static int open_lock(const char *root, const char *key, struct err *e)
{
    struct text path = {0};
    text_printf(&path, "%s/%s.lock", root, key);
    int fd = io_open(path.p, O_RDWR | O_CREAT, e);
    text_done(&path);
    return fd;
}

static bool wait_for_lock(int fd, const char *label, struct err *e)
{
    const struct timespec nap = {.tv_nsec = 100000000};
    for (bool told = false; flock(fd, LOCK_EX | LOCK_NB) != 0; told = true) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return err_system(e, "lock of %s", label);
        if (!told)
            log_info("%s: waiting for another run that uses it", label);
        nanosleep(&nap, NULL);
        if (!interrupt_none(e))
            return false;
    }
    return true;
}

/* A place that nobody uses goes. */
static void remove_unused(const struct repository *r, const char *root, const char *key)
{
    struct err unused;
    struct text tree = {0}, folder = {0};
    text_printf(&folder, "%s/%s", root, key);
    text_printf(&tree, "%s/tree", folder.p);
    int fd = open_lock(root, key, &unused);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) {
        if (r)
            repository_remove_worktree(r, tree.p);
        (void)!io_remove_tree(folder.p, &unused);
    }
    io_close(fd);
    text_done(&tree);
    text_done(&folder);
}

/* ---- what is there from before --------------------------------------------------------------- */

/* Worktrees of this repository that are still known to it: their makers were killed, or are at work and
 * hold the lock. */
static bool remove_stale(const struct repository *r, const struct place *p, struct arena *a,
                         struct err *e)
{
    struct opt_texts known;
    if (!repository_worktrees(r, p->root, &known, a, e))
        return false;
    for (int i = 0; i < known.n; i++) {
        struct str rest = str_of(known.v[i] + strlen(p->root) + 1);
        const char *key = str_copy(a, str_cut(&rest, '/'));
        if (strcmp(key, p->key) != 0)
            remove_unused(r, p->root, key);
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

/* Those that were built and not used for the longest time go, until KEPT are left. */
static void remove_old(const char *root)
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

/* ---- building -------------------------------------------------------------------------------- */

/* The last lines of the log to log_error; *last: where the very last begins. */
static const char *show_end(struct text *log)
{
    while (log->n && strchr(" \t\r\n", log->p[log->n - 1]))
        log->p[--log->n] = '\0';
    const char *from = log->p + log->n;
    for (int lines = 0; from > log->p; from--)
        if (from[-1] == '\n' && ++lines == SHOWN_LINES)
            break;
    const char *last = from;
    for (struct str rest = {from, log->n - (size_t)(from - log->p)}; rest.p;) {
        last = rest.p;
        struct str line = str_cut(&rest, '\n');
        log_error("  %.*s", (int)line.n, line.p);
    }
    return last;
}

static bool build_failed(const char *line, const char *path, int status, struct err *e)
{
    struct text log = {0};
    bool has_words = io_read_file(path, &log, e) && log.n > 0;
    const char *last = has_words ? show_end(&log) : "";
    err_input(e, "the build (%.100s) failed with status %d%s%.200s", line, status,
              *last ? "; its last line: " : ", and it printed nothing", last);
    text_done(&log);
    return false;
}

bool revision_build(const char *line, const char *folder, const char *log, struct err *e)
{
    const char *const argv[] = {"/bin/sh", "-c", line, NULL};
    int status, fd = io_open(log, O_WRONLY | O_CREAT | O_TRUNC, e);
    if (fd < 0)
        return false;
    const struct child shell = {.argv = argv, .folder = folder, .out = fd, .err = fd};
    int64_t start = probe_now_ns();
    log_info("building: %s, in %s", line, folder);
    bool ok = child_run(&shell, &status, e);
    io_close(fd);
    if (ok && status != 0)
        return build_failed(line, log, status, e);
    if (ok)
        log_info("built in %.1f s", (double)(probe_now_ns() - start) / 1e9);
    return ok;
}

static bool has_product(const struct revision *r, const struct revision_request *w, struct err *e)
{
    struct text path = {0};
    const char *what = w->product ? w->product : "folder to run in";
    text_printf(&path, "%s/%s", r->folder, w->product ? w->product : "");
    bool ok = io_exists(path.p) ||
              err_input(e, "the build (%.100s) left no %s", w->build ? w->build : "none", what);
    text_done(&path);
    return ok;
}

static bool has_folder(const struct revision *r, struct err *e)
{
    return io_exists(r->folder) || err_input(e, "has no folder %s", r->repository.below);
}

/* git does not fill them in a worktree. */
static void warn_of_submodules(const struct revision *r)
{
    struct err unused;
    if (repository_holds(&r->repository, r->commit, ".gitmodules", &unused))
        log_warn("%s: its submodules are not checked out: --build \"git submodule update --init "
                 "&& ...\" does that, there and here",
                 r->label);
}

static bool make(const struct revision *r, const struct revision_request *w, const struct place *p,
                 struct err *e)
{
    warn_of_submodules(r);
    bool ok = io_make_dirs(p->folder, e) &&
              repository_add_worktree(&r->repository, r->commit, p->tree, e) && has_folder(r, e) &&
              (!w->build || revision_build(w->build, r->folder, p->log, e)) &&
              has_product(r, w, e) && repository_detach_worktree(&r->repository, p->tree, e) &&
              io_write_file(p->ready, r->commit, strlen(r->commit), e);
    if (ok)
        return true;
    struct err unused;
    repository_remove_worktree(&r->repository, p->tree);
    (void)!io_remove_tree(p->folder, &unused);
    return false;
}

static bool find_or_make(struct revision *r, const struct revision_request *w,
                         const struct place *p, struct err *e)
{
    r->was_there = !w->rebuild && io_exists(p->ready);
    if (r->was_there) {
        log_info("%s: built before%s", r->label, w->build ? " (--rebuild builds it anew)" : "");
        return utimensat(AT_FDCWD, p->ready, NULL, 0) == 0 || err_system(e, "%s", p->ready);
    }
    repository_remove_worktree(&r->repository, p->tree);
    return io_remove_tree(p->folder, e) && make(r, w, p, e);
}

/* ---- life ------------------------------------------------------------------------------------ */

bool revision_open(struct revision *r, const struct revision_request *wanted, struct arena *a,
                   struct err *e)
{
    struct place p;
    *r = (struct revision)REVISION_NONE;
    interrupt_watch();
    if (!repository_here(&r->repository, a, e) ||
        !repository_commit(&r->repository, wanted->name, &r->commit, a, e) ||
        !find_place(&p, r, wanted, a, e) || !remove_stale(&r->repository, &p, a, e) ||
        (r->lock = open_lock(p.root, p.key, e)) < 0)
        return false;
    const char *below = wanted->at_top ? "" : r->repository.below;
    r->label = arena_format(a, "%s (%.12s)", wanted->name, r->commit);
    r->folder = arena_format(a, "%s%s%s", p.tree, *below ? "/" : "", below);
    r->scratch = p.folder;
    r->is_head = strcmp(r->commit, r->repository.head) == 0;
    bool ok = wait_for_lock(r->lock, r->label, e) &&
              (find_or_make(r, wanted, &p, e) || err_prefix(e, "%s", r->label)) &&
              (flock(r->lock, LOCK_SH) == 0 || err_system(e, "lock of %s", r->label));
    if (ok) {
        remove_old(p.root);
        return true;
    }
    revision_close(r);
    return false;
}

void revision_close(struct revision *r)
{
    io_close(r->lock);
    r->lock = -1;
}

#define _GNU_SOURCE
#include "harness/gate/revision.h"

#include "harness/base/io.h"
#include "harness/base/log.h"
#include "harness/base/sha256.h"
#include "harness/probe/machine.h"
#include "harness/run/external.h"
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

#define LOCK_END ".lock"

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

/* The lock of a place: whoever builds or removes holds it alone, who measures shares it. It is a file
 * beside the place, gone with it. */
static const char *lock_path(const char *root, const char *key, struct text *path)
{
    text_clear(path);
    text_printf(path, "%s/%s" LOCK_END, root, key);
    return path->p;
}

/* Whoever waited for the lock of a place that was removed meanwhile holds that of a file without a name. */
static bool is_current(int fd, const char *path)
{
    struct stat held, named;
    return fstat(fd, &held) == 0 && stat(path, &named) == 0 && held.st_ino == named.st_ino &&
           held.st_dev == named.st_dev;
}

/* The descriptor, locked; -1 without e->text when another holds it, -1 with e on an error. */
static int try_lock(const char *path, struct err *e)
{
    e->text[0] = '\0';
    for (;;) {
        int fd = io_open(path, O_RDWR | O_CREAT, e);
        bool locked = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
        if (fd < 0 || (locked && is_current(fd, path)))
            return fd;
        if (!locked && errno != EWOULDBLOCK && errno != EINTR)
            err_system(e, "lock %s", path);
        io_close(fd);
        if (!locked)
            return -1;
    }
}

static int wait_for_lock(const char *path, const char *label, struct err *e)
{
    const struct timespec nap = {.tv_nsec = 100000000};
    int fd;
    for (bool told = false; (fd = try_lock(path, e)) < 0 && !e->text[0]; told = true) {
        if (!told)
            log_info("%s: waiting for another run that uses it", label);
        nanosleep(&nap, NULL);
        if (!interrupt_none(e))
            return -1;
    }
    return fd;
}

/* A place that nobody uses goes. */
static void remove_unused(const struct repository *r, const char *root, const char *key)
{
    struct err unused;
    struct text tree = {0}, folder = {0}, lock = {0};
    text_printf(&folder, "%s/%s", root, key);
    text_printf(&tree, "%s/tree", folder.p);
    int fd = try_lock(lock_path(root, key, &lock), &unused);
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

/* Locks whose place is gone: of those who were killed, or of a build that failed. */
static void remove_stray_locks(const char *root)
{
    DIR *dir = opendir(root);
    struct text folder = {0};
    for (struct dirent *d; dir && (d = readdir(dir));) {
        size_t n = strlen(d->d_name), end = sizeof LOCK_END - 1;
        if (n <= end || strcmp(d->d_name + n - end, LOCK_END) != 0)
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

/* By the spawner, so that an interruption ends daemons that it has started, too. */
static bool run_build(const char *line, const char *folder, const char *log, int *status,
                      struct err *e)
{
    static const char to_the_log[] = "exec >\"$1\" 2>&1 && exec /bin/sh -c \"$2\"";
    const char *const argv[] = {"/bin/sh", "-c", to_the_log, "sh", log, line, NULL};
    struct external shell = {
        .options = {.folder = folder, .ignore_failure = true, .forget_callers = true}
    };
    struct external_result r;
    bool ok = external_run(&shell, argv, NULL, &r, e);
    external_done(&shell);
    *status = ok && r.signal ? 128 + r.signal : r.exit;
    return ok;
}

bool revision_build(const char *line, const char *folder, const char *log, struct err *e)
{
    int status, fd = io_open(log, O_WRONLY | O_CREAT | O_TRUNC, e);
    if (fd < 0)
        return false;
    io_close(fd);
    int64_t start = probe_now_ns();
    log_info("building: %s, in %s", line, folder);
    bool ok = run_build(line, folder, log, &status, e);
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
        !find_place(&p, r, wanted, a, e) || !remove_stale(&r->repository, &p, a, e))
        return false;
    const char *below = wanted->at_top ? "" : r->repository.below;
    r->label = arena_format(a, "%s (%.12s)", wanted->name, r->commit);
    r->folder = arena_format(a, "%s%s%s", p.tree, *below ? "/" : "", below);
    r->scratch = p.folder;
    r->is_head = strcmp(r->commit, r->repository.head) == 0;
    const char *lock = arena_format(a, "%s/%s" LOCK_END, p.root, p.key);
    r->lock = wait_for_lock(lock, r->label, e);
    if (r->lock < 0)
        return false;
    bool ok = (find_or_make(r, wanted, &p, e) || err_prefix(e, "%s", r->label)) &&
              (flock(r->lock, LOCK_SH) == 0 || err_system(e, "lock of %s", r->label));
    if (ok)
        remove_old(p.root);
    else
        revision_close(r);
    remove_stray_locks(p.root);
    return ok;
}

void revision_close(struct revision *r)
{
    io_close(r->lock);
    r->lock = -1;
}

#define _GNU_SOURCE
#include "harness/gate/revision.h"

#include "harness/base/io.h"
#include "harness/base/log.h"
#include "harness/base/sha256.h"
#include "harness/gate/revision_build.h"
#include "harness/gate/revision_kept.h"
#include "harness/gate/revision_lock.h"
#include "harness/run/inputs.h"
#include "harness/run/interrupt.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

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

bool revision_open(struct revision *r, const struct revision_request *wanted, struct arena *a,
                   struct err *e)
{
    struct place p;
    *r = (struct revision)REVISION_NONE;
    interrupt_watch();
    if (!repository_here(&r->repository, a, e) ||
        !repository_commit(&r->repository, wanted->name, &r->commit, a, e) ||
        !find_place(&p, r, wanted, a, e) ||
        !revision_kept_remove_stale(&r->repository, p.root, p.key, a, e))
        return false;
    const char *below = wanted->at_top ? "" : r->repository.below;
    r->label = arena_format(a, "%s (%.12s)", wanted->name, r->commit);
    r->folder = arena_format(a, "%s%s%s", p.tree, *below ? "/" : "", below);
    r->scratch = p.folder;
    r->is_head = strcmp(r->commit, r->repository.head) == 0;
    const char *lock = arena_format(a, "%s/%s" REVISION_LOCK_END, p.root, p.key);
    r->lock = revision_lock_wait(lock, r->label, e);
    if (r->lock < 0)
        return false;
    bool ok = (find_or_make(r, wanted, &p, e) || err_prefix(e, "%s", r->label)) &&
              (flock(r->lock, LOCK_SH) == 0 || err_system(e, "lock of %s", r->label));
    if (ok)
        revision_kept_remove_old(p.root);
    else
        revision_close(r);
    revision_kept_remove_locks(p.root);
    return ok;
}

void revision_close(struct revision *r)
{
    io_close(r->lock);
    r->lock = -1;
}

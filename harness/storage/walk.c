#include "harness/storage/walk.h"

#include "harness/base/str.h"

#include <errno.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

struct walking {
    const char *folder;
    walk_fn *fn;
    walk_miss_fn *miss; /* NULL: an error */
    void *context;
    struct text missed; /* the place that was told last */
};

static const char *place_of(const char *path, const char *folder)
{
    const char *place = path + strlen(folder);
    return *place == '/' ? place + 1 : place;
}

static struct walk_entry entry_of(const FTSENT *f, const char *folder)
{
    const struct stat *st = f->fts_statp;
    return (struct walk_entry){
        .path = f->fts_path,
        .name = f->fts_name,
        .place = place_of(f->fts_path, folder),
        .depth = f->fts_level,
        .is_folder = S_ISDIR(st->st_mode),
        .is_file = S_ISREG(st->st_mode),
        .apparent = (uint64_t)st->st_size,
        .allocated = (uint64_t)st->st_blocks * 512,
        .mtime_ms = (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000,
    };
}

/* Where a folder may not be entered, each of its entries fails alike: it is told itself, once. */
static void tell_miss(struct walking *w, const FTSENT *f)
{
    struct text path = {0};
    text_puts(&path, f->fts_path);
    char *slash = strrchr(path.p, '/');
    if (slash && f->fts_info == FTS_NS && f->fts_errno == EACCES && f->fts_level > 0)
        *slash = '\0';
    const char *place = place_of(path.p, w->folder);
    if (!w->missed.p || strcmp(w->missed.p, place) != 0) {
        text_clear(&w->missed);
        text_puts(&w->missed, place);
        w->miss(w->context, place, strerror(f->fts_errno));
    }
    text_done(&path);
}

/* False ends the walk. */
static bool cannot_read(struct walking *w, const FTSENT *f, struct err *e)
{
    errno = f->fts_errno;
    if (errno == ENOENT)
        return true;
    if (!w->miss)
        return err_system(e, "%s", f->fts_path);
    tell_miss(w, f);
    return true;
}

/* False ends the walk. */
static bool visit(struct walking *w, FTS *fts, FTSENT *f, struct err *e)
{
    if (f->fts_info == FTS_DP)
        return true;
    if (f->fts_info == FTS_NS || f->fts_info == FTS_DNR || f->fts_info == FTS_ERR)
        return cannot_read(w, f, e);
    struct walk_entry entry = entry_of(f, w->folder);
    enum walk_next next = w->fn(w->context, &entry, e);
    if (next == WALK_PAST)
        fts_set(fts, f, FTS_SKIP);
    return next != WALK_STOP;
}

static bool walk(struct walking *w, struct err *e)
{
    char *paths[] = {(char *)(uintptr_t)w->folder, NULL}; /* fts only reads it */
    FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    if (!fts)
        return err_system(e, "%s", w->folder);
    bool ok = true;
    FTSENT *f;
    errno = 0;
    while (ok && (f = fts_read(fts)) != NULL) {
        ok = visit(w, fts, f, e);
        errno = 0;
    }
    if (ok && errno)
        ok = err_system(e, "%s", w->folder);
    fts_close(fts);
    return ok;
}

bool walk_tree(const char *folder, walk_fn *fn, void *context, struct err *e)
{
    return walk(&(struct walking){.folder = folder, .fn = fn, .context = context}, e);
}

bool walk_readable(const char *folder, walk_fn *fn, walk_miss_fn *miss, void *context,
                   struct err *e)
{
    struct walking w = {.folder = folder, .fn = fn, .miss = miss, .context = context};
    bool ok = walk(&w, e);
    text_done(&w.missed);
    return ok;
}

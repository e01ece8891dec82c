#include "harness/storage/walk.h"

#include <errno.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static struct walk_entry entry_of(const FTSENT *f, const char *folder)
{
    const struct stat *st = f->fts_statp;
    const char *place = f->fts_path + strlen(folder);
    return (struct walk_entry){
        .path = f->fts_path,
        .name = f->fts_name,
        .place = *place == '/' ? place + 1 : place,
        .depth = f->fts_level,
        .is_folder = S_ISDIR(st->st_mode),
        .is_file = S_ISREG(st->st_mode),
        .apparent = (uint64_t)st->st_size,
        .allocated = (uint64_t)st->st_blocks * 512,
        .mtime_ms = (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000,
    };
}

/* False ends the walk. */
static bool visit(FTS *fts, FTSENT *f, const char *folder, walk_fn *fn, void *context,
                  struct err *e)
{
    if (f->fts_info == FTS_DP)
        return true;
    if (f->fts_info == FTS_NS || f->fts_info == FTS_DNR || f->fts_info == FTS_ERR) {
        errno = f->fts_errno;
        return errno == ENOENT || err_system(e, "%s", f->fts_path);
    }
    struct walk_entry entry = entry_of(f, folder);
    enum walk_next next = fn(context, &entry, e);
    if (next == WALK_PAST)
        fts_set(fts, f, FTS_SKIP);
    return next != WALK_STOP;
}

bool walk_tree(const char *folder, walk_fn *fn, void *context, struct err *e)
{
    char *paths[] = {(char *)(uintptr_t)folder, NULL}; /* fts only reads it */
    FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    if (!fts)
        return err_system(e, "%s", folder);
    bool ok = true;
    FTSENT *f;
    errno = 0;
    while (ok && (f = fts_read(fts)) != NULL) {
        ok = visit(fts, f, folder, fn, context, e);
        errno = 0;
    }
    if (ok && errno)
        ok = err_system(e, "%s", folder);
    fts_close(fts);
    return ok;
}

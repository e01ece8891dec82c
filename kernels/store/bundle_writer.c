/* A bundle in the making. Rows go to a spool file as they come, with provisional asset ids; commit
 * writes them again in canonical order with the final ids, hashing on the way. */
#include "kernels/store/bundle.h"

#include "harness/base/io.h"
#include "kernels/store/bundle_files.h"
#include "kernels/store/bundle_order.h"
#include "kernels/store/folder_swap.h"
#include "kernels/store/symbol.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

enum { BATCH_ROWS = 4096 }; /* 229 KB a write */

static const long ROWS_MAX = UINT32_MAX - 1L; /* bundle_order's row numbers */

struct asset {
    struct bundle_asset is; /* id is provisional */
    UT_hash_handle hh;
};

struct bundle_writer {
    struct arena arena;
    struct folder_swap folder;
    struct bundle_info info;
    const volatile sig_atomic_t *stop;
    const char *spool_path;
    int spool;
    struct asset *by_symbol; /* uthash head */
    struct asset **assets;   /* by provisional id */
    int asset_n, asset_capacity;
    bool canonical;        /* rows came in canonical order so far */
    struct bar_row last;   /* the row before */
    struct bar_row *batch; /* BATCH_ROWS */
    int batch_n;
};

/* ---- opening ------------------------------------------------------------------------------- */

static const char *const bundle_files[] = {BUNDLE_MANIFEST, BUNDLE_ASSETS, BUNDLE_BARS, NULL};

/* 1, or one more than that of a readable bundle that gives way. */
static long next_generation(const char *target, struct arena *a)
{
    struct bundle_info old;
    struct err ignored;
    bool sealed;
    const char *path = bundle_path(a, target, BUNDLE_MANIFEST);
    bool known = io_exists(path) && manifest_read(path, &old, &sealed, a, &ignored);
    return known ? old.generation + 1 : 1;
}

static bool begin(struct bundle_writer *w, const struct bundle_target *target, struct err *e)
{
    if (target->replace && !folder_swap_may_replace(target->dir, bundle_files, "a bundle", e))
        return false;
    if (!folder_swap_begin(&w->folder, target->dir, target->replace, &w->arena, e))
        return false;
    w->spool_path = bundle_path(&w->arena, w->folder.temporary, "rows.spool");
    w->spool = io_open(w->spool_path, O_WRONLY | O_CREAT | O_TRUNC, e);
    if (w->spool < 0)
        folder_swap_abandon(&w->folder);
    return w->spool >= 0;
}

static void release(struct bundle_writer *w)
{
    io_close(w->spool);
    HASH_CLEAR(hh, w->by_symbol);
    mem_free(MEM_BASE, w->assets);
    arena_done(&w->arena);
    mem_free(MEM_BASE, w);
}

struct bundle_writer *bundle_writer_open(const struct bundle_target *target, struct err *e)
{
    struct bundle_writer *w = mem_alloc_zero(MEM_BASE, sizeof *w);
    w->spool = -1;
    w->canonical = true;
    w->stop = target->stop;
    if (!begin(w, target, e)) {
        release(w);
        return NULL;
    }
    w->batch = ARENA_NEW_RAW(&w->arena, struct bar_row, BATCH_ROWS);
    w->info = (struct bundle_info){
        .schema = BUNDLE_SCHEMA,
        .source = arena_text(&w->arena, target->source),
        .synthetic = target->synthetic,
        .generation = target->replace ? next_generation(target->dir, &w->arena) : 1,
    };
    return w;
}

void bundle_writer_abandon(struct bundle_writer *w)
{
    if (!w)
        return;
    folder_swap_abandon(&w->folder);
    release(w);
}

/* ---- filling ------------------------------------------------------------------------------- */

static struct asset *add_asset(struct bundle_writer *w, struct str symbol)
{
    struct asset *asset = ARENA_NEW(&w->arena, struct asset, 1);
    asset->is.symbol = str_copy(&w->arena, symbol);
    asset->is.id = (uint32_t)w->asset_n;
    HASH_ADD_KEYPTR(hh, w->by_symbol, asset->is.symbol, symbol.n, asset);
    if (w->asset_n == w->asset_capacity) {
        w->asset_capacity = w->asset_capacity ? 2 * w->asset_capacity : 64;
        w->assets = mem_resize(MEM_BASE, w->assets, (size_t)w->asset_capacity * sizeof *w->assets);
    }
    w->assets[w->asset_n++] = asset;
    return asset;
}

bool bundle_writer_asset(struct bundle_writer *w, struct str symbol, uint32_t *id, struct err *e)
{
    struct asset *asset = NULL;
    if (symbol.n > 0 && symbol.n <= BUNDLE_SYMBOL_MAX)
        HASH_FIND(hh, w->by_symbol, symbol.p, symbol.n, asset);
    const char *fault = asset ? NULL : symbol_fault(symbol);
    if (fault) {
        char shown[BUNDLE_SYMBOL_MAX + 1];
        return err_input(e, "symbol \"%s\" %s", text_shown(shown, sizeof shown, symbol), fault);
    }
    if (!asset)
        asset = add_asset(w, symbol);
    *id = asset->is.id;
    return true;
}

static bool stopped(const struct bundle_writer *w, struct err *e)
{
    return w->stop && *w->stop && !err_set(e, ERR_INTERRUPTED, "interrupted, nothing was written");
}

static bool flush(struct bundle_writer *w, struct err *e)
{
    size_t bytes = (size_t)w->batch_n * sizeof *w->batch;
    w->batch_n = 0;
    return !stopped(w, e) &&
           (io_write(w->spool, w->batch, bytes, e) || err_prefix(e, "%s", w->folder.target));
}

static bool in_order(const struct bundle_writer *w, const struct bar_row *row)
{
    if (w->info.rows == 0 || row->time > w->last.time)
        return true;
    return row->time == w->last.time &&
           strcmp(w->assets[w->last.asset]->is.symbol, w->assets[row->asset]->is.symbol) < 0;
}

bool bundle_writer_row(struct bundle_writer *w, const struct bar_row *row, struct err *e)
{
    if (w->info.rows == ROWS_MAX)
        return err_input(e, "%s: more than %ld rows", w->folder.target, ROWS_MAX);
    w->canonical = w->canonical && in_order(w, row);
    struct bundle_asset *asset = &w->assets[row->asset]->is;
    if (asset->rows++ == 0)
        asset->first_time = row->time;
    asset->last_time = row->time;
    bundle_info_add(&w->info, row);
    w->last = w->batch[w->batch_n++] = *row;
    return w->batch_n < BATCH_ROWS || flush(w, e);
}

/* ---- committing ---------------------------------------------------------------------------- */

static int by_symbol(const void *a, const void *b)
{
    return strcmp(((const struct bundle_asset *)a)->symbol,
                  ((const struct bundle_asset *)b)->symbol);
}

/* The assets in byte order of their symbols, final ids set; *rank[provisional id] is the final. */
static struct bundle_asset *rank_assets(struct bundle_writer *w, uint32_t **rank)
{
    struct bundle_asset *list = ARENA_NEW(&w->arena, struct bundle_asset, w->asset_n);
    *rank = ARENA_NEW(&w->arena, uint32_t, w->asset_n);
    for (int i = 0; i < w->asset_n; i++)
        list[i] = w->assets[i]->is;
    qsort(list, (size_t)w->asset_n, sizeof *list, by_symbol);
    for (int i = 0; i < w->asset_n; i++) {
        (*rank)[list[i].id] = (uint32_t)i;
        list[i].id = (uint32_t)i;
    }
    return list;
}

/* Where the rows of bars.bin come from: the spool, read through when it is in order, else mapped. */
struct emit {
    int spool;
    struct io_map map;
    const uint32_t *rank;
    struct bundle_order *order; /* NULL: as they stand */
    struct arena scratch;
    struct sha256 *hash;
    int bars;
};

static bool emit_open(struct bundle_writer *w, struct emit *to, struct err *e)
{
    to->bars = io_open(bundle_path(&w->arena, w->folder.temporary, BUNDLE_BARS),
                       O_WRONLY | O_CREAT | O_TRUNC, e);
    if (to->bars < 0)
        return false;
    if (w->canonical)
        return (to->spool = io_open(w->spool_path, O_RDONLY, e)) >= 0;
    if (!io_map(w->spool_path, &to->map, e))
        return false;
    to->order = bundle_order_new(&to->scratch, to->map.p, w->info.rows, to->rank, w->asset_n);
    return true;
}

static void emit_close(struct emit *to)
{
    io_close(to->spool);
    io_close(to->bars);
    io_unmap(&to->map);
    arena_done(&to->scratch);
}

/* The next n rows into the batch, with provisional ids. */
static bool next_rows(struct bundle_writer *w, const struct emit *to, int n, struct err *e)
{
    const struct bar_row *rows = to->map.p;
    for (int i = 0; to->order && i < n; i++)
        w->batch[i] = rows[bundle_order_next(to->order)];
    size_t wanted = to->order ? 0 : (size_t)n * sizeof *w->batch, part;
    for (size_t got = 0; got < wanted; got += part) {
        if (!io_read(to->spool, (char *)w->batch + got, wanted - got, &part, e))
            return false;
        if (part == 0)
            return err_input(e, "the temporary file shrank");
    }
    return true;
}

static bool emit_rows(struct bundle_writer *w, const struct emit *to, struct err *e)
{
    for (long left = w->info.rows; left > 0; left -= BATCH_ROWS) {
        int n = left < BATCH_ROWS ? (int)left : BATCH_ROWS;
        if (stopped(w, e) || !next_rows(w, to, n, e))
            return false;
        for (int i = 0; i < n; i++)
            w->batch[i].asset = to->rank[w->batch[i].asset];
        size_t bytes = (size_t)n * sizeof *w->batch;
        sha256_add(to->hash, w->batch, bytes);
        if (!io_write(to->bars, w->batch, bytes, e))
            return false;
    }
    return io_sync(to->bars, e);
}

static bool write_bars(struct bundle_writer *w, const struct bundle_asset *list,
                       const uint32_t *rank, struct err *e)
{
    struct emit to = {.spool = -1, .bars = -1, .rank = rank};
    to.hash = bundle_hash_begin(list, w->asset_n);
    bool ok =
        emit_open(w, &to, e) && (emit_rows(w, &to, e) || err_prefix(e, "%s", w->folder.target));
    sha256_end(to.hash, w->info.content);
    emit_close(&to);
    return ok && io_remove(w->spool_path, e);
}

static bool every_asset_has_rows(const struct bundle_writer *w, struct err *e)
{
    if (w->info.rows == 0)
        return err_input(e, "%s: no rows", w->folder.target);
    for (int i = 0; i < w->asset_n; i++)
        if (w->assets[i]->is.rows == 0)
            return err_input(e, "%s: no rows of %s", w->folder.target, w->assets[i]->is.symbol);
    return true;
}

static bool write_files(struct bundle_writer *w, struct err *e)
{
    uint32_t *rank;
    struct bundle_asset *list = rank_assets(w, &rank);
    const char *folder = w->folder.temporary;
    w->info.assets = w->asset_n;
    return every_asset_has_rows(w, e) && flush(w, e) && write_bars(w, list, rank, e) &&
           assets_write(bundle_path(&w->arena, folder, BUNDLE_ASSETS), list, w->asset_n, e) &&
           manifest_write(bundle_path(&w->arena, folder, BUNDLE_MANIFEST), &w->info, list, e) &&
           !stopped(w, e);
}

bool bundle_writer_commit(struct bundle_writer *w, struct bundle_info *info, struct arena *a,
                          struct err *e)
{
    if (!write_files(w, e)) {
        bundle_writer_abandon(w);
        return false;
    }
    bool ok = folder_swap_commit(&w->folder, e);
    if (info) {
        *info = w->info;
        info->source = arena_text(a, w->info.source);
    }
    release(w);
    return ok;
}

#include "kernels/store/bundle.h"

#include "harness/base/io.h"
#include "kernels/store/bundle_files.h"
#include "kernels/store/dates.h"

#include <string.h>
#include <sys/stat.h>

struct bundle {
    struct arena arena;
    const char *dir;
    struct bundle_info info;
    bool sealed; /* the manifest's seal fits */
    struct io_map bars;
    struct sqlite3 *db; /* NULL until the first bundle_assets */
};

char *bundle_path(struct arena *a, const char *dir, const char *name)
{
    return arena_format(a, "%s/%s", dir, name);
}

void bundle_info_add(struct bundle_info *info, const struct bar_row *row)
{
    if (info->rows == 0)
        info->first_time = info->last_time = row->time;
    if (row->time < info->first_time)
        info->first_time = row->time;
    if (row->time > info->last_time)
        info->last_time = row->time;
    const int64_t prices[] = {row->open, row->high, row->low, row->close};
    for (int i = 0; i < 4; i++)
        if (prices[i] > info->largest_tick)
            info->largest_tick = prices[i];
    info->intraday |= row->time % DATE_DAY_SECONDS != 0;
    info->rows++;
}

struct sha256 *bundle_hash_begin(const struct bundle_asset *assets, int n)
{
    struct sha256 *h = sha256_new();
    struct text head = {0};
    text_printf(&head, "cupel bundle %d\n%d\n", BUNDLE_SCHEMA, n);
    for (int i = 0; i < n; i++)
        text_printf(&head, "%s\n", assets[i].symbol);
    sha256_add(h, head.p, head.n);
    text_done(&head);
    return h;
}

/* To open a FIFO would wait for its writer. What is missing is named by whoever opens it. */
bool bundle_file_is_regular(const char *path, struct err *e)
{
    struct stat st;
    return stat(path, &st) != 0 || S_ISREG(st.st_mode) ||
           err_input(e, "%s: expected a regular file", path);
}

static bool map_bars(struct bundle *b, struct err *e)
{
    const char *path = bundle_path(&b->arena, b->dir, BUNDLE_BARS);
    if (!bundle_file_is_regular(path, e) || !io_map(path, &b->bars, e))
        return false;
    uint64_t expected = (uint64_t)b->info.rows * sizeof(struct bar_row);
    return b->bars.n == expected ||
           err_input(e, "%s: %zu bytes, expected %llu (%ld rows, says " BUNDLE_MANIFEST ")", path,
                     b->bars.n, (unsigned long long)expected, b->info.rows);
}

struct bundle *bundle_open_unsealed(const char *dir, struct err *e)
{
    struct arena arena = {.component = MEM_BUNDLES};
    struct bundle *b = ARENA_NEW(&arena, struct bundle, 1);
    b->arena = arena;
    b->dir = arena_text(&b->arena, dir);
    const char *manifest = bundle_path(&b->arena, dir, BUNDLE_MANIFEST);
    if (manifest_read(manifest, &b->info, &b->sealed, &b->arena, e) && map_bars(b, e))
        return b;
    bundle_close(b);
    return NULL;
}

struct bundle *bundle_open(const char *dir, struct err *e)
{
    struct bundle *b = bundle_open_unsealed(dir, e);
    if (!b || b->sealed)
        return b;
    manifest_edited(bundle_path(&b->arena, dir, BUNDLE_MANIFEST), e);
    bundle_close(b);
    return NULL;
}

void bundle_close(struct bundle *b)
{
    if (!b)
        return;
    assets_close(b->db);
    io_unmap(&b->bars);
    struct arena arena = b->arena; /* the bundle stands in it */
    arena_done(&arena);
}

void bundle_close_assets(struct bundle *b)
{
    assets_close(b->db);
    b->db = NULL;
}

const struct bundle_info *bundle_info(const struct bundle *b)
{
    return &b->info;
}

const struct bar_row *bundle_rows(const struct bundle *b, long *n)
{
    *n = b->info.rows;
    return b->bars.p;
}

bool bundle_assets(struct bundle *b, struct arena *a, struct bundle_asset **out, int *n,
                   struct err *e)
{
    const char *path = bundle_path(a, b->dir, BUNDLE_ASSETS);
    if (!b->db)
        b->db = assets_open(path, e);
    return b->db && assets_read(b->db, path, &b->info, a, out, n, e);
}

bool bundle_version(const char *dir, struct bundle_version *out, struct err *e)
{
    static const char *const names[] = {BUNDLE_MANIFEST, BUNDLE_ASSETS, BUNDLE_BARS};
    struct text path = {0};
    bool ok = true;
    for (int i = 0; i < 3; i++) {
        struct stat st;
        text_clear(&path);
        text_printf(&path, "%s/%s", dir, names[i]);
        ok = stat(path.p, &st) == 0;
        if (!ok) {
            err_system(e, "%s", path.p);
            break;
        }
        out->files[i].mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
        out->files[i].size = st.st_size;
        out->files[i].inode = st.st_ino;
        out->files[i].device = st.st_dev;
    }
    text_done(&path);
    return ok;
}

bool bundle_version_equal(struct bundle_version a, struct bundle_version b)
{
    _Static_assert(sizeof a == 12 * sizeof(uint64_t), "compared as bytes: no padding");
    return memcmp(&a, &b, sizeof a) == 0;
}

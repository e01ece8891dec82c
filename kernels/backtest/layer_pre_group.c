/* pre-group: the columns of all assets that the run wants are built in one pass over the rows of the
 * slice's time, found by bisection (a bundle's rows stand in the order of time), at the first need, and
 * kept in an LRU by bytes.
 *
 * The key holds everything that the columns depend on: content of the bundle, asset, first and last
 * time. Two slices of one bundle (the windows of a walk-forward search) never meet, nor do two
 * contents of one folder.
 */
#include "kernels/backtest/run.h"

#include "kernels/backtest/cached.h"

#include <string.h>

/* A huge page, of the columns of several assets; freed with the last of them. Those of a pass are used and
 * leave the cache together. */
struct slab {
    size_t used;
    long live;
};

/* The columns follow the struct in one block, each of `room` values. */
struct columns {
    struct slab *slab; /* NULL: memory of its own */
    long n, room;
    int64_t largest;
    int64_t v[];
};

struct state {
    struct bt_cached cached;
    uint64_t builds;
};

static void drop(void *value, void *owner)
{
    (void)owner;
    struct columns *c = value;
    struct slab *slab = c->slab;
    if (!slab)
        mem_free(MEM_GROUPS, c);
    else if (--slab->live == 0)
        mem_free(MEM_GROUPS, slab);
}

static void end_own(void *owner, void *columns)
{
    drop(columns, owner);
}

static const struct bt_cache cache = {
    .name = "pre-group",
    .counts = "group_cache",
    .setting = "cache_size_gb",
    .kind = CACHE_DATA,
    .told = {"group_cache_hits", "group_cache_misses", "group_cache_evictions"},
    .drop = drop,
};

static bool init(void *state, const struct bt_plan *plan, struct err *e)
{
    (void)e;
    bt_cached_begin(state, &cache, (struct lru_limits){.bytes = plan->group_bytes});
    return true;
}

/* ---- building --------------------------------------------------------------------------------- */

/* What one pass fills: a slot per asset id of the bundle. Rows of an id beyond them belong to no
 * symbol and are passed over, as those of an asset that is not wanted are. */
struct building {
    const struct bt_slice *slice;
    const struct bar_row *rows; /* those from the slice's first time to its last */
    long total;
    long *counts; /* bars in the range, by asset id; -1: not wanted */
    struct columns **made;
    uint32_t assets;
};

static size_t columns_bytes(long bars)
{
    return sizeof(struct columns) + (size_t)bars * BT_FIELDS * sizeof(int64_t);
}

static bool wants(const struct building *b, const struct bar_row *row)
{
    return row->asset < b->assets && b->counts[row->asset] >= 0;
}

/* The first row at that time or later. */
static long first_from(const struct bar_row *rows, long total, int64_t time)
{
    long low = 0;
    for (long high = total; low < high;) {
        long middle = low + (high - low) / 2;
        if (rows[middle].time < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void find_rows(struct building *b)
{
    const struct bar_row *all = bundle_rows(b->slice->bundle, &b->total);
    long from = first_from(all, b->total, b->slice->from);
    long end = b->slice->to == INT64_MAX ? b->total : first_from(all, b->total, b->slice->to + 1);
    b->rows = all + from;
    b->total = end > from ? end - from : 0;
}

static void count_bars(struct building *b)
{
    for (uint32_t i = 0; i < b->assets; i++)
        b->counts[i] = -1;
    for (int i = 0; i < b->slice->wanted_count; i++)
        b->counts[b->slice->wanted[i]] = 0;
    b->counts[b->slice->asset] = 0;
    for (long i = 0; i < b->total; i++)
        if (wants(b, &b->rows[i]))
            b->counts[b->rows[i].asset]++;
}

/* When all do not fit the budget, filling the cache would only empty it again: then just the asset
 * that was asked for. */
static void keep_to_budget(struct building *b, size_t budget)
{
    size_t sum = 0;
    for (uint32_t i = 0; i < b->assets; i++)
        sum += b->counts[i] >= 0 ? columns_bytes(b->counts[i]) : 0;
    for (uint32_t i = 0; sum > budget && i < b->assets; i++)
        if (i != b->slice->asset)
            b->counts[i] = -1;
}

/* In *slab, or in a new one. */
static struct columns *take_of_slab(struct slab **slab, size_t bytes)
{
    size_t whole = (bytes + 63) / 64 * 64;
    if (!*slab || whole > MEM_HUGE_PAGE - (*slab)->used) {
        *slab = mem_alloc_huge(MEM_GROUPS, MEM_HUGE_PAGE);
        **slab = (struct slab){.used = 64};
    }
    struct columns *c = (struct columns *)(void *)((char *)*slab + (*slab)->used);
    (*slab)->used += whole;
    (*slab)->live++;
    return c;
}

/* Where a pass fills megabytes, page by page would cost as much as the pass. */
static void allocate(struct building *b)
{
    struct slab *slab = NULL;
    size_t sum = 0;
    for (uint32_t i = 0; i < b->assets; i++)
        sum += b->counts[i] >= 0 ? columns_bytes(b->counts[i]) : 0;
    for (uint32_t i = 0; i < b->assets; i++) {
        if (b->counts[i] < 0)
            continue;
        size_t bytes = columns_bytes(b->counts[i]);
        bool shares = sum >= MEM_HUGE_PAGE / 2 && bytes <= MEM_HUGE_PAGE / 4;
        b->made[i] = shares ? take_of_slab(&slab, bytes) : mem_alloc(MEM_GROUPS, bytes);
        b->made[i]->slab = shares ? slab : NULL;
        b->made[i]->n = 0;
        b->made[i]->room = b->counts[i];
        b->made[i]->largest = bundle_info(b->slice->bundle)->largest_tick;
    }
}

static void fill(struct building *b)
{
    for (long i = 0; i < b->total; i++) {
        const struct bar_row *row = &b->rows[i];
        if (!wants(b, row))
            continue;
        struct columns *c = b->made[row->asset];
        int64_t *at = c->v + c->n++;
        at[BT_TIME * c->room] = row->time;
        at[BT_OPEN * c->room] = row->open;
        at[BT_HIGH * c->room] = row->high;
        at[BT_LOW * c->room] = row->low;
        at[BT_CLOSE * c->room] = row->close;
    }
}

/* Hands the columns to the cache; those that it refuses are freed, except the wanted asset's, which
 * the caller then owns (*cached tells). */
static struct columns *publish(struct state *s, struct building *b, bool *cached)
{
    for (uint32_t i = 0; i < b->assets; i++) {
        if (!b->made[i])
            continue;
        struct bt_slice_key key = bt_slice_key(b->slice, i);
        bool kept =
            lru_put(s->cached.lru, &key, sizeof key, b->made[i], columns_bytes(b->made[i]->room));
        if (i == b->slice->asset)
            *cached = kept;
        else if (kept)
            lru_unpin(s->cached.lru, b->made[i]);
        else
            drop(b->made[i], NULL);
    }
    return b->made[b->slice->asset];
}

static const struct columns *build(struct state *s, struct bt_run *run,
                                   const struct bt_slice *slice, bool *cached)
{
    struct arena_mark mark = arena_mark(&run->scratch);
    struct building b = {.slice = slice, .assets = (uint32_t)bundle_info(slice->bundle)->assets};
    find_rows(&b);
    b.counts = ARENA_NEW(&run->scratch, long, b.assets);
    b.made = ARENA_NEW(&run->scratch, struct columns *, b.assets);
    count_bars(&b);
    keep_to_budget(&b, s->cached.limits.bytes);
    allocate(&b);
    fill(&b);
    run->counts.rows_scanned += 2 * (uint64_t)b.total;
    s->builds++;
    struct columns *c = publish(s, &b, cached);
    arena_release(&run->scratch, mark);
    return c;
}

/* ---- the slot --------------------------------------------------------------------------------- */

static struct bt_bars bars_of(const struct columns *c)
{
    struct bt_bars bars = {.n = c->n, .largest = c->largest};
    for (int f = 0; f < BT_FIELDS; f++)
        bars.field[f] = (struct bt_col){c->v + f * c->room, 1};
    return bars;
}

/* Against the base's scan of the rows. */
static bool check(struct bt_run *run, const struct bt_slice *slice, const struct bt_bars *cached,
                  struct err *e)
{
    const struct bt_group_link base = {.call = bt_base.group};
    struct bt_bars fresh;
    struct bt_lease lease;
    struct arena_mark mark = arena_mark(&run->scratch);
    if (!BT_CALL(&base, run, slice, &fresh, &lease, e))
        return false;
    bool ok = cached->n == fresh.n && cached->largest == fresh.largest;
    for (int f = 0; f < BT_FIELDS; f++)
        for (long i = 0; ok && i < fresh.n; i++)
            ok = bt_at(cached->field[f], i) == bt_at(fresh.field[f], i);
    bt_lease_end(&lease);
    arena_release(&run->scratch, mark);
    struct bt_slice_key key = bt_slice_key(slice, slice->asset);
    return ok || bt_entry_is_wrong("pre-group", &key, "columns", e);
}

static bool group_pre_group(const struct bt_group_link *self, struct bt_run *run,
                            const struct bt_slice *slice, struct bt_bars *out,
                            struct bt_lease *lease, struct err *e)
{
    struct state *s = self->state;
    struct bt_slice_key key = bt_slice_key(slice, slice->asset);
    bool cached = true;
    const struct columns *c = lru_get(bt_cached_lru(&s->cached), &key, sizeof key);
    bool hit = c != NULL;
    if (!hit)
        c = build(s, run, slice, &cached);
    *out = bars_of(c);
    *lease = cached ? bt_lease_of_entry(s->cached.lru, c)
                    : (struct bt_lease){end_own, NULL, (void *)(uintptr_t)c};
    if (!hit || !run->plan.check_caches || check(run, slice, out, e))
        return true;
    bt_lease_end(lease);
    return false;
}

static int statistics(const void *state, struct kernel_count *out, int max)
{
    const struct state *s = state;
    int n = bt_cached_statistics(state, out, max);
    if (n < max)
        out[n++] = (struct kernel_count){"group_passes", s->builds};
    return n;
}

const struct bt_layer bt_layer_pre_group = {
    .name = "pre-group",
    .why = "row table scanned per asset per backtest -> columns built once, LRU by bytes",
    .replace = {.group = group_pre_group},
    .gives = BT_CONTIGUOUS,
    .family = BT_CACHING,
    .state_size = sizeof(struct state),
    .init = init,
    .done = bt_cached_done,
    .statistics = statistics,
    .caches = bt_cached_caches,
    .clear = bt_cached_clear,
};

/* history-cache: indicators are kept in two tiers under one byte budget (setting history_cache_mb).
 * The windows that every search asks for again (20, 50, 200) are kept: they leave only for each other.
 * All others leave first, the least recently used before the rest.
 *
 * The key holds everything that an indicator depends on: content of the bundle (so that daily and
 * hourly bars of the same symbols and times never meet), asset, first and last time, the field of the
 * bars, and every member of the ask. A series that does not say whose it is, is not cached, nor is an
 * indicator that could not be computed.
 *
 * Keeping costs memory that was not touched before, and the first touch of a page costs as much as
 * computing some two thousand moving sums: an indicator that is asked for a few times is computed
 * faster than it is kept. So it is kept only when it has been asked for often enough (worth_after, or
 * setting history_cache_after). Asks are counted in a small table by hash; where two share a place, an
 * indicator is kept earlier than need be, and nothing else happens.
 *
 * What is handed out stays pinned until an indicator of other bars is asked for or the job ends, which
 * is what the slot promises. When the budget does not allow a copy, what was computed is handed out
 * as the slot beneath gave it.
 */
#include "kernels/backtest/run.h"

#include "kernels/backtest/cached.h"
#include "kernels/cache/hash.h"

#include <stdio.h>
#include <string.h>

static const long kept_windows[] = {20, 50, 200};

/* How often an indicator has been asked for when it pays to keep it. Measured for moving sums, pages
 * of 4 KiB: one page is touched in the time of five to six computations of its 512 values. */
static int worth_after(enum bt_indicator_kind kind)
{
    return kind == BT_SMA ? 6 : 2;
}

enum { DOOR = 4096, DOOR_ASKS = 16 * DOOR };

/* Bytes without padding. A new member of struct bt_ask belongs in here too. */
struct key {
    struct bt_slice_key slice;
    int64_t field, kind, window;
};
_Static_assert(sizeof(struct key) == sizeof(struct bt_slice_key) + 3 * 8, "no padding in a key");
_Static_assert(sizeof(struct bt_ask) == 16, "the key must hold every member of an ask");

/* The columns of an indicator, one after the other. */
struct entry {
    long window, first, n;
    int columns;
    int64_t v[];
};

struct state {
    struct lru *cache;
    size_t bytes;
    int after; /* setting; 0: worth_after */
    uint64_t kept_hits, passed;

    unsigned char *door; /* asks for what is not kept yet, by hash; forgotten after DOOR_ASKS */
    int door_asks;

    /* Pinned for whoever computes over these bars. */
    struct bt_slice_key bars;
    uint64_t bars_hash;
    const struct entry **pinned;
    int pinned_count, pinned_room;
};

/* ---- life ------------------------------------------------------------------------------------- */

static void drop(void *value, void *owner)
{
    (void)owner;
    mem_free(MEM_HISTORY, value);
}

static bool init(void *state, const struct bt_plan *plan, struct err *e)
{
    (void)e;
    struct state *s = state;
    s->bytes = plan->history_bytes;
    s->after = plan->history_after;
    return true;
}

static void unpin_all(void *state)
{
    struct state *s = state;
    while (s->pinned_count > 0)
        lru_unpin(s->cache, s->pinned[--s->pinned_count]);
}

static void done(void *state)
{
    struct state *s = state;
    unpin_all(s);
    lru_free(s->cache);
    mem_free(MEM_HISTORY, s->pinned);
    mem_free(MEM_HISTORY, s->door);
}

static void remember_pin(struct state *s, const struct entry *entry)
{
    if (s->pinned_count == s->pinned_room) {
        s->pinned_room = s->pinned_room ? 2 * s->pinned_room : 64;
        s->pinned = mem_resize(MEM_HISTORY, s->pinned, (size_t)s->pinned_room * sizeof *s->pinned);
    }
    s->pinned[s->pinned_count++] = entry;
}

/* ---- entries ---------------------------------------------------------------------------------- */

static bool is_kept(long window)
{
    for (size_t i = 0; i < sizeof kept_windows / sizeof *kept_windows; i++)
        if (kept_windows[i] == window)
            return true;
    return false;
}

static struct entry *entry_of(const struct bt_indicator *from, size_t *bytes)
{
    size_t column = (size_t)from->n * sizeof(int64_t);
    *bytes = sizeof(struct entry) + (size_t)from->columns * column;
    struct entry *entry = mem_alloc(MEM_HISTORY, *bytes);
    *entry = (struct entry){from->window, from->first, from->n, from->columns};
    for (int c = 0; column > 0 && c < from->columns; c++)
        memcpy(entry->v + c * from->n, from->column[c].whole, column);
    return entry;
}

static struct bt_indicator indicator_of(const struct entry *entry)
{
    struct bt_indicator out = {entry->window, entry->first, entry->n, entry->columns, {{NULL}}};
    for (int c = 0; c < entry->columns; c++)
        out.column[c].whole = entry->v + c * entry->n;
    return out;
}

/* What stands before the first defined bar is nobody's. */
static bool same(const struct bt_indicator *a, const struct bt_indicator *b)
{
    bool ok =
        a->window == b->window && a->first == b->first && a->n == b->n && a->columns == b->columns;
    long first = a->first, defined = a->n - first;
    for (int c = 0; ok && defined > 0 && c < a->columns; c++)
        ok = memcmp(a->column[c].whole + first, b->column[c].whole + first,
                    (size_t)defined * sizeof(int64_t)) == 0;
    return ok;
}

/* ---- when to keep ----------------------------------------------------------------------------- */

/* Has it been asked for often enough, this time included? */
static bool is_worth(struct state *s, const struct key *key)
{
    int after = s->after ? s->after : worth_after((enum bt_indicator_kind)key->kind);
    if (after <= 1)
        return true;
    if (!s->door)
        s->door = mem_alloc_zero(MEM_HISTORY, DOOR);
    uint64_t hash = cache_hash_word(s->bars_hash, (uint64_t)key->field);
    hash = cache_hash_word(hash, (uint64_t)key->kind);
    hash = cache_hash_word(hash, (uint64_t)key->window);
    unsigned char *asks = &s->door[hash % DOOR];
    if (*asks >= after - 1)
        return true;
    ++*asks;
    if (++s->door_asks == DOOR_ASKS) {
        memset(s->door, 0, DOOR);
        s->door_asks = 0;
    }
    return false;
}

static void look_at(struct state *s, const struct bt_slice_key *bars)
{
    if (memcmp(bars, &s->bars, sizeof *bars) == 0)
        return;
    unpin_all(s);
    s->bars = *bars;
    s->bars_hash = cache_hash(bars, sizeof *bars);
}

/* ---- the slot --------------------------------------------------------------------------------- */

static bool check(const struct bt_indicator_link *self, struct bt_run *run,
                  const struct bt_ask *ask, const struct bt_series *series, const struct key *key,
                  const struct bt_indicator *cached, struct err *e)
{
    struct bt_indicator fresh;
    char what[64];
    struct arena_mark mark = arena_mark(&run->scratch);
    if (!BT_CALL(self->next, run, ask, series, &fresh, e))
        return false;
    bool ok = same(cached, &fresh);
    arena_release(&run->scratch, mark);
    snprintf(what, sizeof what, "indicator %d, window %ld, field %d", (int)ask->kind, ask->window,
             (int)series->field);
    return ok || bt_entry_is_wrong("history-cache", &key->slice, what, e);
}

/* Computes, and keeps a copy where the budget allows. */
static bool compute(struct state *s, const struct bt_indicator_link *self, struct bt_run *run,
                    const struct bt_ask *ask, const struct bt_series *series, const struct key *key,
                    struct bt_indicator *out, struct err *e)
{
    size_t bytes;
    if (!BT_CALL(self->next, run, ask, series, out, e))
        return false;
    struct entry *entry = entry_of(out, &bytes);
    if ((is_kept(ask->window) ? lru_put_kept : lru_put)(s->cache, key, sizeof *key, entry, bytes)) {
        remember_pin(s, entry);
        *out = indicator_of(entry);
    } else {
        drop(entry, NULL);
    }
    return true;
}

static bool indicator_history_cache(const struct bt_indicator_link *self, struct bt_run *run,
                                    const struct bt_ask *ask, const struct bt_series *series,
                                    struct bt_indicator *out, struct err *e)
{
    struct state *s = self->state;
    const struct bt_slice *slice = series->of ? series->of->of : NULL;
    if (!slice)
        return BT_CALL(self->next, run, ask, series, out, e);
    struct key key = {bt_slice_key(slice, slice->asset), series->field, ask->kind, ask->window};
    look_at(s, &key.slice);
    if (!is_worth(s, &key)) {
        s->passed++;
        return BT_CALL(self->next, run, ask, series, out, e);
    }
    if (!s->cache)
        s->cache = lru_new((struct lru_limits){.bytes = s->bytes}, drop, NULL);
    const struct entry *entry = lru_get(s->cache, &key, sizeof key);
    if (!entry)
        return compute(s, self, run, ask, series, &key, out, e);
    remember_pin(s, entry);
    s->kept_hits += is_kept(ask->window);
    *out = indicator_of(entry);
    return !run->plan.check_caches || check(self, run, ask, series, &key, out, e);
}

/* ---- what it tells ---------------------------------------------------------------------------- */

static int caches(const void *state, struct cache_stats *out, int max)
{
    const struct state *s = state;
    if (max < 1)
        return 0;
    out[0] = cache_stats_of(s->cache, (struct cache_stats){.name = "history-cache",
                                                           .counts = "history_cache",
                                                           .setting = "history_cache_mb",
                                                           .kind = CACHE_DATA,
                                                           .byte_limit = s->bytes});
    out[0].misses += s->passed;
    return 1;
}

static void clear(void *state)
{
    struct state *s = state;
    if (s->cache)
        lru_clear(s->cache);
}

static int statistics(const void *state, struct kernel_count *out, int max)
{
    const struct state *s = state;
    struct cache_stats stats;
    if (max < 6 || caches(state, &stats, 1) < 1)
        return 0;
    out[0] = (struct kernel_count){"history_cache_hits", stats.hits};
    out[1] = (struct kernel_count){"history_cache_misses", stats.misses};
    out[2] = (struct kernel_count){"history_cache_evictions", stats.evictions};
    out[3] = (struct kernel_count){"history_cache_refusals", stats.refusals};
    out[4] = (struct kernel_count){"history_cache_kept_hits", s->kept_hits};
    out[5] = (struct kernel_count){"history_cache_passed", s->passed};
    return 6;
}

const struct bt_layer bt_layer_history_cache = {
    .name = "history-cache",
    .why = "indicator computed per backtest -> windows 20, 50, 200 kept, LRU for the rest",
    .wrap = {.indicator = indicator_history_cache},
    .family = BT_CACHING,
    .state_size = sizeof(struct state),
    .init = init,
    .done = done,
    .statistics = statistics,
    .job_end = unpin_all,
    .caches = caches,
    .clear = clear,
};

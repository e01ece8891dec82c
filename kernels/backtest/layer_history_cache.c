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
 * computing some thousand moving sums: what is asked for a few times is computed faster than it is
 * kept. The plan knows how often that will be: asks of its combinations over different asks among
 * them, for each kind. A kind is kept when that pays (worth, or setting history_cache_reuse);
 * otherwise its asks pass through, at the cost of a look at a flag.
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

/* From how many asks for each indicator on it pays to keep those of a kind. Measured over 25 years of
 * daily bars: moving sums gain 2 % of a sweep at 10 asks, 3 % at 20, and lose up to 14 % at 5 over
 * some years; what takes longer to compute gains 6 % at 5 asks over one year, 22 % over 25. */
static long worth(int kind)
{
    return kind == BT_SMA ? 16 : 3;
}

enum { DIFFERENT_BITS = 1 << 16, COMBINATIONS_SEEN = 1 << 16 };

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
    struct bt_cached cached;
    long reuse; /* setting; 0: worth */
    bool decided, keeps[BT_INDICATOR_KINDS];
    uint64_t kept_hits, passed;

    /* Pinned for whoever computes over these bars. */
    struct bt_slice_key bars;
    const struct entry **pinned;
    int pinned_count, pinned_room;
};

/* ---- life ------------------------------------------------------------------------------------- */

static void drop(void *value, void *owner)
{
    (void)owner;
    mem_free(MEM_HISTORY, value);
}

static const struct bt_cache cache = {
    .name = "history-cache",
    .counts = "history_cache",
    .setting = "history_cache_mb",
    .kind = CACHE_DATA,
    .told = {"history_cache_hits", "history_cache_misses", "history_cache_evictions",
             "history_cache_refusals"},
    .drop = drop,
};

static bool init(void *state, const struct bt_plan *plan, struct err *e)
{
    (void)e;
    struct state *s = state;
    bt_cached_begin(&s->cached, &cache, (struct lru_limits){.bytes = plan->history_bytes});
    s->reuse = plan->history_reuse;
    return true;
}

static void unpin_all(void *state)
{
    struct state *s = state;
    while (s->pinned_count > 0)
        lru_unpin(s->cached.lru, s->pinned[--s->pinned_count]);
}

static void done(void *state)
{
    struct state *s = state;
    unpin_all(s);
    bt_cached_done(state);
    mem_free(MEM_HISTORY, s->pinned);
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

/* ---- is it worth it? -------------------------------------------------------------------------- */

struct forecast {
    long asks[BT_INDICATOR_KINDS], different[BT_INDICATOR_KINDS];
    unsigned char seen[DIFFERENT_BITS / 8]; /* by hash of kind and window */
};

static void expect(struct forecast *f, const struct bt_ask *ask)
{
    uint64_t hash = cache_hash_word((uint64_t)ask->kind, (uint64_t)ask->window) % DIFFERENT_BITS;
    unsigned char *byte = &f->seen[hash / 8], bit = (unsigned char)(1 << hash % 8);
    f->asks[ask->kind]++;
    f->different[ask->kind] += !(*byte & bit);
    *byte |= bit;
}

/* Each worker asks for its share. Where share-indicators stands beneath, an indicator is not computed
 * for each ask, but once a job. */
static void decide(struct state *s, const struct bt_run *run)
{
    const struct bt_plan *plan = &run->plan;
    bool shared = run->layers >> BT_LAYER_share_indicators & 1;
    long jobs = (plan->combinations.count + run->block - 1) / run->block;
    struct forecast f = {0};
    struct bt_walk walk = bt_walk_from(&plan->combinations, 0);
    double values[BT_PARAMS_MAX];
    struct bt_ask asks[BT_ASKS_MAX];
    for (long seen = 0; seen < COMBINATIONS_SEEN && bt_walk_next(&walk, values); seen++)
        for (int i = plan->strategy->asks(values, asks) - 1; i >= 0; i--)
            expect(&f, &asks[i]);
    long workers = plan->workers > 1 ? plan->workers : 1;
    for (int kind = 0; kind < BT_INDICATOR_KINDS; kind++) {
        long at_least = (s->reuse ? s->reuse : worth(kind)) * workers;
        bool often = f.asks[kind] >= at_least * f.different[kind] && (!shared || jobs >= at_least);
        s->keeps[kind] = s->reuse == 1 || often;
    }
    s->decided = true;
}

static void look_at(struct state *s, const struct bt_slice_key *bars)
{
    if (memcmp(bars, &s->bars, sizeof *bars) == 0)
        return;
    unpin_all(s);
    s->bars = *bars;
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
    bool ok = bt_indicators_equal(cached, &fresh);
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
    if ((is_kept(ask->window) ? lru_put_kept : lru_put)(s->cached.lru, key, sizeof *key, entry,
                                                        bytes)) {
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
    if (!s->decided)
        decide(s, run);
    if (!slice || !s->keeps[ask->kind]) {
        s->passed++;
        return BT_CALL(self->next, run, ask, series, out, e);
    }
    struct key key = {bt_slice_key(slice, slice->asset), series->field, ask->kind, ask->window};
    look_at(s, &key.slice);
    const struct entry *entry = lru_get(bt_cached_lru(&s->cached), &key, sizeof key);
    if (!entry)
        return compute(s, self, run, ask, series, &key, out, e);
    remember_pin(s, entry);
    s->kept_hits += is_kept(ask->window);
    *out = indicator_of(entry);
    return !run->plan.check_caches || check(self, run, ask, series, &key, out, e);
}

/* ---- what it tells ---------------------------------------------------------------------------- */

static int statistics(const void *state, struct kernel_count *out, int max)
{
    const struct state *s = state;
    int n = bt_cached_statistics(state, out, max);
    if (max < n + 2)
        return n;
    out[n++] = (struct kernel_count){"history_cache_kept_hits", s->kept_hits};
    out[n++] = (struct kernel_count){"history_cache_passed", s->passed};
    return n;
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
    .caches = bt_cached_caches,
    .clear = bt_cached_clear,
};

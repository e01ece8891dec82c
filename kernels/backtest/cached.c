#include "kernels/backtest/cached.h"

#include <string.h>

/* ---- the frame -------------------------------------------------------------------------------- */

void bt_cached_begin(struct bt_cached *c, const struct bt_cache *row, struct lru_limits limits)
{
    c->row = row;
    c->limits = limits;
}

struct lru *bt_cached_lru(struct bt_cached *c)
{
    if (!c->lru)
        c->lru = lru_new(c->limits, c->row->drop, NULL);
    return c->lru;
}

void bt_cached_done(void *state)
{
    struct bt_cached *c = state;
    lru_free(c->lru);
}

void bt_cached_clear(void *state)
{
    struct bt_cached *c = state;
    if (c->lru)
        lru_clear(c->lru);
}

int bt_cached_caches(const void *state, struct cache_stats *out, int max)
{
    const struct bt_cached *c = state;
    if (max < 1)
        return 0;
    out[0] = cache_stats_of(c->lru, (struct cache_stats){.name = c->row->name,
                                                         .counts = c->row->counts,
                                                         .setting = c->row->setting,
                                                         .kind = c->row->kind,
                                                         .entry_limit = c->limits.entries,
                                                         .byte_limit = c->limits.bytes});
    out[0].hits -= c->not_hits;
    out[0].misses += c->not_hits;
    return 1;
}

int bt_cached_statistics(const void *state, struct kernel_count *out, int max)
{
    const struct bt_cached *c = state;
    struct cache_stats s;
    bt_cached_caches(state, &s, 1);
    const uint64_t values[BT_CACHED_COUNTS] = {s.hits, s.misses, s.evictions, s.refusals};
    int n = 0;
    for (int i = 0; i < BT_CACHED_COUNTS; i++)
        if (c->row->told[i] && n < max)
            out[n++] = (struct kernel_count){c->row->told[i], values[i]};
    return n;
}

/* ---- what is handed out ----------------------------------------------------------------------- */

static void end_entry(void *cache, void *value)
{
    lru_unpin(cache, value);
}

/* A lease hands its thing back unseen: nobody writes through it. */
struct bt_lease bt_lease_of_entry(struct lru *cache, const void *value)
{
    return (struct bt_lease){end_entry, cache, (void *)(uintptr_t)value};
}

struct bt_slice_key bt_slice_key(const struct bt_slice *slice, uint32_t asset)
{
    struct bt_slice_key key = {.from = slice->from, .to = slice->to, .asset = asset};
    memcpy(key.content, bundle_info(slice->bundle)->content, sizeof key.content);
    return key;
}

bool bt_entry_is_wrong(const char *cache, const struct bt_slice_key *key, const char *what,
                       struct err *e)
{
    return err_set(e, ERR_MISMATCH,
                   "cache %s: %s of asset %llu, times %lld..%lld, content %.12s: the entry differs "
                   "from a fresh one",
                   cache, what, (unsigned long long)key->asset, (long long)key->from,
                   (long long)key->to, key->content);
}

bool bt_indicators_equal(const struct bt_indicator *a, const struct bt_indicator *b)
{
    bool ok =
        a->window == b->window && a->first == b->first && a->n == b->n && a->columns == b->columns;
    long first = a->first, defined = a->n - first;
    for (int c = 0; ok && defined > 0 && c < a->columns; c++)
        ok = memcmp(a->column[c].whole + first, b->column[c].whole + first,
                    (size_t)defined * sizeof(int64_t)) == 0;
    return ok;
}

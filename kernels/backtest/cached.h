/* What the layers that cache have in common: leases on entries, and the check of what they hold.
 *
 * A value handed out belongs to the cache and is read-only: everybody gets the same one. Where memory
 * or the budget does not allow an entry, a layer hands out what the slot beneath gave.
 */
#ifndef CUPEL_BACKTEST_CACHED_H
#define CUPEL_BACKTEST_CACHED_H

#include "kernels/backtest/slots.h"
#include "kernels/cache/stats.h"
#include "kernels/kernel.h"

/* ---- the frame of a layer that keeps things in an LRU ----------------------------------------- */

enum { BT_CACHED_COUNTS = 4 };

/* What it is: one const row. */
struct bt_cache {
    const char *name, *counts, *setting; /* struct cache_stats */
    enum cache_kind kind;
    const char
        *told[BT_CACHED_COUNTS]; /* names of hits, misses, evictions, refusals; NULL: not told */
    lru_drop_fn *drop;
};

/* Stands first in the layer's state, so that these functions can be the layer's own. */
struct bt_cached {
    const struct bt_cache *row;
    struct lru_limits limits;
    struct lru *lru;   /* NULL: not used yet */
    uint64_t not_hits; /* found, but not good any more: a miss */
};

void bt_cached_begin(struct bt_cached *c, const struct bt_cache *row, struct lru_limits limits);
struct lru *bt_cached_lru(struct bt_cached *c); /* made at the first need */

void bt_cached_done(void *state);
void bt_cached_clear(void *state);
int bt_cached_caches(const void *state, struct cache_stats *out, int max);
int bt_cached_statistics(const void *state, struct kernel_count *out,
                         int max); /* what told names */

/* ---- what is handed out ----------------------------------------------------------------------- */

/* Unpins the value when it ends. */
struct bt_lease bt_lease_of_entry(struct lru *cache, const void *value);

/* Whose value a key names; bytes without padding, as a cache compares them. */
struct bt_slice_key {
    char content[SHA256_HEX - 1];
    int64_t from, to;
    uint64_t asset;
};
_Static_assert(sizeof(struct bt_slice_key) == SHA256_HEX - 1 + 3 * 8, "no padding in a key");

struct bt_slice_key bt_slice_key(const struct bt_slice *slice, uint32_t asset);

/* The error of an entry that is not what a fresh computation gives (setting check_caches); false.
 * what: "columns", "SMA of window 20". */
bool bt_entry_is_wrong(const char *cache, const struct bt_slice_key *key, const char *what,
                       struct err *e);

/* Bit for bit from the first defined bar on: what stands before it is nobody's. */
bool bt_indicators_equal(const struct bt_indicator *a, const struct bt_indicator *b);

#endif

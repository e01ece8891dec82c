/* What the layers that cache have in common: leases on entries, and the check of what they hold.
 *
 * A value handed out belongs to the cache and is read-only: everybody gets the same one. Where memory
 * or the budget does not allow an entry, a layer hands out what the slot beneath gave.
 */
#ifndef CUPEL_BACKTEST_CACHED_H
#define CUPEL_BACKTEST_CACHED_H

#include "kernels/backtest/slots.h"
#include "kernels/cache/lru.h"

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

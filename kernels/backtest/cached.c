#include "kernels/backtest/cached.h"

#include <string.h>

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

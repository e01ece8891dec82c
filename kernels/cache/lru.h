/* A cache with the least recently used entry leaving first, bounded by entries and by bytes.
 *
 *     struct lru *c = lru_new((struct lru_limits){.entries = 100, .bytes = 2u << 30}, drop, NULL);
 *     const struct thing *v = lru_get(c, &key, sizeof key);      // pinned when found
 *     if (!v) {
 *         struct thing *made = make();
 *         if (lru_put(c, &key, sizeof key, made, bytes)) ...      // pinned too; read-only from now on
 *     }
 *     ... use v ...
 *     lru_unpin(c, v);
 *
 * A pinned entry is never evicted under its user. An entry larger than the byte budget is refused,
 * so that the budget is kept always. Any number of threads may use one cache at once (but lru_free):
 * a lock inside guards the tables, pins keep what was handed out, and nobody writes to it.
 *
 * Two tiers share the limits. An ordinary entry makes room at the cost of ordinary ones only; a kept
 * one (lru_put_kept) at the cost of ordinary ones first, then of the least recently used kept ones.
 */
#ifndef CUPEL_CACHE_LRU_H
#define CUPEL_CACHE_LRU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lru;

struct lru_limits {
    size_t entries, bytes; /* 0: no limit */
};

struct lru_stats {
    uint64_t hits, misses, evictions, refusals;
    size_t entries, bytes;           /* of both tiers, with what was removed but is still pinned */
    size_t kept_entries, kept_bytes; /* of these, in the kept tier */
    struct lru_limits limits;
};

/* `drop` frees a value that leaves (evicted, removed, cleared), in the thread that makes it leave and
 * outside the lock. Owner: the caller, lru_free. */
typedef void lru_drop_fn(void *value, void *owner);
struct lru *lru_new(struct lru_limits limits, lru_drop_fn *drop, void *owner);
void lru_free(struct lru *c); /* drops all; no entry may be pinned. NULL is fine */

/* The value, pinned and now the most recently used; NULL: a miss. Keys are bytes (no padding!). */
const void *lru_get(struct lru *c, const void *key, size_t key_bytes);

/* Takes ownership of the value and pins it; replaces (and drops) one of the same key. false: larger
 * than the budget, or all the room is taken by what may not leave; nothing changed and the value
 * stays the caller's. value: not NULL, and no other entry's. */
bool lru_put(struct lru *c, const void *key, size_t key_bytes, void *value, size_t value_bytes);
bool lru_put_kept(struct lru *c, const void *key, size_t key_bytes, void *value,
                  size_t value_bytes);

/* One per successful lru_get or lru_put. */
void lru_unpin(struct lru *c, const void *value);

/* Removed entries that are pinned are dropped at their last unpin, and count until then. */
bool lru_remove(struct lru *c, const void *key, size_t key_bytes); /* false: was not there */
void lru_clear(struct lru *c); /* removes all; the counts go on */

struct lru_stats lru_stats(struct lru *c);

/* Every live entry, the most recently used first, kept ones last. Under the lock: must not use the cache. */
typedef void lru_each_fn(void *context, const void *key, size_t key_bytes, const void *value,
                         size_t value_bytes);
void lru_each(struct lru *c, lru_each_fn *visit, void *context);

#endif

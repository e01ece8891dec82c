/* What a cache tells about itself, in one shape for all caches.
 *
 * Units: requests and entries as counts, sizes in bytes, rates as ratios from 0 to 1 (nowhere in
 * cupel is a hit rate a percentage).
 */
#ifndef CUPEL_CACHE_STATS_H
#define CUPEL_CACHE_STATS_H

#include "harness/base/str.h"
#include "kernels/cache/lru.h"

/* How a hit rate is judged (advice.h). */
enum cache_kind {
    CACHE_LISTS, /* few large answers: asset lists, open bundles */
    CACHE_DATA,  /* many: columns, indicators */
};

struct cache_stats {
    const char *name;    /* of the layer */
    const char *counts;  /* what its counts in records begin with: "group_cache" ("_hits", ...) */
    const char *setting; /* the one that sets its limit, "cache_size_gb" */
    enum cache_kind kind;
    const char *covered_by; /* the layer that answers before this is asked; NULL: none */
    uint64_t hits, misses, evictions, refusals;
    size_t entries, bytes;
    size_t entry_limit, byte_limit; /* 0: no limit */
};

/* Name, setting, kind and limits of `about`, the counts of the cache; NULL: not used yet. */
struct cache_stats cache_stats_of(struct lru *c, struct cache_stats about);

/* hits / (hits + misses), 0..1; NaN when it was never asked. */
double cache_hit_rate(const struct cache_stats *s);

/* The share in use of the limit that is nearer, 0..1; NaN: no limit. */
double cache_filled(const struct cache_stats *s);

/* One line for reports and logs:
 * "pre-group: 164 hits, 1 misses, hit rate 0.994, 8 entries, 1.2 MiB of 2 GiB, 0 evictions,
 * 0 refusals\n". A rate that is undefined is "none". */
void cache_stats_print(const struct cache_stats *s, struct text *out);

#endif

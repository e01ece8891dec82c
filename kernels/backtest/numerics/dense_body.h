/* What dense.c and dense_avx2.c share: whole numbers of a lane, compiled for each set of
 * instructions. */
#ifndef CUPEL_NUMERICS_DENSE_BODY_H
#define CUPEL_NUMERICS_DENSE_BODY_H

#include "kernels/backtest/numerics/dense.h"
#include "kernels/backtest/numerics/words.h"

#define DENSE_INLINE static inline __attribute__((always_inline))

/* What happens at eight bars adds to the hash: `path` holds the position before them and theirs, from
 * bit 0 on. */
DENSE_INLINE uint64_t dense_hash(const struct dense_hashes *row, uint64_t path)
{
    return row[0].hash[path & (DENSE_PATHS - 1)] +
           row[1].hash[path >> DENSE_CHUNK & (DENSE_PATHS - 1)];
}

/* Counts of one word of one lane. */
DENSE_INLINE void dense_count(struct dense *d, int lane, uint64_t position)
{
    uint64_t last = d->last[lane];
    d->orders[lane] += __builtin_popcountll(position ^ (position << 1 | last));
    d->bars_long[lane] += __builtin_popcountll(position);
    d->last[lane] = position >> 63;
}

/* The first bar of all has no return, but what its fill cost stays. */
DENSE_INLINE void dense_first(const struct dense_tables *p, struct dense *d,
                              const uint64_t *position, long stride)
{
    for (int lane = 0; lane < DENSE_LANES; lane++)
        d->growth[lane] = position[lane * stride] & 1 ? p->first : 1;
}

#endif

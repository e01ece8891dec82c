/* A covering array: few rows, one level of each factor in each, so that every combination of levels
 * of any two (or three) factors that is possible at all stands in some row.
 *
 *     static const int levels[] = {2, 2, 4};                       // three factors
 *     struct covering_rules rules = {.factors = 3, .levels = levels, .strength = 2, .seed = 1};
 *     covering_make(&rules, arena, &array);
 *     for (long r = 0; r < array.rows; r++) ... covering_row(&array, r)[factor] ...
 *
 * Faults of software are mostly set off by one or two settings together, seldom by three (Kuhn,
 * Wallace, Gallo 2004), so that such an array finds nearly what all combinations would.
 * Algorithm: greedy, one row at a time (AETG, Cohen et al. 1997): a combination not yet covered is
 * set, then factor by factor, in random order, the level that covers most; the best of several such
 * rows is kept. The same seed gives the same array on every machine.
 */
#ifndef CUPEL_VERIFY_COVERING_H
#define CUPEL_VERIFY_COVERING_H

#include "harness/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

enum { COVERING_FACTORS_MAX = 40, COVERING_STRENGTH_MAX = 3, COVERING_OPEN = -1 };

struct covering_rules {
    int factors;       /* strength..COVERING_FACTORS_MAX */
    const int *levels; /* of each factor, at least 1 */
    int strength;      /* 1..COVERING_STRENGTH_MAX */
    uint64_t seed;

    /* Can this row be completed? row[factor] is a level, or COVERING_OPEN where none is chosen yet.
     * It must be exact: true only when some choice for the open ones is allowed. NULL: any row is. */
    bool (*possible)(void *context, const int *row);
    void *context;
};

struct covering {
    int factors;
    long rows;
    int *level;                    /* [rows][factors] */
    long combinations, impossible; /* of levels, to the strength; those that no row can have */
};

/* Lives in the arena. No row at all when nothing is possible. */
void covering_make(const struct covering_rules *rules, struct arena *a, struct covering *out);

static inline const int *covering_row(const struct covering *c, long row)
{
    return c->level + row * c->factors;
}

#endif

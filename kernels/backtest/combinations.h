/* The combinations of parameter values that a search tries, by number, without holding them.
 *
 *     struct bt_combinations c;
 *     if (!bt_combinations_grid(&space, a, &c, e)) ...
 *     bt_combination(&c, 17, values);                             // any one
 *     struct bt_walk w = bt_walk_from(&c, 0);                     // or one after the other
 *     while (bt_walk_next(&w, values)) ...
 *
 * Algorithm. A search is a rule that gives the values at a position 0, 1, 2 ...; those that the
 * strategy calls invalid are passed over, and the i-th of the rest is combination i.
 *   grid     positions count like a mileage counter, the last parameter fastest;
 *   random   over a finite space: a permutation of the grid's positions that the seed chooses (a
 *            Feistel network of 8 rounds over the next power of 4, walked along its cycles: Black &
 *            Rogaway 2002), so that no draw can repeat another and all of a space can be had;
 *   random   over a continuum, or where a whole range is logarithmic: position k is drawn by a
 *            generator seeded with (seed, k); the few that repeat an earlier one are noted.
 * Values drawn need only + * and sqrt: the same on every machine.
 *
 * Memory: where all are valid, none; else eight bytes for every 64 combinations (0.125 a
 * combination: 12.5 KB for 100,000), and eight for each repetition that was drawn. Reading one finds
 * the note before it and steps on, past at most 63 combinations and what is invalid between; a walk
 * takes one step each. Read-only once made: threads and forked workers share it.
 */
#ifndef CUPEL_BACKTEST_COMBINATIONS_H
#define CUPEL_BACKTEST_COMBINATIONS_H

#include "kernels/backtest/space.h"

enum { BT_COMBINATIONS_MAX = 10000000, BT_FEISTEL_ROUNDS = 8 };

enum bt_order { BT_ORDER_GRID, BT_ORDER_PERMUTED, BT_ORDER_DRAWN };

struct bt_combinations {
    struct bt_space space;
    long count; /* >= 1 */
    enum bt_order order;
    int64_t size; /* positions there are; 0: no end (drawn) */
    uint64_t seed, keys[BT_FEISTEL_ROUNDS];
    const int64_t *marks;   /* positions of combinations 0, 64, ...; NULL: i stands at i */
    const int64_t *repeats; /* drawn positions that repeat an earlier one, ascending */
    long repeat_count;
};

/* Every valid combination. Error: a continuous or logarithmic range (by name), more than
 * BT_COMBINATIONS_MAX combinations, or no valid one. */
bool bt_combinations_grid(const struct bt_space *space, struct arena *a,
                          struct bt_combinations *out, struct err *e) MUST_CHECK;

/* `trials` different valid combinations, the same for the same seed; 0: every one of a finite space.
 * Error: names trials and how many combinations there are when that is less, or that the space has
 * no end. */
bool bt_combinations_random(const struct bt_space *space, long trials, uint64_t seed,
                            struct arena *a, struct bt_combinations *out, struct err *e) MUST_CHECK;

/* values[params] of combination i, 0 <= i < count. */
void bt_combination(const struct bt_combinations *c, long i, double *values);

/* A place in the sequence, owned by the caller. */
struct bt_walk {
    const struct bt_combinations *of;
    long next; /* the number of the combination that bt_walk_next will give */
    int64_t position;
};

struct bt_walk bt_walk_from(const struct bt_combinations *c, long i); /* 0 <= i <= count */
bool bt_walk_next(struct bt_walk *w, double *values);                 /* false: past the last */

#endif

/* Sets of layers of a kernel: which there are to try, which of them it refuses, and covering arrays of
 * layers and of what else varies.
 *
 *     struct sets_rules rules = {.universe = all, .levels = levels, .factors = 2, .strength = 2, .seed = 1};
 *     if (!sets_cover(&rules, arena, &array, e)) ...
 *     for (long r = 0; r < array.covering.rows; r++)
 *         layers = sets_row(&array, r, &level);        // level[0], level[1]: of the other factors
 */
#ifndef CUPEL_VERIFY_SETS_H
#define CUPEL_VERIFY_SETS_H

#include "harness/verify/covering.h"
#include "kernels/kernel.h"

/* Does the kernel take this set (by its resolve)? If not, one sentence. */
bool sets_accepted(const struct kernel *k, uint64_t set, struct err *e) MUST_CHECK;

/* Of the backtest kernel, whose layers tell what they need: is there an accepted set with all of `on`, some
 * of `open` and nothing else? *out: with as few of `open` as their needs allow. Exact while no two layers
 * give one thing. */
bool sets_complete(uint64_t on, uint64_t open, uint64_t *out);

/* The largest accepted part of `set`, added up in the order of the table. */
uint64_t sets_largest(const struct kernel *k, uint64_t set);

struct layer_sets {
    uint64_t *v; /* none, each alone, every pair, all but one, all; each once */
    int n;
    struct refused_set {
        uint64_t set;
        const char *why;
    } * refused;
    int refused_count;
};

/* Over the layers of `universe`. Lives in the arena. */
void sets_list(const struct kernel *k, uint64_t universe, struct arena *a, struct layer_sets *out);

/* ---- covering arrays --------------------------------------------------------------------------- */

struct sets_rules {
    uint64_t universe; /* layers that sets are made of: a factor each, on or off */
    const int *levels; /* of each factor besides */
    int factors;
    int strength; /* any so many factors meet in every combination: 1..3 */
    uint64_t seed;

    /* Can a set be that has all of `on`, some of `open` and nothing else? As exact as covering.h wants it.
     * NULL: any can. */
    bool (*possible)(const void *context, uint64_t on, uint64_t open);
    const void *context;
};

struct sets_array {
    struct covering covering;
    int layer[COVERING_FACTORS_MAX], layers; /* the first factors */
};

/* Lives in the arena. Error: more layers than there is room for. */
bool sets_cover(const struct sets_rules *rules, struct arena *a, struct sets_array *out,
                struct err *e) MUST_CHECK;

/* The layers that are on in a row, and the levels of its other factors. */
uint64_t sets_row(const struct sets_array *s, long row, const int **level);

#endif

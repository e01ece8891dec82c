/* Sets of layers of the backtest kernel: which there are to try, and which of them it refuses.
 */
#ifndef CUPEL_VERIFY_SETS_H
#define CUPEL_VERIFY_SETS_H

#include "harness/base/arena.h"
#include "harness/base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* Does the kernel take this set? If not, one sentence. */
bool sets_accepted(uint64_t set, struct err *e) MUST_CHECK;

/* Is there an accepted set with all of `on`, some of `open` and nothing else? *out: with as few of
 * `open` as their needs allow. Exact while no two layers give one thing. */
bool sets_complete(uint64_t on, uint64_t open, uint64_t *out);

/* The largest accepted part of `set`, added up in the order of the table. */
uint64_t sets_largest(uint64_t set);

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
void sets_list(uint64_t universe, struct arena *a, struct layer_sets *out);

#endif

/* Digests of results that do not ask for their order, so that they need no memory of them: each row
 * is hashed with what it belongs to (plan, range, values of the parameters, symbol), the hashes are
 * added up, and the sum is hashed again. They find differences; they are no defence against somebody
 * who makes them on purpose.
 *
 *     struct bt_digest d;
 *     bt_digest_open(&d, &plan, arena);
 *     bt_digest_add(&d, result);                          // each once
 *     bt_digest_end(&d, &out);
 *
 * Two of them, by the rows' table (row.h):
 *   exact    hash of the trades, wholes, exposure, and what filters left: equal for every set of layers;
 *   metrics  the bits of the metrics that a layer may change within its bound, and of snapshots;
 *            beside it a sum of each, to be held to that bound.
 * Undefined (NaN) is one thing, whatever bits it has.
 */
#ifndef CUPEL_BACKTEST_DIGEST_H
#define CUPEL_BACKTEST_DIGEST_H

#include "kernels/backtest/result.h"
#include "kernels/kernel.h"

/* A hash in progress: two lanes that never meet. */
struct bt_hash {
    uint64_t a, b;
};

struct bt_digest {
    /* Of the plan: made once, since a row must cost next to nothing. */
    const struct bt_hash *ranges; /* of the plan and each range's name */
    const uint64_t *symbols;      /* of each name */
    int symbol_count, params;
    uint16_t exact[BT_METRICS_MAX], bound[KERNEL_SUMS_MAX]; /* offsets in a row */
    int exact_count, bound_count;

    /* Of the results. */
    struct bt_hash of_exact, of_metrics;
    struct kernel_sum sums[KERNEL_SUMS_MAX]; /* of bound, and last of snapshots */
    double error;                            /* the largest of a row */
    uint64_t results;
};

/* plan need not outlive the call; the memory is the arena's. */
void bt_digest_open(struct bt_digest *d, const struct bt_plan *plan, struct arena *a);

/* As before the first result. */
void bt_digest_clear(struct bt_digest *d);

void bt_digest_add(struct bt_digest *d, const struct bt_result *r);

/* What a filter decided counts as well: this combination is among the last. */
void bt_digest_add_survivor(struct bt_digest *d, const double *values);

void bt_digest_end(const struct bt_digest *d, struct kernel_digest *out);

#endif

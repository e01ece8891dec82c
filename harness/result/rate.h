/* How many of what a kernel does one side of a cell did in a second: of kernels that count it under one of
 * the names in rate_units.
 *
 *     struct rate rate;
 *     if (rate_of(&result, SIDE_NEW, &rate)) ... rate.wall.estimate, rate.unit ...
 *
 * Backtests have more to tell: throughput.h.
 */
#ifndef CUPEL_RESULT_RATE_H
#define CUPEL_RESULT_RATE_H

#include "harness/base/json.h"
#include "harness/result/cell.h"
#include "harness/stats/interval.h"

extern const char *const rate_units[]; /* NULL-terminated; the first that is counted */

struct rate {
    const char *unit;                /* "straddles" */
    double count;                    /* of one run */
    struct stats_interval wall, cpu; /* a second, Hodges-Lehmann over the pairs; cpu: of all
                                      * processes together */
};

/* False: the kernel counts none of them. r->count >= 1. */
bool rate_of(const struct cell_result *r, int side, struct rate *out);

/* A member of a side's record (results/schema.json). Owner: the caller. */
struct json *rate_json(const struct rate *rate);

#endif

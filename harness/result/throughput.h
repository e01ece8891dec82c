/* How fast one side of a cell was, a bar of a backtest at a time: of kernels that count what they did as
 * "backtests" and "bar_backtests" (one bar of one symbol's row).
 *
 *     struct throughput t;
 *     if (throughput_of(&result, SIDE_NEW, &t)) ... t.cpu_ns.estimate, t.dense_share ...
 */
#ifndef CUPEL_RESULT_THROUGHPUT_H
#define CUPEL_RESULT_THROUGHPUT_H

#include "harness/base/json.h"
#include "harness/result/cell.h"
#include "harness/stats/interval.h"

struct throughput {
    double backtests, bar_backtests;       /* of one run */
    struct stats_interval cpu_ns, wall_ns; /* a bar-backtest, Hodges-Lehmann over the pairs */
    double min_ns;                         /* the fastest pair's CPU time, a bar-backtest */
    double backtests_per_s;                /* of CPU time */
    double
        dense_share; /* of the dense ceiling (probe/ceiling.h) beside each pair, median. Above 1: fewer
                          * operations than one pass over the bars takes. NAN: not measured */
    double instructions; /* a bar-backtest; NAN: not counted */
    double issue_share;  /* instructions at the best rate of the pair, to what was measured. NAN */
    int contended;       /* pairs in which somebody else used the core */
};

/* False: the kernel does not count them. r->count >= 1. */
bool throughput_of(const struct cell_result *r, int side, struct throughput *out);

/* Was the core somebody else's too in this pair? False also where that cannot be told. */
bool throughput_contended(const struct cell_result *r, const struct cell_pair *pair);

/* A member of a side's record (results/schema.json). Owner: the caller. */
struct json *throughput_json(const struct throughput *t, const struct cell_side *side);

#endif

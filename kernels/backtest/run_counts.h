/* What a run counts: its own counters, input and output, its layers' statistics, its workers' all of these.
 */
#ifndef CUPEL_BACKTEST_RUN_COUNTS_H
#define CUPEL_BACKTEST_RUN_COUNTS_H

#include "kernels/kernel.h"

#include <stdint.h>

struct bt_run;

/* counter, name in records */
#define BT_COUNTS(X)                                                                               \
    X(backtests, "backtests")                                                                      \
    X(bar_backtests, "bar_backtests")                                                              \
    X(resumed, "backtests_from_store")                                                             \
    X(failed, "backtests_failed")                                                                  \
    X(settled, "backtests_settled")                                                                \
    X(bundle_opens, "bundle_opens")                                                                \
    X(asset_lists, "asset_lists")                                                                  \
    X(rows_scanned, "rows_scanned")                                                                \
    X(checkpoint_reads, "checkpoint_reads")                                                        \
    X(checkpoint_writes, "checkpoint_writes")                                                      \
    X(result_writes, "result_writes")                                                              \
    X(results_parsed, "results_parsed")                                                            \
    X(results_lost, "results_lost")

struct bt_counts {
#define BT_COUNT_FIELD(field, name) uint64_t field;
    BT_COUNTS(BT_COUNT_FIELD)
#undef BT_COUNT_FIELD
};

/* By name, always in the same order; returns how many, at most max. */
int bt_run_counts(const struct bt_run *run, struct kernel_count *out, int max);

#endif

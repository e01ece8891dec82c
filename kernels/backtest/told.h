/* What a worker process counted, on its way to the run of its parent.
 *
 *     bt_told_begin(&told, run);            // in the worker, before its first job
 *     bt_told_put(&told, run, answer);      // after each
 *     bt_told_take(run, &answer) ...        // in the parent: the rest of the answer stays
 */
#ifndef CUPEL_BACKTEST_TOLD_H
#define CUPEL_BACKTEST_TOLD_H

#include "harness/base/str.h"
#include "kernels/backtest/run.h"

/* What the parent knows already, as bt_run_counts lists it. */
struct bt_told {
    struct kernel_count v[KERNEL_COUNTS_MAX];
};

/* What was counted so far is not the worker's. */
void bt_told_begin(struct bt_told *told, const struct bt_run *run);

/* Appends what was counted since. */
void bt_told_put(struct bt_told *told, const struct bt_run *run, struct text *out);

/* Cuts it off the front and adds it to run->of_workers. false: it is cut short. */
bool bt_told_take(struct bt_run *run, struct str *bytes);

#endif

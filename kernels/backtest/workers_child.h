/* What a worker process does with a job: computes its backtests, writes the answer (workers_wire.h).
 */
#ifndef CUPEL_BACKTEST_WORKERS_CHILD_H
#define CUPEL_BACKTEST_WORKERS_CHILD_H

#include "harness/base/err.h"
#include "harness/base/str.h"

/* For struct pool_work; context: the run, as it was at the fork. */
bool bt_child_begin(void *context, struct str preamble, struct err *e);
bool bt_child_run(void *context, struct str job, struct text *answer, struct err *e);

#endif

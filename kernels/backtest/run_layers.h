/* The layers of a run: begun with it, ended with it, told when a job ends.
 */
#ifndef CUPEL_BACKTEST_RUN_LAYERS_H
#define CUPEL_BACKTEST_RUN_LAYERS_H

#include "kernels/backtest/run.h"

/* Their states, the size of blocks, the slots of run->ops and run->exact_ops. stores: has the run a store?
 * Also on error bt_run_end_layers is due. */
bool bt_run_begin_layers(struct bt_run *run, bool stores, struct err *e) MUST_CHECK;
void bt_run_end_layers(struct bt_run *run);

/* After a job: what layers handed out for it is given back. The scratch stays. */
void bt_job_ends(struct bt_run *run);

#endif

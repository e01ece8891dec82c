/* A block of backtests over the workers: jobs go out, answers come back, results are taken as far as all
 * before them are settled. The backtests of a job that lost its worker twice run again, one job each, so that
 * only the guilty one fails.
 */
#ifndef CUPEL_BACKTEST_WORKERS_BATCH_H
#define CUPEL_BACKTEST_WORKERS_BATCH_H

#include "kernels/backtest/blocks.h"

/* Computes the block's todo and takes all its results (bt_block_take), also on error. */
bool bt_workers_batch(struct bt_run *run, struct bt_block *block, struct err *e) MUST_CHECK;

#endif

/* How the backtests of a block are cut into jobs for workers.
 *
 * Many small jobs share the work evenly, and a worker that dies takes few with it. Where layers work on
 * whole blocks at a fixed cost a block and symbol, jobs are few: symbols are shared out where there are
 * enough of them; else each worker gets runs of BT_CUT_RUN backtests, by turns, since those that stand side
 * by side cost alike.
 *
 *     struct bt_cut cut = bt_cut_of(run, n);
 *     for (long j = 0; j < bt_cut_jobs(&cut); j++) ... bt_cut_which(&cut, j, which) ...
 */
#ifndef CUPEL_BACKTEST_WORKERS_CUT_H
#define CUPEL_BACKTEST_WORKERS_CUT_H

#include "kernels/backtest/workers_wire.h"

enum { BT_CUT_RUN = 64 };

struct bt_cut {
    int n;            /* backtests */
    bool rows;        /* jobs give their rows into places, else packed results */
    int cuts, groups; /* jobs with rows: of the backtests, times of the symbols */
    int job_size;     /* backtests of others */
};

struct bt_cut bt_cut_of(const struct bt_run *run, int n);

long bt_cut_jobs(const struct bt_cut *cut);

/* Which of the n backtests job `number` is of, in order; which[n]. Returns how many. */
int bt_cut_which(const struct bt_cut *cut, long number, int *which);

/* The symbols of job `number` and its place, which is free again when the job was told; symbols 0 where it
 * gives packed results. range and n are the caller's. */
struct bt_wire_job bt_cut_head(const struct bt_run *run, const struct bt_cut *cut, long number);

#endif

/* How far a sweep is, on standard error: one line, written over, on a terminal; a line every few
 * seconds and at the end of each range elsewhere; nothing when it is off.
 *
 *     [2/3] crisis sma-cross  1,234/4,851  182,000/s  12 s left  cache hits 0.994
 *
 * The range is named where there are several. Done and total are the range's, the time is that of all that may still come (filters may leave
 * less). The clock is read between slices of a run only.
 */
#ifndef CUPEL_CMD_SWEEP_PROGRESS_H
#define CUPEL_CMD_SWEEP_PROGRESS_H

#include "kernels/backtest/run.h"

#include <stdio.h>

/* Backtests a second, exponentially smoothed: what was 3 seconds ago counts 1/e. Zero to begin with. */
struct sweep_rate {
    double sum, weight;
};

void sweep_rate_add(struct sweep_rate *r, double rate, double seconds);
double sweep_rate_now(const struct sweep_rate *r); /* NaN: unknown yet */

struct sweep_progress {
    FILE *out;           /* NULL: off */
    bool terminal, live; /* live: the line on the terminal is not ended */
    int width;           /* columns; 0: ask the terminal */
    int64_t (*now_ns)(void);
    const struct bt_run *run;
    int range;            /* that is being run; -1: none yet */
    long range_total;     /* backtests that run in it */
    uint64_t range_begin; /* how many were done before it */
    uint64_t seen;        /* how many were done when the rate was last looked at */
    int64_t seen_ns, shown_ns;
    struct sweep_rate rate;
};

/* Off when quiet or not wanted. A test may change out, terminal, width and now_ns after it. */
void sweep_progress_open(struct sweep_progress *p, const struct bt_run *run, bool wanted);

/* After each slice, of which none goes over the end of a range: the backtests before `at` are done. */
void sweep_progress_tick(struct sweep_progress *p, long at);

/* Wipes a live line, so that something else can be said; the next tick draws it again. */
void sweep_progress_wipe(struct sweep_progress *p);

#endif

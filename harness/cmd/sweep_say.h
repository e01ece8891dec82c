/* What cupel sweep says of a run, on standard error: what the kernel notes on the way, and at the end how much was
 * done, the best, advice, the caches.
 */
#ifndef CUPEL_CMD_SWEEP_SAY_H
#define CUPEL_CMD_SWEEP_SAY_H

#include "harness/cmd/sweep_progress.h"
#include "harness/cmd/sweep_walk.h"
#include "kernels/backtest/settle.h"

struct sweep_say {
    const struct bt_run *run;
    const struct bt_best *best;
    const struct sweep_walk *walk; /* value NULL: not of a walk-forward search */
    uint64_t delivered;            /* results that passed the filters */
    int64_t ns;                    /* that it took */
    bool caches;                   /* what they did, too */
};

void sweep_say_summary(const struct sweep_say *s);

/* Each note once, as a warning; the live line of progress makes way. */
void sweep_say_notes(struct bt_run *run, struct sweep_progress *progress);

#endif

/* A sweep from its first backtest to its last: slices of the run, results into the tables as they come, what is
 * said between them and at the end. Where it stops early, what was done is kept.
 *
 *     struct sweep_loop s = sweep_loop_begin(&outputs);
 *     s.run = bt_run_open(settings, layers, (struct bt_run_target){.consumer = sweep_loop_consumer(&s)}, e);
 *     bool ok = s.run && sweep_loop_run(&s, e);
 *     sweep_loop_close(&s);
 */
#ifndef CUPEL_CMD_SWEEP_LOOP_H
#define CUPEL_CMD_SWEEP_LOOP_H

#include "harness/cmd/sweep_outputs.h"
#include "harness/cmd/sweep_progress.h"
#include "kernels/backtest/settle.h"

struct sweep_loop {
    bool shown;           /* progress */
    bool cache_stats;     /* what the caches did, at the end */
    long cache_log_every; /* backtests; 0: never */
    struct bt_run *run;   /* set before the first result */

    /* Its own. */
    struct sweep_outputs outputs;
    struct sweep_progress progress;
    struct bt_best best; /* of the results, or of the summary where there are several ranges */
    uint64_t delivered, logged;
    int64_t begun_ns, flushed_ns;
    bool replaced;  /* a result of another content than the plan's */
    bool finishing; /* all is computed */
};

struct sweep_loop sweep_loop_begin(const struct sweep_outputs_settings *outputs);
struct bt_consumer sweep_loop_consumer(struct sweep_loop *s);

/* Error: also when backtests failed (--continue-on-error). */
bool sweep_loop_run(struct sweep_loop *s, struct err *e) MUST_CHECK;

void sweep_loop_close(struct sweep_loop *s); /* the run too; one that is NULL is fine */

#endif

/* The report of a walk-forward search: what the best of each training was worth afterwards.
 *
 * A table of numbers: a row for each window, then mean, median, sd, min, max over the windows, and
 * variation (summary.h). Columns: the best parameters, and the objective on train, validation (when
 * there is one) and test, as the mean over symbols. It is text for people and records for programs:
 *
 *     window,fast,slow,train,validation,test,falls_short
 *     w01,5,20,1.2,0.9,0.4,yes                (the test is worth less than 0.7 of the validation)
 *     mean,...
 */
#ifndef CUPEL_CMD_SWEEP_WALK_H
#define CUPEL_CMD_SWEEP_WALK_H

#include "harness/cmd/emitter.h"
#include "kernels/backtest/run.h"

struct sweep_walk {
    const struct bt_plan *plan;
    int windows, columns; /* of values: parameters, then phases */
    bool has[BT_PHASES];
    double *value; /* [windows][columns], NaN: none */
};

/* Of a plan that walks forward. */
void sweep_walk_open(struct sweep_walk *w, const struct bt_plan *plan);
void sweep_walk_done(struct sweep_walk *w); /* zero is fine */

void sweep_walk_observe(struct sweep_walk *w, const struct bt_result *r);
/* After the last result: what the trainings chose. */
void sweep_walk_take_best(struct sweep_walk *w, const struct bt_selection *selection);

void sweep_walk_say(const struct sweep_walk *w); /* to standard error */
bool sweep_walk_write(const struct sweep_walk *w, const char *format, const char *path,
                      struct err *e) MUST_CHECK;

#endif

/* Which backtests run: all of a grid, those that the filters left, the best of a training.
 *
 * The answer for a range follows from the results of the ranges before it, whether they were just
 * computed or come from the store: a resumed run decides as the first one did. A window in whose
 * training no combination has a defined objective has no best: nothing else of it runs.
 */
#ifndef CUPEL_BACKTEST_SELECT_H
#define CUPEL_BACKTEST_SELECT_H

#include "kernels/backtest/result.h"
#include "kernels/backtest/settle.h"

struct bt_selection {
    uint64_t *bits; /* [range_count + 1][words]: combinations that run in a range; the last:
                           * those that are left. NULL: all, always */
    long words;
    struct bt_best *best; /* by window, of its training; NULL: no walk-forward search */
};

/* Memory: a bit per combination and range, and only when there are filters. */
void bt_selection_open(const struct bt_plan *plan, struct arena *a, struct bt_selection *out);

/* Valid once all results of the ranges before it were observed. */
bool bt_selected(const struct bt_selection *s, const struct bt_plan *plan, long backtest);

/* Each result once, in the order of the plan. Filters and the best are settled (settle.h). */
bool bt_selection_observe(struct bt_run *run, const struct bt_result *r, struct err *e) MUST_CHECK;

/* A line into the run's notes on the windows that have no best, if there are any. */
void bt_selection_note(struct bt_run *run);

/* Did the combination pass every filter so far? */
bool bt_survives(const struct bt_selection *s, const struct bt_plan *plan, long combination);
void bt_selection_drop(struct bt_selection *s, const struct bt_plan *plan, long combination);

#endif

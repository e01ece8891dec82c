/* Which backtests run: all of a grid, those that the filters left, the best of a training.
 *
 * The answer for a range follows from the results of the ranges before it, whether they were just
 * computed or come from the store: a resumed run decides as the first one did.
 */
#ifndef CUPEL_BACKTEST_SELECT_H
#define CUPEL_BACKTEST_SELECT_H

#include "kernels/backtest/result.h"

/* The best of a window's training. */
struct bt_best {
    long combination; /* -1: none yet */
    double value;
};

struct bt_selection {
    uint64_t *bits; /* [range_count + 1][words]: combinations that run in a range; the last:
                           * those that are left. NULL: all, always */
    long words;
    struct bt_best *best; /* by window; NULL: no walk-forward search */
};

/* Memory: a bit per combination and range, and only when there are filters. */
void bt_selection_open(const struct bt_plan *plan, struct arena *a, struct bt_selection *out);

/* Valid once all results of the ranges before it were observed. */
bool bt_selected(const struct bt_selection *s, const struct bt_plan *plan, long backtest);

/* Each result once, in the order of the plan. */
void bt_selection_observe(struct bt_selection *s, const struct bt_plan *plan,
                          const struct bt_result *r);

/* Did the combination pass every filter so far? */
bool bt_survives(const struct bt_selection *s, const struct bt_plan *plan, long combination);
void bt_selection_drop(struct bt_selection *s, const struct bt_plan *plan, long combination);

#endif

/* What a search looks for the best of: rows of metric and direction.
 *
 *     const struct bt_objective *o = bt_objective_find("total-return", e);
 *     bt_objective_better(o, a, b)        // values of bt_objective_metric(o)
 *
 * Undefined (NaN) is worse than any value, an infinite one included. Which of equals wins, and
 * that none does where all are undefined, a walk-forward search decides (settle.h).
 */
#ifndef CUPEL_BACKTEST_OBJECTIVE_H
#define CUPEL_BACKTEST_OBJECTIVE_H

#include "harness/base/err.h"
#include "kernels/backtest/row.h"

enum bt_direction { BT_HIGHER_IS_BETTER, BT_LOWER_IS_BETTER };

struct bt_objective {
    const char *name, *metric; /* of bt_metrics */
    enum bt_direction direction;
};

extern const struct bt_objective bt_objectives[]; /* a table that NULL ends */

/* Words may be joined by - or _. Error: "objective: expected one of ..., found ...". */
const struct bt_objective *bt_objective_find(const char *name, struct err *e) MUST_CHECK;

const struct bt_metric *bt_objective_metric(const struct bt_objective *o);

/* Is a strictly better than b? */
bool bt_objective_better(const struct bt_objective *o, double a, double b);

#endif

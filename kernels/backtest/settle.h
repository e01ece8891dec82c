/* Decisions made exact: a filter or a ranking that a layer's bound (layers.h) could turn is decided by
 * the numbers of the layers that have none, so that it falls the same way for every set of layers.
 *
 *     struct bt_best best = bt_best_none();
 *     bt_best_observe(run, &best, backtest, rows, bt_settle, e);      // each candidate
 *
 * What is computed again for that, the run counts as settled; it happens where a number lies within
 * some 1e-10 of another, and the trades are not the same.
 */
#ifndef CUPEL_BACKTEST_SETTLE_H
#define CUPEL_BACKTEST_SETTLE_H

#include "kernels/backtest/plan.h"
#include "kernels/backtest/row.h"

struct bt_run; /* run.h */

/* Exact numbers for rows[symbols] of a backtest. *exact: false, and rows are untouched, when the data
 * are not those that the plan was made for any more: then the numbers at hand must decide. */
typedef bool bt_settle_fn(struct bt_run *run, long backtest, struct bt_row *rows, bool *exact,
                          struct err *e);

/* Computes it again, by slots that are resolved without the layers that have a bound. Not within a
 * job. */
bool bt_settle(struct bt_run *run, long backtest, struct bt_row *rows, bool *exact,
               struct err *e) MUST_CHECK;

/* Do the rows pass? */
bool bt_settle_filter(struct bt_run *run, const struct bt_filter *filter, long backtest,
                      const struct bt_row *rows, bool *passes, struct err *e) MUST_CHECK;

/* The best by the plan's objective of those observed: of equals the first, and none while all are
 * undefined (objective.h). */
struct bt_best {
    long combination, backtest; /* -1: none */
    struct bt_estimate value;
    uint64_t trades; /* a hash: rows with the same trades have the same numbers */
};
struct bt_best bt_best_none(void);

/* settle: how the rows of a candidate are made exact. */
bool bt_best_observe(struct bt_run *run, struct bt_best *best, long backtest,
                     const struct bt_row *rows, bt_settle_fn *settle, struct err *e) MUST_CHECK;

#endif

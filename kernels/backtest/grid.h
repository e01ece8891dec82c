/* The grid search: every valid combination of the listed values, the last parameter fastest.
 *
 *     --param fast=2:100 --param slow=10,20,50        lo:hi[:step], ends included, or a,b,c
 */
#ifndef CUPEL_BACKTEST_GRID_H
#define CUPEL_BACKTEST_GRID_H

#include "harness/base/arena.h"
#include "harness/base/err.h"
#include "harness/base/opt.h"
#include "kernels/backtest/strategy.h"

struct bt_grid {
    const double *values; /* [count][params], in the order of the strategy's rows */
    long count;           /* >= 1 */
    int params;
};

/* `texts` in any order, each parameter of the strategy exactly once. Error: names the parameter and
 * what was expected; a grid without a valid combination is one too. Texts and values live in a. */
bool bt_grid_make(const struct bt_strategy *strategy, struct opt_texts texts, struct arena *a,
                  struct bt_grid *out, struct err *e) MUST_CHECK;

#endif

/* After the last range: what all ranges together say of each combination, and what the filters left.
 */
#ifndef CUPEL_BACKTEST_LOOKBACK_H
#define CUPEL_BACKTEST_LOOKBACK_H

#include "kernels/backtest/run.h"

/* With several ranges: gathers each combination's results (kept, or recalled from the store), sums
 * them up (summary.h), lets the final filter decide; then, when there are filters, hands the results
 * of those that are left to the consumer. Nothing to do for one range without filters. */
bool bt_look_back(struct bt_run *run, struct err *e) MUST_CHECK;

/* settle.h, for the rows of a struct bt_combined: `backtest` is one of the combination's. */
bt_settle_fn bt_settle_combined;

#endif

/* A result from what is stored, JSON or packed.
 *
 *     struct bt_result *r = bt_result_read(plan, range, item, payload, e);
 */
#ifndef CUPEL_BACKTEST_RESULT_READ_H
#define CUPEL_BACKTEST_RESULT_READ_H

#include "harness/base/str.h"
#include "kernels/backtest/result.h"

/* The result of this backtest from either form, NULL when it is not that: another id or range,
 * another list of symbols, or damage; ERR_DIFFERENT: it is stale (its stamp does not serve). e says
 * which. What is stored beyond what the plan asks for is left out. */
struct bt_result *bt_result_read(const struct bt_plan *plan, int range, const struct bt_item *item,
                                 struct str payload, struct err *e) MUST_CHECK;

/* The stamp that a payload of either form carries; false: damaged. */
bool bt_result_stamp(struct str payload, char out[BT_STAMP_TEXT]);

/* What it says of itself. Error: damaged. */
bool bt_result_peek(const struct bt_strategy *strategy, struct str payload, struct bt_peek *out,
                    struct err *e) MUST_CHECK;

#endif

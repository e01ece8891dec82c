/* A result from its stored JSON (result_write.h). A text that does not match its check is damage.
 */
#ifndef CUPEL_BACKTEST_RESULT_READ_JSON_H
#define CUPEL_BACKTEST_RESULT_READ_JSON_H

#include "harness/base/json.h"
#include "kernels/backtest/result.h"

/* As result_read.h says, of JSON; r is new, its item and range are known. On error r may have parts, which
 * are freed with it. */
bool bt_result_read_json(const struct bt_plan *plan, struct str payload, struct bt_result *r,
                         struct err *e) MUST_CHECK;
bool bt_result_stamp_json(struct str payload, char out[BT_STAMP_TEXT]);
bool bt_result_peek_json(const struct bt_strategy *strategy, struct str payload,
                         struct bt_peek *out, struct err *e) MUST_CHECK;

#endif

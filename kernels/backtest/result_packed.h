/* A result packed: for segments of a store and between processes. Machine words, for the same program on the
 * same machine; the store's records check them.
 *
 *     bt_result_pack(plan, r, &bytes);
 *     bt_result_is_packed(payload) && bt_result_read_packed(plan, payload, r, e) ...
 */
#ifndef CUPEL_BACKTEST_RESULT_PACKED_H
#define CUPEL_BACKTEST_RESULT_PACKED_H

#include "harness/base/str.h"
#include "kernels/backtest/result.h"

/* Appends it. */
void bt_result_pack(const struct bt_plan *plan, const struct bt_result *r, struct text *out);

/* By its first byte, which no text of JSON begins with. */
bool bt_result_is_packed(struct str payload);

/* As result_read.h says, of a packed payload; r is new, its item and range are known. On error r may have
 * parts, which are freed with it. */
bool bt_result_read_packed(const struct bt_plan *plan, struct str payload, struct bt_result *r,
                           struct err *e) MUST_CHECK;
bool bt_result_stamp_packed(struct str payload, char out[BT_STAMP_TEXT]);
bool bt_result_peek_packed(struct str payload, struct bt_peek *out, struct err *e) MUST_CHECK;

#endif

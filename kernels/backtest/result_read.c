#include "kernels/backtest/result_read.h"

#include "kernels/backtest/result_packed.h"
#include "kernels/backtest/result_read_json.h"

struct bt_result *bt_result_read(const struct bt_plan *plan, int range, const struct bt_item *item,
                                 struct str payload, struct err *e)
{
    struct bt_result *r = bt_result_new(plan, range, item);
    bool packed = bt_result_is_packed(payload);
    if (packed ? bt_result_read_packed(plan, payload, r, e)
               : bt_result_read_json(plan, payload, r, e))
        return r;
    bt_result_free(r);
    return NULL;
}

bool bt_result_stamp(struct str payload, char out[BT_STAMP_TEXT])
{
    return bt_result_is_packed(payload) ? bt_result_stamp_packed(payload, out)
                                        : bt_result_stamp_json(payload, out);
}

bool bt_result_peek(const struct bt_strategy *strategy, struct str payload, struct bt_peek *out,
                    struct err *e)
{
    *out = (struct bt_peek){0};
    return bt_result_is_packed(payload) ? bt_result_peek_packed(payload, out, e)
                                        : bt_result_peek_json(strategy, payload, out, e);
}

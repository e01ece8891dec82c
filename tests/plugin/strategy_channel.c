/* A strategy of one's own: long from a close that is `percent` above the average of `days` bars on, until
 * one is as far below it. How to write one: kernels/README.md. */
#include <kernels/backtest/strategy.h>

#ifndef EDITED
#define EDITED 0
#endif

enum { DAYS, PERCENT, PARAMS };

static const struct bt_param params[PARAMS] = {
    {.name = "days", .unit = "bars",          .help = "the average", .whole = true, .min = 1, .max = 5000},
    { .name = "percent",
     .unit = "%",
     .help = "half the width of the channel",
     .min = 0,
     .max = 90,
     .optional = true,
     .fallback = 2},
};

static int asks(const double *values, struct bt_ask *out)
{
    out[0] = (struct bt_ask){.kind = BT_SMA, .window = (long)values[DAYS]};
    return 1;
}

static void signal(const double *values, const struct bt_series *closes,
                   const struct bt_indicator *average, int8_t *out)
{
    double width = (values[PERCENT] + EDITED) / 100;
    for (long i = 0; i < closes->n; i++) {
        double sum = i < average->first ? 0 : (double)average->column[0].whole[i];
        double close = (double)closes->v[i] * (double)average->window; /* beside a sum */
        bool above = close > sum * (1 + width), below = close < sum * (1 - width);
        out[i] = i < average->first ? BT_STAY : above ? BT_ENTER : below ? BT_EXIT : BT_STAY;
    }
}

const struct bt_strategy *cupel_strategy(void);
const struct bt_strategy *cupel_strategy(void)
{
    static const struct bt_strategy channel = {
        .abi = CUPEL_STRATEGY_ABI,
        .name = "channel",
        .summary = "long from above a channel around the average to below it",
        .params = params,
        .param_count = PARAMS,
        .asks = asks,
        .signal = signal,
    };
    return &channel;
}

/* Strategies that are none, or that fail: BROKEN_HOW says how. */
#include <kernels/backtest/strategy.h>
#include <string.h>

static const struct bt_param params[BT_PARAMS_MAX + 1] = {
    {.name = "days", .unit = "bars", .help = "how many", .whole = true, .min = 1, .max = 99},
};

static int asks(const double *values, struct bt_ask *out)
{
    (void)values;
    out[0] = (struct bt_ask){BT_SMA, 3};
#ifdef BROKEN_kind
    out[0].kind = BT_INDICATOR_KINDS;
#endif
#ifdef BROKEN_window
    out[0].window = 3 - (long)values[0];
#endif
#ifdef BROKEN_asks
    for (int i = 0; i < BT_ASKS_MAX + 1; i++)
        out[i] = out[0];
    return BT_ASKS_MAX + 1;
#endif
    return 1;
}

static void signal(const double *values, const struct bt_series *closes,
                   const struct bt_indicator *average, int8_t *out)
{
    (void)values, (void)average;
    memset(out, 0, (size_t)closes->n);
#ifdef BROKEN_value
    out[closes->n - 1] = 2;
#endif
#ifdef BROKEN_loop
    for (volatile bool more = values[0] > 3; more;)
        continue;
#endif
#ifdef BROKEN_crash
    *(volatile int *)NULL = 1;
#endif
}

#ifdef BROKEN_unwritten
static void half(const double *values, const struct bt_series *closes,
                 const struct bt_indicator *average, int8_t *out)
{
    (void)values, (void)average;
    memset(out, 0, (size_t)closes->n / 2);
}
#endif

#ifdef BROKEN_symbol
#define cupel_strategy some_other_name
#endif
const struct bt_strategy *cupel_strategy(void);
const struct bt_strategy *cupel_strategy(void)
{
    static struct bt_strategy s = {.abi = CUPEL_STRATEGY_ABI,
                                   .name = "broken",
                                   .summary = "fails",
                                   .params = params,
                                   .param_count = 1,
                                   .asks = asks,
                                   .signal = signal};
#ifdef BROKEN_abi
    s.abi = CUPEL_STRATEGY_ABI + 1;
#endif
#ifdef BROKEN_signal
    s.signal = NULL;
#endif
#ifdef BROKEN_params
    s.param_count = BT_PARAMS_MAX + 1;
#endif
#ifdef BROKEN_reserved
    s.name = "sma-cross";
#endif
#ifdef BROKEN_unwritten
    s.signal = half;
#endif
#ifdef BROKEN_null
    return NULL;
#endif
    return &s;
}

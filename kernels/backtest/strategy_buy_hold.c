/* Enters at the first bar and stays: what the others are held against. */
#include "kernels/backtest/strategy.h"

#include "kernels/backtest/numerics/cross.h"

static int asks_buy_hold(const double *values, struct bt_ask *asks)
{
    (void)values;
    (void)asks;
    return 0;
}

static void signal_buy_hold(const double *values, const struct bt_series *closes,
                            const struct bt_indicator *indicators, int8_t *signal)
{
    (void)values;
    (void)indicators;
    for (long i = 0; i < closes->n; i++)
        signal[i] = i == 0 ? BT_ENTER : BT_STAY;
}

const struct bt_strategy bt_strategy_buy_hold = {
    .name = "buy-hold",
    .summary = "long from the first bar to the last; no parameters",
    .asks = asks_buy_hold,
    .signal = signal_buy_hold,
};

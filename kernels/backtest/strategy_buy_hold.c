/* Enters at the first bar and stays: what the others are held against. */
#include "kernels/backtest/strategies.h"

#include "kernels/backtest/numerics/cross.h"

#include <string.h>

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

static void *begin_buy_hold(const double *const *values, int n, const struct bt_series *closes,
                            unsigned cpu, struct arena *a)
{
    (void)values;
    (void)n;
    (void)closes;
    (void)cpu;
    return arena_alloc(a, 1); /* no state, but not NULL */
}

static void tile_buy_hold(void *state, long word, int words)
{
    (void)state;
    (void)word;
    (void)words;
}

static void fill_buy_hold(void *state, int lo, int n, uint64_t *out)
{
    (void)state;
    (void)lo;
    memset(out, 0xff, (size_t)n * WORDS_TILE * sizeof *out);
}

static const struct bt_positions positions = {begin_buy_hold, tile_buy_hold, fill_buy_hold};

const struct bt_strategy bt_strategy_buy_hold = {
    .abi = CUPEL_STRATEGY_ABI,
    .name = "buy-hold",
    .summary = "long from the first bar to the last; no parameters",
    .asks = asks_buy_hold,
    .signal = signal_buy_hold,
    .positions = &positions,
};

/* Long while the close is above that of `window` bars before; equal closes do nothing. Whole ticks:
 * the comparison is exact. */
#include "kernels/backtest/strategies.h"

#include "kernels/backtest/numerics/cross.h"
#include "kernels/backtest/numerics/momentum_words.h"
#include "kernels/backtest/numerics/words.h"

enum { WINDOW, PARAMS };

static const struct bt_param params[PARAMS] = {
    [WINDOW] = {.name = "window",
                .unit = "bars",
                .help = "how far back the close is that this one is held against",
                .whole = true,
                .min = 1,
                .max = 10000},
};

static int asks_momentum(const double *values, struct bt_ask *asks)
{
    (void)values;
    (void)asks;
    return 0;
}

static void signal_momentum(const double *values, const struct bt_series *closes,
                            const struct bt_indicator *indicators, int8_t *signal)
{
    (void)indicators;
    const int64_t *x = closes->v;
    long window = (long)values[WINDOW];
    for (long i = 0; i < closes->n && i < window; i++)
        signal[i] = BT_STAY;
    for (long i = window; i < closes->n; i++)
        signal[i] = (int8_t)((x[i] > x[i - window]) - (x[i] < x[i - window]));
}

/* ---- positions -------------------------------------------------------------------------------- */

static void *begin_momentum(const double *const *values, int n, const struct bt_series *closes,
                            unsigned cpu, struct arena *a)
{
    long *windows = ARENA_NEW_RAW(a, long, n);
    for (int k = 0; k < n; k++)
        windows[k] = (long)values[k][WINDOW];
    return momentum_words_new(closes->v, closes->n, windows, n, cpu, a);
}

static void tile_momentum(void *state, long word, int words)
{
    momentum_words_tile(state, word, words);
}

static void fill_momentum(void *state, int lo, int n, uint64_t *out)
{
    momentum_words_fill(state, lo, n, out);
}

static const struct bt_positions positions = {begin_momentum, tile_momentum, fill_momentum};

const struct bt_strategy bt_strategy_momentum = {
    .abi = CUPEL_STRATEGY_ABI,
    .name = "momentum",
    .summary = "long while the close is above that of some bars before",
    .params = params,
    .param_count = PARAMS,
    .asks = asks_momentum,
    .signal = signal_momentum,
    .positions = &positions,
};

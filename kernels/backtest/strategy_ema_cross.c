/* Long while the fast exponential average of closes is above the slow one, from the first crossing
 * on: the rule of sma-cross, over averages that are doubles. */
#include "kernels/backtest/strategies.h"

#include "kernels/backtest/numerics/cross.h"
#include "kernels/backtest/numerics/ema_words.h"
#include "kernels/backtest/numerics/words.h"

enum { FAST, SLOW, PARAMS };

static const struct bt_param params[PARAMS] = {
    [FAST] = {.name = "fast",
              .unit = "bars",
              .help = "window of the fast average",
              .whole = true,
              .min = 1,
              .max = 10000},
    [SLOW] = {.name = "slow",
              .unit = "bars",
              .help = "window of the slow average",
              .whole = true,
              .min = 1,
              .max = 10000},
};

static bool valid_ema_cross(const double *values)
{
    return values[FAST] < values[SLOW];
}

static int asks_ema_cross(const double *values, struct bt_ask *asks)
{
    for (int i = 0; i < PARAMS; i++)
        asks[i] = (struct bt_ask){BT_EMA, (long)values[i]};
    return PARAMS;
}

static void signal_ema_cross(const double *values, const struct bt_series *closes,
                             const struct bt_indicator *indicators, int8_t *signal)
{
    (void)values;
    cross_real_signals(indicators[FAST].column[0].real, indicators[SLOW].column[0].real,
                       indicators[SLOW].first, closes->n, signal);
}

/* ---- positions -------------------------------------------------------------------------------- */

static void *begin_ema_cross(const double *const *values, int n, const struct bt_series *closes,
                             unsigned cpu, struct arena *a)
{
    struct ema_pair *pairs = ARENA_NEW_RAW(a, struct ema_pair, n);
    for (int k = 0; k < n; k++)
        pairs[k] = (struct ema_pair){(long)values[k][FAST], (long)values[k][SLOW]};
    return ema_words_new(closes->v, closes->n, pairs, n, cpu, a);
}

static void tile_ema_cross(void *state, long word, int words)
{
    ema_words_tile(state, word, words);
}

static void fill_ema_cross(void *state, int lo, int n, uint64_t *out)
{
    ema_words_fill(state, lo, n, out);
}

static const struct bt_positions positions = {begin_ema_cross, tile_ema_cross, fill_ema_cross};

const struct bt_strategy bt_strategy_ema_cross = {
    .abi = CUPEL_STRATEGY_ABI,
    .name = "ema-cross",
    .summary = "long while the fast exponential average is above the slow one",
    .params = params,
    .param_count = PARAMS,
    .valid = valid_ema_cross,
    .rule = "fast < slow",
    .asks = asks_ema_cross,
    .signal = signal_ema_cross,
    .positions = &positions,
};

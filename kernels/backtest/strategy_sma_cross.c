/* Long while the fast average of closes is above the slow one, from the first crossing on. */
#include "kernels/backtest/strategies.h"

#include "kernels/backtest/numerics/cross.h"
#include "kernels/backtest/numerics/cross_words.h"
#include "kernels/backtest/numerics/sma.h"

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

static bool valid_sma_cross(const double *values)
{
    return values[FAST] < values[SLOW];
}

static int asks_sma_cross(const double *values, struct bt_ask *asks)
{
    for (int i = 0; i < PARAMS; i++)
        asks[i] = (struct bt_ask){BT_SMA, (long)values[i]};
    return PARAMS;
}

static void signal_sma_cross(const double *values, const struct bt_series *closes,
                             const struct bt_indicator *indicators, int8_t *signal)
{
    (void)values;
    struct cross_average fast = {indicators[FAST].column[0].whole, indicators[FAST].window};
    struct cross_average slow = {indicators[SLOW].column[0].whole, indicators[SLOW].window};
    bool wide = cross_needs_wide(closes->largest, fast.window, slow.window);
    cross_signals(fast, slow, closes->n, wide, signal);
}

/* ---- positions -------------------------------------------------------------------------------- */

/* What the signals' path refuses, or needs 128 bits for, is left to it. */
static void *begin_sma_cross(const double *const *values, int n, const struct bt_series *closes,
                             unsigned cpu, struct arena *a)
{
    struct cross_pair *pairs = ARENA_NEW_RAW(a, struct cross_pair, n);
    for (int k = 0; k < n; k++) {
        pairs[k] = (struct cross_pair){(long)values[k][FAST], (long)values[k][SLOW]};
        if (!sma_fits(closes->largest, pairs[k].slow) || !sma_fits(closes->largest, pairs[k].fast))
            return NULL;
    }
    return cross_words_new(closes->v, closes->n, pairs, n, cpu, a);
}

static void tile_sma_cross(void *state, long word, int words)
{
    cross_words_tile(state, word, words);
}

static void fill_sma_cross(void *state, int lo, int n, uint64_t *out)
{
    cross_words_fill(state, lo, n, out);
}

static const struct bt_positions positions = {begin_sma_cross, tile_sma_cross, fill_sma_cross};

const struct bt_strategy bt_strategy_sma_cross = {
    .abi = CUPEL_STRATEGY_ABI,
    .name = "sma-cross",
    .summary = "long while the fast moving average is above the slow one",
    .params = params,
    .param_count = PARAMS,
    .valid = valid_sma_cross,
    .rule = "fast < slow",
    .asks = asks_sma_cross,
    .signal = signal_sma_cross,
    .positions = &positions,
};

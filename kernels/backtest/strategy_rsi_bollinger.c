/* Buys what has fallen: enters when the RSI is below `oversold` and the close below the lower
 * Bollinger band, exits when the RSI is above `overbought` or the close above the upper band. */
#include "kernels/backtest/strategy.h"

#include "kernels/backtest/numerics/bands.h"
#include "kernels/backtest/numerics/cross.h"
#include "kernels/backtest/numerics/rsi.h"

enum { RSI, STD, BAND, OVERSOLD, OVERBOUGHT, WILDER, PARAMS };
enum { ASK_RSI, ASK_BANDS, ASKS };

/* clang-format off */
static const struct bt_param params[PARAMS] = {
    [RSI]        = {.name = "rsi", .unit = "bars", .help = "window of the RSI",
                    .whole = true, .min = 1, .max = 10000},
    [STD]        = {.name = "std", .unit = "deviations", .help = "from the mean to a band",
                    .min = 0, .max = 100},
    [BAND]       = {.name = "band", .unit = "bars", .help = "window of the bands",
                    .whole = true, .min = 1, .max = 10000, .optional = true, .fallback = 20},
    [OVERSOLD]   = {.name = "oversold", .unit = "of 100", .help = "enters below this RSI",
                    .whole = true, .min = 0, .max = 100, .optional = true, .fallback = 30},
    [OVERBOUGHT] = {.name = "overbought", .unit = "of 100", .help = "exits above this RSI",
                    .whole = true, .min = 0, .max = 100, .optional = true, .fallback = 70},
    [WILDER]     = {.name = "wilder", .unit = "(no, yes)",
                    .help = "RSI of smoothed averages instead of simple ones",
                    .whole = true, .min = 0, .max = 1, .optional = true, .fallback = 0},
};
/* clang-format on */

static bool valid_rsi_bollinger(const double *values)
{
    return values[OVERSOLD] < values[OVERBOUGHT];
}

static int asks_rsi_bollinger(const double *values, struct bt_ask *asks)
{
    asks[ASK_RSI] =
        (struct bt_ask){values[WILDER] != 0 ? BT_RSI_WILDER : BT_CHANGES, (long)values[RSI]};
    asks[ASK_BANDS] = (struct bt_ask){BT_BANDS, (long)values[BAND]};
    return ASKS;
}

/* -1: oversold, 1: overbought. */
static int side_of_rsi(const double *values, const struct bt_indicator *rsi, long i)
{
    if (values[WILDER] == 0)
        return rsi_side(rsi->column[0].whole[i], rsi->column[1].whole[i], (int)values[OVERSOLD],
                        (int)values[OVERBOUGHT]);
    double index = rsi->column[0].real[i];
    return (index > values[OVERBOUGHT]) - (index < values[OVERSOLD]);
}

static void signal_rsi_bollinger(const double *values, const struct bt_series *closes,
                                 const struct bt_indicator *indicators, int8_t *signal)
{
    const struct bt_indicator *rsi = &indicators[ASK_RSI], *bands = &indicators[ASK_BANDS];
    long first = rsi->first > bands->first ? rsi->first : bands->first;
    for (long i = 0; i < closes->n && i < first; i++)
        signal[i] = BT_STAY;
    for (long i = first; i < closes->n; i++) {
        int strength = side_of_rsi(values, rsi, i);
        int price = bands_side(closes->v[i], bands->window, bands->column[0].whole[i],
                               bands->column[1].real[i], values[STD]);
        bool enter = strength < 0 && price < 0;
        bool leave = strength > 0 || price > 0;
        signal[i] = enter ? BT_ENTER : leave ? BT_EXIT : BT_STAY;
    }
}

const struct bt_strategy bt_strategy_rsi_bollinger = {
    .name = "rsi-bollinger",
    .summary = "long from oversold and below the lower band to overbought or above the upper one",
    .params = params,
    .param_count = PARAMS,
    .valid = valid_rsi_bollinger,
    .rule = "oversold < overbought",
    .asks = asks_rsi_bollinger,
    .signal = signal_rsi_bollinger,
};

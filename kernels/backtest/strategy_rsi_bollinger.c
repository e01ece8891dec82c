/* Buys what has fallen: enters when the RSI is below `oversold` and the close below the lower
 * Bollinger band, exits when the RSI is above `overbought` or the close above the upper band. */
#include "kernels/backtest/strategies.h"

#include "kernels/backtest/numerics/bands.h"
#include "kernels/backtest/numerics/bands_words.h"
#include "kernels/backtest/numerics/cross.h"
#include "kernels/backtest/numerics/key_set.h"
#include "kernels/backtest/numerics/rsi.h"
#include "kernels/backtest/numerics/rsi_words.h"
#include "kernels/backtest/numerics/sma.h"
#include "kernels/backtest/numerics/wilder_words.h"
#include "kernels/backtest/numerics/words.h"

#include <string.h>

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

struct levels {
    int low, high;
    double deviations;
};

/* -1: oversold, 1: overbought. `wilder` and `wide` are constants at each call. */
static inline int side_of_rsi(const struct bt_indicator *rsi, struct levels at, bool wilder,
                              bool wide, long i)
{
    if (wilder) {
        double index = rsi->column[0].real[i];
        return (index > at.high) - (index < at.low);
    }
    int64_t gains = rsi->column[0].whole[i], losses = rsi->column[1].whole[i];
    if (wide)
        return rsi_side(gains, losses, at.low, at.high);
    return ((100 - at.high) * gains > at.high * losses) -
           ((100 - at.low) * gains < at.low * losses);
}

/* restrict: else every signal written could be a level. */
static inline void signals(struct levels at, const struct bt_series *closes,
                           const struct bt_indicator *indicators, bool wilder, bool wide,
                           int8_t *restrict signal)
{
    const struct bt_indicator *rsi = &indicators[ASK_RSI], *bands = &indicators[ASK_BANDS];
    long first = rsi->first > bands->first ? rsi->first : bands->first;
    for (long i = 0; i < closes->n && i < first; i++)
        signal[i] = BT_STAY;
    for (long i = first; i < closes->n; i++) {
        int strength = side_of_rsi(rsi, at, wilder, wide, i);
        int price = bands_side(closes->v[i], bands->window, bands->column[0].whole[i],
                               bands->column[1].real[i], at.deviations);
        int leave = (strength > 0) | (price > 0), enter = (strength < 0) & (price < 0);
        signal[i] = (int8_t)(enter ? BT_ENTER : -leave);
    }
}

static void signal_rsi_bollinger(const double *values, const struct bt_series *closes,
                                 const struct bt_indicator *indicators, int8_t *signal)
{
    struct levels at = {(int)values[OVERSOLD], (int)values[OVERBOUGHT], values[STD]};
    bool wide = closes->largest > INT64_MAX / 100 / indicators[ASK_RSI].window;
    if (values[WILDER] != 0)
        signals(at, closes, indicators, true, wide, signal);
    else if (wide)
        signals(at, closes, indicators, false, true, signal);
    else
        signals(at, closes, indicators, false, false, signal);
}

/* ---- positions -------------------------------------------------------------------------------- */

/* Every different question is answered once, in a row of words: is an RSI below or above a level
 * (a row each), is the close below or above a band (two rows). A combination takes two words of each. */

enum question { RSI_BELOW, RSI_ABOVE, WILDER_BELOW, WILDER_ABOVE, OFF_BAND };

struct combination {
    int low, high; /* rows of the RSI */
    int band;      /* row of the lower band, the upper one follows */
    uint64_t last; /* position before the tile */
};

struct state {
    struct combination *combinations; /* [n] */
    struct rsi_words *rsi;            /* NULL: nobody asks */
    struct wilder_words *wilder;
    struct bands_words *bands;
    uint64_t *rows; /* [row][WORDS_TILE] */
    int words;
};

struct questions {
    struct key_set keys;
    struct rsi_level *rsi, *wilder;
    struct bands_width *bands;
    int rsi_count, wilder_count, band_count;
};

/* Each question has room for two rows. */
static int row_of(struct questions *q, enum question what, double window, double level)
{
    struct key key = {(uint64_t)window << 3 | what, 0};
    memcpy(&key.b, &level, sizeof level);
    int before = q->keys.count, row = 2 * key_set_add(&q->keys, key);
    if (row != 2 * before)
        return row;
    struct rsi_level asked = {(long)window, (int)level, what == RSI_ABOVE || what == WILDER_ABOVE,
                              row};
    if (what == OFF_BAND)
        q->bands[q->band_count++] = (struct bands_width){(long)window, level, row};
    else if (what < WILDER_BELOW)
        q->rsi[q->rsi_count++] = asked;
    else
        q->wilder[q->wilder_count++] = asked;
    return row;
}

static struct questions new_questions(int n, struct arena *a)
{
    return (struct questions){.keys = key_set_new(3 * n, a),
                              .rsi = ARENA_NEW_RAW(a, struct rsi_level, 2 * n),
                              .wilder = ARENA_NEW_RAW(a, struct rsi_level, 2 * n),
                              .bands = ARENA_NEW_RAW(a, struct bands_width, n)};
}

static struct combination ask(struct questions *q, const double *v)
{
    bool wilder = v[WILDER] != 0;
    return (struct combination){
        .low = row_of(q, wilder ? WILDER_BELOW : RSI_BELOW, v[RSI], v[OVERSOLD]),
        .high = row_of(q, wilder ? WILDER_ABOVE : RSI_ABOVE, v[RSI], v[OVERBOUGHT]),
        .band = row_of(q, OFF_BAND, v[BAND], v[STD])};
}

/* What the signals' path refuses, or needs 128 bits for, is left to it. */
static void *begin_rsi_bollinger(const double *const *values, int n, const struct bt_series *closes,
                                 unsigned cpu, struct arena *a)
{
    struct state *s = ARENA_NEW(a, struct state, 1);
    struct questions q = new_questions(n, a);
    s->combinations = ARENA_NEW_RAW(a, struct combination, n);
    for (int k = 0; k < n; k++) {
        if (!sma_fits(closes->largest, (long)values[k][RSI]) ||
            !sma_fits(closes->largest, (long)values[k][BAND]))
            return NULL;
        s->combinations[k] = ask(&q, values[k]);
    }
    if (q.rsi_count) {
        s->rsi = rsi_words_new(closes->v, closes->n, closes->largest, q.rsi, q.rsi_count, cpu, a);
        if (!s->rsi)
            return NULL;
    }
    if (q.wilder_count)
        s->wilder = wilder_words_new(closes->v, closes->n, q.wilder, q.wilder_count, cpu, a);
    s->bands = bands_words_new(closes->v, closes->n, q.bands, q.band_count, cpu, a);
    s->rows = ARENA_NEW_RAW(a, uint64_t, 2L * q.keys.count * WORDS_TILE);
    return s;
}

static void tile_rsi_bollinger(void *state, long word, int words)
{
    struct state *s = state;
    s->words = words;
    if (s->rsi)
        rsi_words_tile(s->rsi, word, words, s->rows);
    if (s->wilder)
        wilder_words_tile(s->wilder, word, words, s->rows);
    bands_words_tile(s->bands, word, words, s->rows);
}

static void fill_rsi_bollinger(void *state, int lo, int n, uint64_t *out)
{
    struct state *s = state;
    for (int k = 0; k < n; k++, out += WORDS_TILE) {
        struct combination *c = &s->combinations[lo + k];
        const uint64_t *low = s->rows + c->low * WORDS_TILE, *high = s->rows + c->high * WORDS_TILE;
        const uint64_t *below = s->rows + c->band * WORDS_TILE, *above = below + WORDS_TILE;
        uint64_t last = c->last;
        for (int i = 0; i < s->words; i++)
            out[i] = words_latch(low[i] & below[i], high[i] | above[i], &last);
        c->last = last;
    }
}

static const struct bt_positions positions = {begin_rsi_bollinger, tile_rsi_bollinger,
                                              fill_rsi_bollinger};

const struct bt_strategy bt_strategy_rsi_bollinger = {
    .abi = CUPEL_STRATEGY_ABI,
    .name = "rsi-bollinger",
    .summary = "long from oversold and below the lower band to overbought or above the upper one",
    .params = params,
    .param_count = PARAMS,
    .valid = valid_rsi_bollinger,
    .rule = "oversold < overbought",
    .asks = asks_rsi_bollinger,
    .signal = signal_rsi_bollinger,
    .positions = &positions,
};

/* The contract of a strategy: a const record. It says which indicators it needs and turns them into
 * signals. Everything else (data, accounting, metrics, storage, layers) is the same for all of them.
 *
 * Public: shared objects (plugged.h) export
 *     const struct bt_strategy *cupel_strategy(void);
 *
 * Its functions are pure: what they give depends on what they are given and on nothing else, and they
 * may be called in any order, in several processes, again for what they have answered before.
 */
#ifndef CUPEL_BACKTEST_STRATEGY_H
#define CUPEL_BACKTEST_STRATEGY_H

#include "harness/base/arena.h"
#include "kernels/backtest/bars.h"
#include "kernels/backtest/numerics/cross.h"
#include "kernels/backtest/numerics/words.h"

#include <stdbool.h>
#include <stdint.h>

/* Raised whenever the layout of what stands here or the meaning of a function changes. A record with
 * another number is refused. */
#define CUPEL_STRATEGY_ABI 1

enum { BT_PARAMS_MAX = 8, BT_ASKS_MAX = 8 };

/* The columns of each: type, what, and from which bar on. */
enum bt_indicator_kind {
    BT_SMA,        /* whole: sums; from window - 1 (numerics/sma.h) */
    BT_EMA,        /* real: averages in ticks; from window - 1 (numerics/ema.h) */
    BT_BANDS,      /* whole: sums, real: roots; from window - 1 (numerics/bands.h) */
    BT_CHANGES,    /* whole: gains, whole: losses, for Cutler's RSI; from window (numerics/rsi.h) */
    BT_RSI_WILDER, /* real: the index; from window (numerics/rsi.h) */
    BT_INDICATOR_KINDS
};

struct bt_ask {
    enum bt_indicator_kind kind;
    long window; /* bars */
};

/* What an ask over closes gave: one or two columns of n values of eight bytes, one a bar, defined
 * from bar `first` on (which may be past the end). */
enum { BT_COLUMNS_MAX = 2 };

union bt_column {
    const int64_t *whole;
    const double *real;
};

struct bt_indicator {
    long window, first, n;
    int columns;
    union bt_column column[BT_COLUMNS_MAX];
};

struct bt_param {
    const char *name, *unit, *help;
    bool whole; /* whole numbers only */
    double min, max;
    bool optional; /* need not be given: then it is the fallback, as it stands */
    double fallback;
};

/* Positions of many combinations over one series, as words (numerics/words.h), tile after tile: for
 * strategies that know a faster way to them than signals bar by bar. The same positions, bit for bit. */
struct bt_positions {
    /* values[n]: the combinations. NULL: not for these. Owner of what it returns: the arena; closes
     * must outlive it. */
    void *(*begin)(const double *const *values, int n, const struct bt_series *closes, unsigned cpu,
                   struct arena *a);

    /* Tiles come in order, each once, from word 0 on: WORDS_TILE words, the last may have fewer.
     * Then, for each, combinations lo .. lo + n - 1 to out[n][WORDS_TILE], each once; bits past the
     * last bar are any. */
    void (*tile)(void *state, long word, int words);
    void (*fill)(void *state, int lo, int n, uint64_t *out);
};

struct bt_strategy {
    uint32_t abi; /* CUPEL_STRATEGY_ABI */
    const char *name, *summary;
    const struct bt_param *params;
    int param_count; /* 0..BT_PARAMS_MAX */

    /* Which combinations of values make sense, and in words. NULL: all. */
    bool (*valid)(const double *values);
    const char *rule;

    /* The indicators that these values need, asks[BT_ASKS_MAX]; returns how many (0..BT_ASKS_MAX). */
    int (*asks)(const double *values, struct bt_ask *asks);

    /* signal[closes->n], all of them enum bt_signal (numerics/cross.h), from the indicators, in the
     * order of the asks. closes->n may be 0, or less than a window. */
    void (*signal)(const double *values, const struct bt_series *closes,
                   const struct bt_indicator *indicators, int8_t *signal);

    const struct bt_positions *positions; /* NULL: from signals */
};

#endif

/* Accounting bar by bar from positions as words (words.h): four combinations at a time, every bar the
 * same few steps whatever the positions do. For combinations that trade so often that a step a trade
 * (events.h) is dearer than a step a bar.
 *
 * Algorithm. A bar multiplies equity by one of four factors, which the positions before and at it
 * choose; all are worked out once per series (prices as in price_tables.h):
 *     flat         1
 *     left         b[t] = p[t] * (1 - f) / c[t-1]
 *     entered      a[t] = c[t] / (p[t] * (1 + f))
 *     held         g[t] = c[t] / c[t-1]
 * and with x the factor of the bar and D = equity / peak
 *     growth *= x,  worst = min(worst, D * x),  D = min(D * x, 1),  r = x - 1,  sum += r,  squares += r * r
 * Two bars a step: D after both is min(D * (x1 * x2), min(x2, 1)), so that the chain from step to step is
 * one mul and one min. Sums run over the 64 bars of a word and then join those before, which keeps them short.
 * Orders and bars held are population counts of words; trade hashes of four bars come from a table by
 * the five positions at and before them.
 *
 * Exactness. Trades, orders, bars held and hash are exact. Plain code and AVX2 evaluate in one order
 * and give the same bits. Return, Sharpe and drawdown differ from account.h and metrics.h by rounding,
 * with u = 2^-53 and S(k) = min(k, 8 sqrt k), which bounds sums of k roundings (k in the worst case, 8
 * sqrt k as Higham and Mary 2019, SIAM J. Sci. Comput. 41(5), have it with lambda 8):
 *     product    u * (2 S(bars) + 8 S(orders) + 4): a held bar rounds a quotient and a product here; an
 *                order rounds 3 times here and 5 times there
 *     returns    each is a quotient near 1, here and there: 2 u a bar, 7 u more where there is an order
 *     sums       u S(bars) * the largest partial sum, there
 * dense_finish works the bounds out and says when one passes DENSE_BOUND (returns as small as the
 * rounding of their quotients, prices that jump a billionfold): then the caller accounts by account.h.
 *
 * Operations for a bar of four combinations: 12 on doubles (shift, 3 blends, sub, 3 mul, 2 min, 2 add)
 * and 3 loads. Six of the 12 want the two pipes that multiply and blend: 3 cycles at best. The hash takes 3
 * of the whole numbers' pipes meanwhile. Ladder (Zen 4 at 3.65 GHz, ns a bar of one combination; the 12
 * alone, without dependences: 0.20; `make bench-accounting`): base 10, plain code 1.07, hashes after the
 * bars of their word 0.46, between them 0.34. Two vectors at a time are slower: 16 registers do not hold
 * them.
 * Memory: 96 bytes a bar of the series.
 */
#ifndef CUPEL_NUMERICS_DENSE_H
#define CUPEL_NUMERICS_DENSE_H

#include "harness/base/arena.h"
#include "kernels/backtest/numerics/account.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    DENSE_LANES = 4,
    DENSE_CHUNK = 4,                /* bars of a row of hashes */
    DENSE_PATHS = 2 << DENSE_CHUNK, /* positions before and at them, the first lowest */
};

/* Factors of a bar by its path: the position before it in bit 0, that at it in bit 1. */
enum dense_path { DENSE_FLAT, DENSE_LEFT, DENSE_ENTERED, DENSE_HELD, DENSE_FACTORS };
struct dense_bar {
    double factor[DENSE_FACTORS];
};

/* Hashes of what happens at four bars, by their path. */
struct dense_hashes {
    uint64_t hash[DENSE_PATHS];
};

/* By the bar of the signal: row i is that of bar i + delay. All rows of the last word are there, those
 * past the last bar change nothing as long as the position stays what it is. */
struct dense_tables {
    long n, rows;                      /* rows: n - delay, may be below 1 */
    const struct dense_bar *bar;       /* [64 * words_of(rows)] */
    const struct dense_hashes *hashes; /* [16 * words_of(rows)] */
    double first;                      /* growth of an entry at bar 0 */
};

/* Tables of n >= 1 bars in ticks: fill[n], close[n], all > 0. Owner: the arena. They are made of
 * copies. Time: about as long as two backtests of the base. */
void dense_tables_make(const struct account_rules *rules, const int64_t *fill, const int64_t *close,
                       long n, struct arena *a, struct dense_tables *out);

/* Four combinations on their way through the bars. */
struct dense {
    double ratio[DENSE_LANES];                     /* equity / peak */
    double worst[DENSE_LANES];                     /* the least so far */
    double growth[DENSE_LANES];                    /* equity / cash to begin with */
    double sum[DENSE_LANES], squares[DENSE_LANES]; /* of returns */
    double largest[DENSE_LANES];                   /* of sum after any word, in absolute value */
    uint64_t hash[DENSE_LANES];
    uint64_t last[DENSE_LANES]; /* position, 0 or 1 */
    int64_t orders[DENSE_LANES], bars_long[DENSE_LANES];
};

struct dense dense_begin(void);

/* Positions of the next `words` words of each lane, position[lane * stride + i]; the first holds the
 * signals of bars 64 * word on. Words come in order, words_of(rows) in all; bits past the last row
 * repeat the one before them (words_end_after). */
typedef void dense_account_fn(const struct dense_tables *p, struct dense *d,
                              const uint64_t *position, long stride, long word, int words);
dense_account_fn *dense_account_for(unsigned cpu);

/* What a lane earned, after its last word. `years_per_span` as in events_finish. false: the errors
 * may pass DENSE_BOUND (relative where the value is above 1, else absolute), account by account.h. */
#define DENSE_BOUND 5e-11
bool dense_finish(const struct dense_tables *p, const struct dense *d, int lane,
                  double periods_per_year, double years_per_span, struct account_result *out);

#endif

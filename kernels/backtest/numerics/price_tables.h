/* What accounting asks of prices, worked out once per series so that a trade costs the same however
 * long it is held. Prices are doubles in units (tick / ticks_per_unit). With fee f, close c[t] and
 * fill price p[t], the returns of the bars are
 *     A[t] = c[t] / (p[t] * (1 + f)) - 1      of a bar at which the position is entered (0 at bar 0,
 *                                             as metric_returns has it)
 *     g[t] = c[t] * (1 / c[t-1]) - 1          of a bar at which it is held
 *     B[t] = p[t] * (1 - f) * (1 / c[t-1]) - 1   of a bar at which it is left
 * and with prefix sums G[t] of g and Q[t] of g^2 a trade from bar a to bar b earns
 *     sum of returns             (A[a] - G[a]) + (B[b] + G[b-1])       entry[a].sum + exit[b].sum
 *     sum of squared returns     (A[a]^2 - Q[a]) + (B[b]^2 + Q[b-1])   ... .squares
 *     growth of cash             1 / (p[a] * (1 + f)) * p[b] * (1 - f) ... .growth multiplied
 * so that sums over trades are sums over their ends. The prefix sums are added up in long double and
 * rounded once (the error that remains: events.h). Lows over any stretch come from a sparse table
 * (Bender and Farach-Colton 2000): of 2^k bars from bar t on; levels end at PRICE_LEVELS, longer
 * stretches are made of several.
 *
 * Memory: 64 + 32 * PRICE_LEVELS = 352 bytes a bar. Time: `make bench-accounting`.
 */
#ifndef CUPEL_NUMERICS_PRICE_TABLES_H
#define CUPEL_NUMERICS_PRICE_TABLES_H

#include "harness/base/arena.h"
#include "kernels/backtest/numerics/account.h"

#include <stdint.h>

enum { PRICE_LEVELS = 9 }; /* the highest: 256 bars */

/* One end of a trade, by the bar of its fill. */
struct price_end {
    double sum, squares;
    uint64_t hash; /* trade_hash_of_entry, trade_hash_of_exit */
    double growth;
};

/* The least of a stretch: close, 1 / close, and close / an earlier or the same close of it. */
struct price_low {
    double close, inverse, fall, unused; /* four: a vector, two a cache line */
};

struct price_tables {
    long n, delay;
    const struct price_end *entry, *exit;      /* [n] */
    const struct price_low *low[PRICE_LEVELS]; /* [k][t]: of bars t .. t + 2^k - 1, all below n */
    double sum, squares;                       /* G[n-1], Q[n-1] */
    double largest_sum, largest_squares;       /* of all that is added up, in absolute value */
};

/* Tables of n >= 1 bars in ticks: fill[n], close[n], all > 0. Owner: the arena. They are made of
 * copies, fill and close need not outlive the call. */
void price_tables_make(const struct account_rules *rules, const int64_t *fill, const int64_t *close,
                       long n, unsigned cpu, struct arena *a, struct price_tables *out);

/* The lows of bars from .. to - 1, from < to, in steps that do not overlap. */
struct price_low price_low_over(const struct price_tables *p, long from, long to);

#endif

/* Accounting by events: an O(1) step a trade, none a bar.
 *
 * Algorithm, on positions as words (words.h) and tables of prices (price_tables.h), for one
 * combination, tile after tile:
 *   1. transitions: word ^ (word << 1 | last) has a bit where the position changes; their bars are
 *      written out four at a time without asking how many there are (Lemire's way in simdjson), eight
 *      where there are more than four;
 *   2. they come as entry, exit, entry, exit: each pair is a trade. Sums of returns and of their
 *      squares, trade hash and bars held are sums over ends of trades, growth of cash is a product;
 *   3. drawdown: with R = cash / peak before an entry, growth factors e and x of entry and exit, and
 *      while held the least close m, the least 1 / close w and the deepest fall f between two closes:
 *          at worst while held       min(m * R * e, f)    since c / max(a, b) = min(c / a, c / b)
 *          R after the exit          min(R * e * x, x * w, 1)
 *
 * Exactness. Trades, orders, bars held and hash are exact. Return, Sharpe and drawdown differ from
 * account.h's order of evaluation by rounding: the product by at most 4 eps a trade, the sums by
 * 2 eps * (orders + 2) * the largest partial sum, and both ways' returns, quotients near 1 less 1, by 1.5
 * eps a bar held. events_finish works these bounds out and says when one
 * passes EVENTS_BOUND (returns so small that the sums cancel, prices that jump a billionfold, a
 * hundred thousand trades): then the caller accounts bar by bar.
 *
 * Operations: 64 bars about 24 (transitions) and a trade about 45. What that is beside accounting bar by
 * bar and the dense path, at each turnover: `make bench-accounting`.
 */
#ifndef CUPEL_NUMERICS_EVENTS_H
#define CUPEL_NUMERICS_EVENTS_H

#include "kernels/backtest/numerics/price_tables.h"
#include "kernels/backtest/numerics/words.h"

#include <stdbool.h>
#include <stdint.h>

/* One combination on its way through the bars. */
struct events {
    double ratio;        /* equity / peak while flat */
    double worst;        /* least equity / peak so far */
    double growth;       /* cash / cash to begin with, of closed trades */
    double sum, squares; /* of returns */
    uint64_t hash;
    int64_t bars_long, orders;
    int64_t entry; /* bar of the open trade's fill, -1: flat */
};

struct events events_begin(void);

/* Positions of the next `words` (1 .. WORDS_TILE) words, the first of which holds the signals
 * of bar 64 * word. Bits of signals that no bar is left to fill repeat the one before them
 * (words_end at n - delay). */
typedef void events_account_fn(const struct price_tables *p, struct events *e,
                               const uint64_t *position, long word, int words);
events_account_fn *events_account_for(unsigned cpu);

/* Closes the account at the last bar; an open trade is marked there. `years_per_span`: 365.25 days /
 * (last - first time), which multiplies the return's error in CAGR; 0 when undefined. false: the
 * errors may pass EVENTS_BOUND (relative where the value is above 1, else absolute), account bar by
 * bar. */
#define EVENTS_BOUND 5e-11
bool events_finish(const struct price_tables *p, struct events e, double periods_per_year,
                   double years_per_span, struct account_result *out);

#endif

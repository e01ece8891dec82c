/* What the signals earn: one asset, long or flat, all cash, fractional quantities, a fee a side.
 *
 * Order of evaluation, which every faster way of accounting is held to:
 *     price     = tick / ticks_per_unit
 *     entry     quantity = cash / (price * (1 + fee)), cash = 0
 *     exit      cash = quantity * price * (1 - fee), left to right, quantity = 0
 *     equity[t] = cash + quantity * close[t], after the fill of bar t
 * An open position is marked at the last close, without an exit fee.
 */
#ifndef CUPEL_NUMERICS_ACCOUNT_H
#define CUPEL_NUMERICS_ACCOUNT_H

#include "harness/base/rng.h"

#include <stdint.h>

struct account_rules {
    double cash;           /* to begin with, > 0 */
    double fee;            /* share of the traded value, per side */
    double ticks_per_unit; /* of price */
    long delay;            /* bars from signal to fill: 0 the same bar, 1 the next */
};

struct account_tally {
    int64_t orders;      /* fills */
    int64_t trades;      /* entries: an open trade counts */
    int64_t bars_long;   /* bars at whose close the position is long */
    uint64_t trade_hash; /* trade_hash_of summed mod 2^64 over trades */
};

/* What ways of accounting give that have no curve. */
struct account_result {
    double growth, total_return, sharpe, max_drawdown; /* NaN as metrics.h has it */
    int64_t orders, trades, bars_long;
    uint64_t hash;
};

/* One long trade. Bars count from 0 at the start of the series, prices are ticks. */
struct bt_trade {
    int64_t entry_bar, exit_bar;     /* exit -1: still open */
    int64_t entry_price, exit_price; /* exit 0: still open */
    double paid, received;           /* cash before the entry and after the exit, fees included;
                                        received 0: still open */
};

/* The most trades that n bars can hold: an entry and an exit never share a bar. */
static inline long bt_trades_max(long n)
{
    return n / 2 + 1;
}

/* Hashes of an entry and of an exit at a bar, counted from 0 at the start of the series. As long and
 * flat take turns, the bars of all entries and of all exits say which trades there were: a sum mod
 * 2^64 over both tells lists of trades apart, and can be looked up bar by bar. */
static inline uint64_t trade_hash_of_entry(int64_t bar)
{
    return rng_mix(2 * (uint64_t)bar + 1);
}

static inline uint64_t trade_hash_of_exit(int64_t bar)
{
    return rng_mix(2 * (uint64_t)bar + 2);
}

/* Of one trade: their sum; exit_bar -1: still open. */
uint64_t trade_hash_of(int64_t entry_bar, int64_t exit_bar);

/* Fills at fill[t] what was signalled at bar t - delay (closes for delay 0, opens for 1; a signal
 * of the last bar then has no bar to be filled at). An entry while long and an exit while flat do
 * nothing. Shape: signal[n], fill[n], close[n] in ticks, equity[n] written; trades: NULL, or
 * room for bt_trades_max(n), of which tally->trades are written, in order of time. n = 0 is fine. */
void account_long_flat(const struct account_rules *rules, const int8_t *signal, const int64_t *fill,
                       const int64_t *close, long n, double *equity, struct bt_trade *trades,
                       struct account_tally *tally);

#endif

/* Signals of two moving averages that cross.
 *
 * A signal series holds one value a bar: BT_ENTER, BT_EXIT or BT_STAY. Whether an entry finds the
 * position flat, or an exit finds it long, is the accounting's affair (account.h).
 */
#ifndef CUPEL_NUMERICS_CROSS_H
#define CUPEL_NUMERICS_CROSS_H

#include <stdbool.h>
#include <stdint.h>

enum bt_signal { BT_EXIT = -1, BT_STAY = 0, BT_ENTER = 1 };

struct cross_average {
    const int64_t *sums; /* sma_sums */
    long window;
};

/* At the close of each bar, from the first at which both averages are defined:
 *     fast below slow: BT_EXIT, and from here on entries are allowed ("below" is latched)
 *     fast above slow: BT_ENTER when entries are allowed
 *     equal:           BT_STAY (a tie does nothing)
 * so that the first entry is always a crossing from below. Bars before: BT_STAY.
 * Order: fast.sum * slow.window against slow.sum * fast.window, in int64 or, when `wide`, in 128
 * bits; both are exact, where a quotient of doubles would not be. Shape: signal[n]. */
void cross_signals(struct cross_average fast, struct cross_average slow, long n, bool wide,
                   int8_t *signal);

/* The same rule for averages that are doubles, compared as they are. Both are defined from `first` on.
 * Shape: fast[n], slow[n], signal[n]. */
void cross_real_signals(const double *fast, const double *slow, long first, long n, int8_t *signal);

/* Do the products of prices up to `largest` need 128 bits? */
bool cross_needs_wide(int64_t largest, long fast_window, long slow_window);

#endif

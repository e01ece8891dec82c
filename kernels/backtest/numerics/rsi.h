/* The relative strength index, 100 * gains / (gains + losses) over the last `window` changes of
 * price: Cutler's with simple averages, Wilder's with smoothed ones. Without any change it is
 * undefined, neither low nor high.
 *
 * Cutler's is kept as two sums of ticks, exact in any order of addition, and compared with a level
 * by cross-multiplication in 128 bits: 100 * gains against level * (gains + losses). No quotient is
 * formed. The level is a whole number for that.
 */
#ifndef CUPEL_NUMERICS_RSI_H
#define CUPEL_NUMERICS_RSI_H

#include <stdint.h>

/* gains[i], losses[i]: the sums of max(d, 0) and max(-d, 0), d[j] = x[j] - x[j-1], over the window
 * changes j = i - window + 1 .. i, for i >= window, the first defined one; what stands before it is
 * not to be read. Order: one rolling pass, as sma_sums. Shape: x[n], gains[n], losses[n]. Duty of the
 * caller: window >= 1 and sma_fits(largest x, window). */
void rsi_sums(const int64_t *x, long n, long window, int64_t *gains, int64_t *losses);

/* -1: Cutler's RSI is below `low`, 1: above `high`, 0: neither. 0 <= low <= high <= 100. */
int rsi_side(int64_t gains, int64_t losses, int low, int high);

/* Wilder (New Concepts in Technical Trading Systems, 1978), as TA-Lib has it. Order:
 *     g, l   = sums of the first window gains and losses, in int64, each / window, at bar window
 *     g      = (g * (window - 1) + max(d, 0)) / window, l likewise, from the next bar on
 *     rsi[i] = 100 * (g / (g + l)); NaN when g + l is 0
 * Shape: x[n], rsi[n], written from bar window on. Duty of the caller: as rsi_sums. */
void rsi_wilder(const int64_t *x, long n, long window, double *rsi);

#endif

/* Simple moving averages, kept as sums: whole numbers, so that every order of addition gives the
 * same value. average = sum / window is never formed; cross.h compares without dividing.
 */
#ifndef CUPEL_NUMERICS_SMA_H
#define CUPEL_NUMERICS_SMA_H

#include <stdbool.h>
#include <stdint.h>

/* sums[i] = x[i - window + 1] + ... + x[i] for i >= window - 1, the first defined one; what stands
 * before it is not to be read. Order: one rolling pass, add the new bar, then take the old one away.
 * Shape: x[n], sums[n], not the same. Duty of the caller: window >= 1 and sma_fits. */
void sma_sums(const int64_t *x, long n, long window, int64_t *sums);

/* Can no sum of window + 1 values of at most `largest` pass 2^63? (One more than the window: the
 * rolling pass adds before it takes away.) */
bool sma_fits(int64_t largest, long window);

#endif

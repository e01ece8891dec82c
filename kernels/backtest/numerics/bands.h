/* Bollinger bands: the mean of the last `window` prices, plus and minus some standard deviations of
 * them (of a population: ddof 0).
 *
 * Kept without a division, as sum and root:
 *     sum  = the sum of the prices, exact
 *     root = sqrt(window * sum of squares - sum^2) = window * standard deviation, in ticks
 * The difference under the root is exact in 128 bits, then rounded once to a double. A price is
 * outside when window * price - sum (exact, rounded once to a double) is beyond deviations * root;
 * on a band, as where all prices are equal, it is not outside.
 */
#ifndef CUPEL_NUMERICS_BANDS_H
#define CUPEL_NUMERICS_BANDS_H

#include <stdint.h>

/* Defined from bar window - 1 on; what stands before it is not to be read. Order: rolling, as
 * sma_sums. Shape: x[n], sums[n], roots[n]. Duty of the caller: window >= 1 and sma_fits(largest x,
 * window), which keeps the squares below 2^126. */
void bands_roots(const int64_t *x, long n, long window, int64_t *sums, double *roots);

/* -1: price is below the lower band, 1: above the upper one, 0: neither. deviations >= 0. */
static inline int bands_side(int64_t price, long window, int64_t sum, double root,
                             double deviations)
{
    double off = (double)(window * price - sum), width = deviations * root;
    return (off > width) - (off < -width);
}

#endif

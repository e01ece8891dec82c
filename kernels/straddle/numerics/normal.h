/* The normal distribution function N(x), with the same bits on every machine (elementary.h).
 *
 *     N(-a) = exp(-a^2 / 2) * P(t) / (a + 5),  t = (a - 5) / (a + 5),  a >= 0;  N(a) = 1 - N(-a)
 *
 * One polynomial for all a: the form of M. M. Shepherd and J. G. Laframboise, "Chebyshev approximation
 * of (1 + 2x) exp(x^2) erfc x in 0 <= x < infinity", Math. Comp. 36 (1981), with one division instead
 * of two; the coefficients are our own (coefficients.h). Relative error below 4 ulp, in the tails too.
 */
#ifndef CUPEL_STRADDLE_NORMAL_H
#define CUPEL_STRADDLE_NORMAL_H

/* Below -37.5, where it is under 5e-308: 0. */
double normal_cdf(double x);

#endif

/* The normal distribution function N(x), with the same bits on every machine (elementary.h).
 *
 *     N(-a) = exp(-a^2 / 2) * P(t) / (a + 1.25),  t = (a - 5) / (a + 5),  a >= 0;  N(a) = 1 - N(-a)
 *
 * One polynomial for all a, after M. M. Shepherd and J. G. Laframboise, "Chebyshev approximation of
 * (1 + 2x) exp(x^2) erfc x in 0 <= x < infinity", Math. Comp. 36 (1981); the coefficients are our own
 * (coefficients.h). Within 4.5 ulp, in the tails too (5 is what the test allows).
 */
#ifndef CUPEL_STRADDLE_NORMAL_H
#define CUPEL_STRADDLE_NORMAL_H

/* Below -37.5, where it is under 5e-308: 0. */
double normal_cdf(double x);

#endif

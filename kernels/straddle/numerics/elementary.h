/* Logarithm and exponential that give the same bits on every machine: + - * / alone, in a stated order,
 * no function of the C library.
 *
 *     double y = elementary_exp(elementary_log(2));   // 2
 *
 * log: x = m * 2^k with sqrt(1/2) <= m < sqrt(2), ln m through s = (m - 1) / (m + 1); within 1 ulp.
 * exp: x = k ln 2 + r with |r| <= ln 2 / 2, ln 2 in two parts, a polynomial of r; within 1.1 ulp. Both
 * reductions: W. J. Cody and W. Waite, Software Manual for the Elementary Functions, 1980, and P. T. P.
 * Tang, ACM TOMS 15 and 16 (1989, 1990); the polynomials are our own (coefficients.h).
 */
#ifndef CUPEL_STRADDLE_ELEMENTARY_H
#define CUPEL_STRADDLE_ELEMENTARY_H

/* Natural logarithm of a positive normal number; of others: NaN. */
double elementary_log(double x);

/* Below -708: 0; above 709: infinite. */
double elementary_exp(double x);

#endif

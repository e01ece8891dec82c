/* How far a second sample lies above a first: the Hodges-Lehmann shift, and bounds from the rank sum.
 *
 *     struct stats_interval d = stats_shift(before, 20, after, 15, 0.95);     // of logarithms
 *     stats_interval_exp(d).estimate                                           1.08: 8 % more
 *
 * For samples that nobody paired. Source: Hodges & Lehmann 1963; Hollander & Wolfe 1999, sections 4.2
 * and 4.3. Values are finite.
 */
#ifndef CUPEL_STATS_RANK_SUM_H
#define CUPEL_STATS_RANK_SUM_H

#include "harness/stats/interval.h"

/* Above this product of the sizes the distribution is the normal one with a term for its kurtosis (Fix &
 * Hodges 1955): k is off by two at most. */
enum { STATS_RANK_SUM_EXACT = 10000 };

/* P(U <= u), U the number of pairs of which the second sample's value is the larger, when there is no
 * shift. 1 <= na, nb; na + nb <= STATS_MAX. */
double stats_rank_sum_cdf(int na, int nb, int u);

/* The largest k with P(U <= k - 1) <= error: the k-th smallest of the na nb differences is a lower bound
 * of the shift that errs with at most that probability. 0: so few values give no such bound. error < 0.5. */
int stats_rank_sum_k(int na, int nb, double error);

/* Median of all b[j] - a[i], and the k-th smallest and largest of them, each side erring with at most
 * (1 - level) / 2; infinite when there is no such k. Unit: that of the values. */
struct stats_interval stats_shift(const double *a, int na, const double *b, int nb, double level);

/* The estimate alone. */
double stats_shift_estimate(const double *a, int na, const double *b, int nb);

#endif

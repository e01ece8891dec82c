/* Wilcoxon's signed-rank statistic: exact null distribution, order-statistic index, test.
 *
 * When the order inside each pair was a fair coin's, the sign of each difference is a fair coin under
 * "no change", whatever the noise: then these error rates are exact, not approximate.
 *
 *     int k = stats_signed_rank_k(n, 0.025);          // W(k) and W(M + 1 - k) are the 95 % bounds
 *
 * Accuracy: exact for n <= 53 (all sums are multiples of 2^-n below 1); above, only additions of
 * positive numbers: relative error below (n + M) 2^-53, 2e-12 at n = 200. M = n (n + 1) / 2.
 */
#ifndef CUPEL_STATS_SIGNED_RANK_H
#define CUPEL_STATS_SIGNED_RANK_H

#include "harness/stats/interval.h"

#include <stdbool.h>

/* M, the largest value of the statistic and the number of Walsh averages. 1 <= n <= STATS_MAX. */
int stats_signed_rank_max(int n);

/* p[t] = P(T = t), t = 0..M: the sum of those of the ranks 1..n whose fair coin shows heads.
 * p has room for M + 1. */
void stats_signed_rank_distribution(int n, double *p);

/* P(T <= t); 0 for t < 0. */
double stats_signed_rank_cdf(int n, int t);

/* The largest k with P(T <= k - 1) <= error: the k-th smallest Walsh average is a lower confidence
 * bound that errs with at most that probability. 0: n values cannot give such a bound. error < 0.5.
 * Source: Hollander & Wolfe 1999, section 3.3. */
int stats_signed_rank_k(int n, double error);

struct stats_signed_rank_test {
    int n;         /* differences that are not 0 */
    int zeros;     /* left out, as Wilcoxon 1945 does */
    bool tied;     /* some |d| are equal: they share the mean of their ranks */
    double w_plus; /* sum of the ranks of positive differences */
    double p_lower, p_higher, p_two_sided;
    enum stats_direction direction; /* of d against 0, two-sided at the level */
};

/* d[n], finite, n <= STATS_MAX. p values are exact with ties too: the distribution over all 2^n signs of the very
 * ranks that were given (conditional on the ties). No difference that is not 0: every p is 1. */
struct stats_signed_rank_test stats_signed_rank_test(const double *d, int n, double level);

#endif

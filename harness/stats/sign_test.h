/* The sign test and the interval of the median by order statistics: they ask nothing of the shape of
 * the distribution. Printed beside signed rank: where they disagree, the shape changed.
 *
 *     struct stats_sign_test s = stats_sign_test(d, n, 0.95);
 *     struct stats_interval m = stats_median_interval(d, n, 0.95);
 */
#ifndef CUPEL_STATS_SIGN_TEST_H
#define CUPEL_STATS_SIGN_TEST_H

#include "harness/stats/interval.h"

struct stats_sign_test {
    int positive, negative, zeros; /* zeros are left out of the test */
    double p_two_sided;            /* exact binomial; 1 when nothing is left */
    enum stats_direction direction;
};

/* d[n], finite, n <= STATS_MAX, against 0. */
struct stats_sign_test stats_sign_test(const double *d, int n, double level);

/* Median of d[n], 1 <= n <= STATS_MAX, between X(k) and X(n + 1 - k), k the largest with
 * P(Bin(n, 1/2) <= k - 1) <= (1 - level) / 2; coverage is the exact one, never below the level.
 * None at that level: infinite bounds, coverage 1. Source: Hollander & Wolfe 1999, section 3.6. */
struct stats_interval stats_median_interval(const double *d, int n, double level);

#endif

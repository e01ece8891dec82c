/* Shares: k of n, with their bounds, and the difference of two.
 *
 *     struct stats_interval share = stats_proportion(310, 2041, 0.95);
 *     struct stats_interval change =
 *         stats_proportion_change(310, 2041, 402, 1980, stats_scale_exact(1), 0.95);
 *
 * The n are taken as drawn independently. Counts are doubles: whole numbers up to 2^53.
 */
#ifndef CUPEL_STATS_PROPORTION_H
#define CUPEL_STATS_PROPORTION_H

#include "harness/stats/interval.h"

#define STATS_PROPORTION_EXACT                                                                     \
    100000 /* above so many: Wilson's bounds, 1e-4 from the exact ones at most */

/* k / n with exact bounds: never less than the level. 0 <= k <= n; n = 0: estimate NAN, bounds 0 and 1.
 * Source: Clopper and Pearson 1934, by quantiles of the beta distribution. */
struct stats_interval stats_proportion(double k, double n, double level);

/* The same with Wilson's bounds: closer, about the level on average. Source: Wilson 1927. */
struct stats_interval stats_proportion_wilson(double k, double n, double level);

/* What a share of one whole is worth in those of another. It is measured itself: its log has an error. */
struct stats_scale {
    double factor;    /* > 0; 1: plain shares */
    double log_error; /* standard error of log(factor); 0: exact; NAN: not known */
    double freedom;   /* degrees of freedom of that error */
};

struct stats_scale stats_scale_exact(double factor);

/* Of two means of logs and their variances by n1, n2 values: exp(mean2 - mean1), degrees of freedom by Welch and
 * Satterthwaite. Fewer than STATS_SCALE_VALUES of either: the error is NAN. Source: Welch 1947. */
#define STATS_SCALE_VALUES 3
struct stats_scale stats_scale_of(double mean1, double variance1, int n1, double mean2,
                                  double variance2, int n2);

/* Student's bounds of the log, as factors. An error that is not known: 0 and INFINITY. */
struct stats_interval stats_scale_bounds(struct stats_scale scale, double level);

/* scale * k2/n2 - k1/n1, about the level or more. An n of 0: estimate NAN, infinite bounds; an error of the scale
 * that is not known: infinite bounds.
 * Source: Newcombe 1998, method 10 (Wilson bounds combined as squares); with a scale: Zou and Donner 2008; the
 * scale's own distance enters as one more square, times the share (upwards: its upper bound, so that a share of
 * 0 has it too). */
struct stats_interval stats_proportion_change(double k1, double n1, double k2, double n2,
                                              struct stats_scale scale, double level);

#endif

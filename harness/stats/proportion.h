/* Shares: k of n, with their bounds, and the difference of two.
 *
 *     struct stats_interval share = stats_proportion(310, 2041, 0.95);
 *     struct stats_interval change = stats_proportion_change(310, 2041, 402, 1980, 1, 0.95);
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

/* scale * k2/n2 - k1/n1, about the level. scale > 0: what a share of the second is worth in those of the first, 1
 * for plain shares. An n of 0: estimate NAN, infinite bounds.
 * Source: Newcombe 1998, method 10 (Wilson bounds combined as squares); with a scale: Zou and Donner 2008. */
struct stats_interval stats_proportion_change(double k1, double n1, double k2, double n2,
                                              double scale, double level);

#endif

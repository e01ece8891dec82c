/* What every statistic of this folder hands back: an estimate with its bounds, and a direction.
 *
 *     struct stats_interval r = stats_hodges_lehmann_interval(d, n, 0.95);
 *     if (r.high < margin) ...
 */
#ifndef CUPEL_STATS_INTERVAL_H
#define CUPEL_STATS_INTERVAL_H

/* The most values of one sample, or pairs of one comparison, that the exact methods take: they need
 * memory and time that grow with its square and cube (0.3 s at 1000, 4 ms at 200). */
#define STATS_MAX 1000

/* Unit: that of the data. A bound that no n values can give at the level asked for is -INFINITY or
 * INFINITY. coverage is what the bounds attain: for an exact method at least the level. */
struct stats_interval {
    double estimate, low, high, coverage;
};

/* Where the second sample lies against the first (or a sample against 0), when p is small enough. */
enum stats_direction { STATS_UNDECIDED, STATS_LOWER, STATS_HIGHER, STATS_DIRECTION_COUNT };

/* By the sign of `difference`; UNDECIDED unless p <= 1 - level. */
enum stats_direction stats_direction(double difference, double p, double level);

/* exp() of estimate and bounds: from a log-ratio to a ratio. */
struct stats_interval stats_interval_exp(struct stats_interval log_ratio);

#endif

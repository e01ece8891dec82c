/* One sample described: centre, spread, interval of the mean, quantiles, outliers by index.
 *
 *     struct stats_summary s = stats_describe(v, n, 0.95);
 *     int outlier[STATS_MAX], found = stats_outliers(v, n, outlier);
 *
 * No value is ever left out of a statistic: outliers are named, not removed.
 */
#ifndef CUPEL_STATS_DESCRIBE_H
#define CUPEL_STATS_DESCRIBE_H

#include "harness/stats/interval.h"

/* Unit: that of v, but for n, variation and outliers. */
struct stats_summary {
    int n;
    struct stats_interval mean; /* Student t, n - 1 degrees of freedom */
    double sd;                  /* sample standard deviation, divisor n - 1 */
    double variation;           /* coefficient of variation, sd / |mean|; NAN for mean 0 */
    double median;              /* even n: midpoint of the two */
    double mad;                 /* median of |v - median|, not scaled */
    double mad_sd;              /* 1.4826 mad: estimates sd when the data are normal */
    double min, max;
    double quartile1, quartile3; /* stats_quantile at 1/4 and 3/4 */
    int outliers;                /* how many stats_outliers names */
};

/* v[n], finite, order kept. n == 0: all NAN. n == 1: sd, variation and the bounds of the mean NAN.
 * 0 < level < 1, as everywhere in this folder. */
struct stats_summary stats_describe(const double *v, int n, double level);

/* Ascending, in place. */
void stats_sort(double *v, int n);

/* Median of v[n], n >= 1, order kept. Even n: midpoint of the two. */
double stats_median(const double *v, int n);

/* Quantile at 0 <= p <= 1 of sorted[n], ascending, n >= 1: linear between the order statistics
 * around (n - 1) p. Source: Hyndman & Fan 1996, type 7 (R's and NumPy's default). */
double stats_quantile(const double *sorted, int n, double p);

/* Modified z-score beyond 3.5: 0.6745 (v - median) / MAD (Iglewicz & Hoaglin 1993). When MAD is 0
 * (at least half of the values are equal) the scale is their second one, the mean absolute deviation
 * D from the median: (v - median) / (1.253314 D); all values equal: none is an outlier.
 * Writes the indices, ascending, to index[n] (NULL: only counted); gives their number. */
int stats_outliers(const double *v, int n, int *index);

#endif

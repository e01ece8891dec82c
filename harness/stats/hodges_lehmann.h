/* The Hodges-Lehmann estimate and its exact bounds, from Walsh averages (d[i] + d[j]) / 2, i <= j.
 *
 *     double pair = stats_hodges_lehmann(slice_log_ratios, 20);        // estimate alone, fast
 *
 *     struct stats_walsh w = stats_walsh_new(d, n);                    // several bounds, one sort
 *     if (stats_walsh_upper(&w, 0.05) < margin) ...
 *     stats_walsh_done(&w);
 *
 * Source: Hodges & Lehmann 1963; Hollander & Wolfe 1999, sections 3.2 and 3.3. d is finite.
 */
#ifndef CUPEL_STATS_HODGES_LEHMANN_H
#define CUPEL_STATS_HODGES_LEHMANN_H

#include "harness/stats/interval.h"

/* Median of the Walsh averages of d[n], 1 <= n <= STATS_MAX. Unit: that of d. */
double stats_hodges_lehmann(const double *d, int n);

/* Two-sided; each side errs with at most (1 - level) / 2. n < 6 gives no bounds at 95 %, n < 8 none
 * at 99 %: infinite then, with coverage 1. */
struct stats_interval stats_hodges_lehmann_interval(const double *d, int n, double level);

struct stats_walsh {
    double *sorted; /* W(1) is sorted[0] */
    int n, count;   /* values, and their Walsh averages */
};

/* 1 <= n <= STATS_MAX. Owner: the caller, until stats_walsh_done. */
struct stats_walsh stats_walsh_new(const double *d, int n);
void stats_walsh_done(struct stats_walsh *w);

double stats_walsh_median(const struct stats_walsh *w);

/* W(k) and W(count + 1 - k), k = stats_signed_rank_k(n, error): one-sided bounds of the centre of
 * symmetry, each wrong with probability at most `error` < 0.5. -INFINITY and INFINITY when n values
 * cannot give such a bound (error < 2^-n). */
double stats_walsh_lower(const struct stats_walsh *w, double error);
double stats_walsh_upper(const struct stats_walsh *w, double error);
struct stats_interval stats_walsh_interval(const struct stats_walsh *w, double level);

#endif

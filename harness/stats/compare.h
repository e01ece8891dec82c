/* Two sides of a benchmark compared by their pairs: new against base.
 *
 *     struct stats_comparison c = stats_compare(base, new, base_first, n, 0.95);
 *     c.ratio.estimate          1.12: new takes 12 % more
 *     c.ratio.low .. high       exact when a coin chose the order in each pair
 *
 * base[i] and new[i] are readings (times, bytes) of pair i, taken side by side. Decide on `ratio`;
 * the other estimates stand beside it, and the reader sees whether they agree.
 */
#ifndef CUPEL_STATS_COMPARE_H
#define CUPEL_STATS_COMPARE_H

#include "harness/stats/interval.h"
#include "harness/stats/sign_test.h"
#include "harness/stats/signed_rank.h"
#include "harness/stats/welch.h"

#include <stdint.h>

struct stats_comparison {
    int n; /* pairs; 0: refused, nothing else is set */
    double level;

    struct stats_interval ratio; /* new / base: exp(Hodges-Lehmann of ln(new / base)) */
    double percent;              /* 100 (ratio - 1): the change, +12 is slower */
    double times;                /* 1 / ratio: how many times faster new is */
    struct stats_signed_rank_test signed_rank; /* on the log-ratios */

    struct stats_interval sign_ratio; /* median of the pairs' ratios, order statistics */
    struct stats_sign_test sign;
    struct stats_interval t_ratio;              /* geometric mean of the pairs' ratios, paired t */
    struct stats_t_test paired_t;               /* on the log-ratios */
    struct stats_t_test welch;                  /* on the readings, unpaired: in their unit */
    double mean_ratio, median_ratio, min_ratio; /* new's over base's */

    /* Lag-1 autocorrelation: what pairing has to take out, and what it left. NAN: no variance. */
    double lag1_base, lag1_new, lag1_pairs;

    /* Time of what ran second in a pair over what ran first, the change itself taken out: 1 when
     * position does not matter. NAN and infinite bounds when not known. */
    struct stats_interval position;

    double log_ratio_se;       /* standard error of ln(ratio), from its interval */
    double detectable_percent; /* slowdown shown with 95 % power at 1 % error, at this precision */
};

/* Index of the first value that is not a finite number above 0; -1: all are. */
int stats_first_not_positive(const double *v, int n);

/* base[n], new[n]: finite and above 0, the same unit, in the order of measuring; base_first[n] is 1
 * where base ran first, 0 where new did; NULL: not known. Refused (n is 0 in what comes back): n < 2
 * or > STATS_MAX, or a value that stats_first_not_positive names. */
struct stats_comparison stats_compare(const double *base, const double *new,
                                      const int8_t *base_first, int n, double level);

/* log_ratios[n] = ln(new / base), under the conditions of stats_compare. */
void stats_log_ratios(const double *base, const double *new, int n, double *log_ratios);

/* Standard error of a Hodges-Lehmann estimate: half-width over the normal quantile of the coverage
 * that the bounds attain (Lehmann 1963). INFINITY for infinite bounds. */
double stats_interval_se(struct stats_interval log_ratio);

/* 100 (exp((z.99 + z.95) se) - 1), in per cent. */
double stats_detectable_percent(double log_ratio_se);

/* NAN when v[n] does not vary or n < 2. */
double stats_lag1(const double *v, int n);

#endif

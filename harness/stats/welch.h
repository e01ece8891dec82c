/* Student's t, two ways: Welch's for two independent samples, and the one-sample (paired) test.
 *
 *     struct stats_t_test w = stats_welch(base, n, new, n, 0.95);
 *     if (w.direction != STATS_UNDECIDED) printf("p = %g\n", w.p_two_sided);
 *
 * A sample without variance makes t meaningless. By definition then: difference 0 gives t 0 and p 1,
 * any other gives t +-INFINITY and p 0, and the interval is the difference itself.
 * Fewer than two values a sample: t and p NAN, infinite bounds, no direction.
 */
#ifndef CUPEL_STATS_WELCH_H
#define CUPEL_STATS_WELCH_H

#include "harness/stats/interval.h"

struct stats_t_test {
    double t, df, p_two_sided;
    struct stats_interval difference; /* unit: that of the data */
    enum stats_direction direction;
};

/* Mean of b less mean of a, variances not assumed equal. a[na], b[nb], finite.
 * df by Welch-Satterthwaite; na + nb - 2 when neither sample varies. Source: Welch 1947. */
struct stats_t_test stats_welch(const double *a, int na, const double *b, int nb, double level);

/* Mean of d[n] against 0; on log-ratios of pairs this is the paired test. */
struct stats_t_test stats_t_one_sample(const double *d, int n, double level);

#endif

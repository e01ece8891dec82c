#include "harness/stats/compare.h"

#include "harness/base/mem.h"
#include "harness/stats/describe.h"
#include "harness/stats/hodges_lehmann.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>

#include <math.h>

int stats_first_not_positive(const double *v, int n)
{
    for (int i = 0; i < n; i++)
        if (!(v[i] > 0 && isfinite(v[i])))
            return i;
    return -1;
}

void stats_log_ratios(const double *base, const double *new, int n, double *log_ratios)
{
    for (int i = 0; i < n; i++)
        log_ratios[i] = log(new[i] / base[i]);
}

double stats_interval_se(struct stats_interval log_ratio)
{
    double half_width = (log_ratio.high - log_ratio.low) / 2;
    return isinf(half_width) ? INFINITY
                             : half_width / gsl_cdf_ugaussian_Pinv((1 + log_ratio.coverage) / 2);
}

double stats_detectable_percent(double log_ratio_se)
{
    return 100 *
           expm1((gsl_cdf_ugaussian_Pinv(0.99) + gsl_cdf_ugaussian_Pinv(0.95)) * log_ratio_se);
}

double stats_lag1(const double *v, int n)
{
    if (n < 2 || gsl_stats_variance(v, 1, (size_t)n) == 0)
        return NAN;
    return gsl_stats_lag1_autocorrelation(v, 1, (size_t)n);
}

/* d = change + position where base ran first, change - position where new did: half the difference
 * of the two groups is the position's effect, whatever the change is. */
static struct stats_interval position_effect(const double *d, const int8_t *base_first, int n,
                                             double level)
{
    if (!base_first)
        return (struct stats_interval){NAN, 0, INFINITY, level};
    double groups[2][STATS_MAX];
    int size[2] = {0};
    for (int i = 0; i < n; i++) {
        int group = base_first[i] != 0;
        groups[group][size[group]++] = d[i];
    }
    struct stats_interval twice =
        stats_welch(groups[0], size[0], groups[1], size[1], level).difference;
    return stats_interval_exp(
        (struct stats_interval){twice.estimate / 2, twice.low / 2, twice.high / 2, twice.coverage});
}

static void set_paired(struct stats_comparison *c, const double *d)
{
    struct stats_interval log_ratio = stats_hodges_lehmann_interval(d, c->n, c->level);
    c->ratio = stats_interval_exp(log_ratio);
    c->percent = 100 * expm1(log_ratio.estimate);
    c->times = exp(-log_ratio.estimate);
    c->signed_rank = stats_signed_rank_test(d, c->n, c->level);
    c->sign_ratio = stats_interval_exp(stats_median_interval(d, c->n, c->level));
    c->sign = stats_sign_test(d, c->n, c->level);
    c->paired_t = stats_t_one_sample(d, c->n, c->level);
    c->t_ratio = stats_interval_exp(c->paired_t.difference);
    c->log_ratio_se = stats_interval_se(log_ratio);
    c->detectable_percent = stats_detectable_percent(c->log_ratio_se);
    c->lag1_pairs = stats_lag1(d, c->n);
}

static void set_unpaired(struct stats_comparison *c, const double *base, const double *new)
{
    size_t n = (size_t)c->n;
    c->welch = stats_welch(base, c->n, new, c->n, c->level);
    c->mean_ratio = gsl_stats_mean(new, 1, n) / gsl_stats_mean(base, 1, n);
    c->median_ratio = stats_median(new, c->n) / stats_median(base, c->n);
    c->min_ratio = gsl_stats_min(new, 1, n) / gsl_stats_min(base, 1, n);
    c->lag1_base = stats_lag1(base, c->n);
    c->lag1_new = stats_lag1(new, c->n);
}

struct stats_comparison stats_compare(const double *base, const double *new,
                                      const int8_t *base_first, int n, double level)
{
    if (n < 2 || n > STATS_MAX || stats_first_not_positive(base, n) >= 0 ||
        stats_first_not_positive(new, n) >= 0)
        return (struct stats_comparison){0};
    struct stats_comparison c = {.n = n, .level = level};
    double d[STATS_MAX];
    stats_log_ratios(base, new, n, d);
    set_paired(&c, d);
    set_unpaired(&c, base, new);
    c.position = position_effect(d, base_first, n, level);
    return c;
}

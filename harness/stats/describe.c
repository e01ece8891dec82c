#include "harness/stats/describe.h"

#include "harness/base/mem.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include <math.h>
#include <string.h>

/* 1 / (third quartile of the normal distribution), and that quartile as the score's paper has it. */
static const double mad_to_sd = 1.4826022185056018;
static const double score_of_mad = 0.6745, score_limit = 3.5;
/* sqrt(pi / 2): sd over mean absolute deviation of the normal distribution. */
static const double sd_of_mean_deviation = 1.2533141373155003;

void stats_sort(double *v, int n)
{
    gsl_sort(v, 1, (size_t)n);
}

static double *copy_of(const double *v, int n)
{
    size_t bytes = (size_t)n * sizeof *v;
    return memcpy(mem_alloc(MEM_BASE, bytes), v, bytes);
}

double stats_median(const double *v, int n)
{
    double *scratch = copy_of(v, n);
    double median = gsl_stats_median(scratch, 1, (size_t)n);
    mem_free(MEM_BASE, scratch);
    return median;
}

double stats_quantile(const double *sorted, int n, double p)
{
    return gsl_stats_quantile_from_sorted_data(sorted, 1, (size_t)n, p);
}

static double median_deviation(const double *v, int n, double median)
{
    double *deviation = copy_of(v, n);
    for (int i = 0; i < n; i++)
        deviation[i] = fabs(v[i] - median);
    double mad = gsl_stats_median(deviation, 1, (size_t)n);
    mem_free(MEM_BASE, deviation);
    return mad;
}

/* The standard deviation that outliers are scored by; 0 when all values are equal. */
static double score_scale(const double *v, int n, double median)
{
    double mad = median_deviation(v, n, median);
    if (mad > 0)
        return mad / score_of_mad;
    return gsl_stats_absdev_m(v, 1, (size_t)n, median) * sd_of_mean_deviation;
}

int stats_outliers(const double *v, int n, int *index)
{
    if (n == 0)
        return 0;
    double median = stats_median(v, n), limit = score_limit * score_scale(v, n, median);
    int found = 0;
    for (int i = 0; i < n; i++)
        if (fabs(v[i] - median) > limit) {
            if (index)
                index[found] = i;
            found++;
        }
    return found;
}

static struct stats_interval mean_interval(double mean, double sd, int n, double level)
{
    double half = n < 2 ? NAN : gsl_cdf_tdist_Pinv((1 + level) / 2, n - 1) * sd / sqrt((double)n);
    return (struct stats_interval){mean, mean - half, mean + half, level};
}

static void set_order_statistics(struct stats_summary *s, const double *v, int n)
{
    double *sorted = copy_of(v, n);
    stats_sort(sorted, n);
    s->min = sorted[0];
    s->quartile1 = stats_quantile(sorted, n, 0.25);
    s->median = stats_quantile(sorted, n, 0.5);
    s->quartile3 = stats_quantile(sorted, n, 0.75);
    s->max = sorted[n - 1];
    mem_free(MEM_BASE, sorted);
}

static struct stats_summary nothing_to_describe(double level)
{
    return (struct stats_summary){
        .mean = {NAN, NAN, NAN, level},
        .sd = NAN,
        .variation = NAN,
        .median = NAN,
        .mad = NAN,
        .mad_sd = NAN,
        .min = NAN,
        .max = NAN,
        .quartile1 = NAN,
        .quartile3 = NAN,
    };
}

struct stats_summary stats_describe(const double *v, int n, double level)
{
    if (n == 0)
        return nothing_to_describe(level);
    struct stats_summary s = {.n = n};
    double mean = gsl_stats_mean(v, 1, (size_t)n);
    s.sd = n < 2 ? NAN : gsl_stats_sd_m(v, 1, (size_t)n, mean);
    s.mean = mean_interval(mean, s.sd, n, level);
    s.variation = mean == 0 ? NAN : s.sd / fabs(mean);
    set_order_statistics(&s, v, n);
    s.mad = median_deviation(v, n, s.median);
    s.mad_sd = mad_to_sd * s.mad;
    s.outliers = stats_outliers(v, n, NULL);
    return s;
}

#include "harness/stats/welch.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>

#include <math.h>

/* Through the incomplete beta function: GSL's own t distribution is off by 1e-7 (relative) far out
 * in the tail, where small p values live. */
static double two_sided_p(double t, double df)
{
    if (isinf(t))
        return 0;
    return gsl_cdf_beta_P(df / (df + t * t), df / 2, 0.5);
}

static struct stats_t_test no_test(double difference, double level)
{
    return (struct stats_t_test){
        .t = NAN,
        .df = NAN,
        .p_two_sided = NAN,
        .difference = {difference, -INFINITY, INFINITY, level},
    };
}

static struct stats_t_test test_of(double difference, double error, double df, double level)
{
    double half = gsl_cdf_tdist_Pinv((1 + level) / 2, df) * error;
    struct stats_t_test test = {
        .t = difference == 0 ? 0 : difference / error,
        .df = df,
        .difference = {difference, difference - half, difference + half, level},
    };
    test.p_two_sided = two_sided_p(test.t, df);
    test.direction = stats_direction(difference, test.p_two_sided, level);
    return test;
}

static double squared_error(const double *v, int n)
{
    return gsl_stats_variance(v, 1, (size_t)n) / n;
}

static double satterthwaite(double ea, int na, double eb, int nb)
{
    double sum = ea + eb;
    if (sum == 0)
        return na + nb - 2;
    double a = ea / sum, b = eb / sum; /* shares, so that small variances do not underflow */
    return 1 / (a * a / (na - 1) + b * b / (nb - 1));
}

static double mean_of(const double *v, int n)
{
    return n > 0 ? gsl_stats_mean(v, 1, (size_t)n) : NAN;
}

struct stats_t_test stats_welch(const double *a, int na, const double *b, int nb, double level)
{
    double difference = mean_of(b, nb) - mean_of(a, na);
    if (na < 2 || nb < 2)
        return no_test(difference, level);
    double ea = squared_error(a, na), eb = squared_error(b, nb);
    return test_of(difference, sqrt(ea + eb), satterthwaite(ea, na, eb, nb), level);
}

struct stats_t_test stats_t_one_sample(const double *d, int n, double level)
{
    if (n < 2)
        return no_test(mean_of(d, n), level);
    return test_of(mean_of(d, n), sqrt(squared_error(d, n)), n - 1, level);
}

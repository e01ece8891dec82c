#include "harness/stats/proportion.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>

enum { BISECTIONS = 60 }; /* beyond the digits of a double */

static struct stats_interval nothing_drawn(double level)
{
    return (struct stats_interval){.estimate = NAN, .low = 0, .high = 1, .coverage = level};
}

/* The x at which the beta distribution's P (or Q) is `error`, by halves: gsl_cdf_beta_Pinv ends the process where its
 * own search does not converge (k 12 of 41). */
static double beta_quantile(double error, double a, double b, bool upper)
{
    double low = 0, high = 1;
    for (int i = 0; i < BISECTIONS; i++) {
        double x = (low + high) / 2;
        bool left = upper ? gsl_cdf_beta_Q(x, a, b) > error : gsl_cdf_beta_P(x, a, b) < error;
        *(left ? &low : &high) = x;
    }
    return (low + high) / 2;
}

struct stats_interval stats_proportion(double k, double n, double level)
{
    double error = (1 - level) / 2;
    if (!(n > 0))
        return nothing_drawn(level);
    if (n > STATS_PROPORTION_EXACT)
        return stats_proportion_wilson(k, n, level);
    return (struct stats_interval){
        .estimate = k / n,
        .low = k > 0 ? beta_quantile(error, k, n - k + 1, false) : 0,
        .high = k < n ? beta_quantile(error, k + 1, n - k, true) : 1,
        .coverage = level,
    };
}

struct stats_interval stats_proportion_wilson(double k, double n, double level)
{
    if (!(n > 0))
        return nothing_drawn(level);
    double z = gsl_cdf_ugaussian_Qinv((1 - level) / 2), share = k / n, weight = n + z * z;
    double middle = (k + z * z / 2) / weight;
    double half = z / weight * sqrt(n * share * (1 - share) + z * z / 4);
    return (struct stats_interval){
        .estimate = share,
        .low = k > 0 ? fmax(0, middle - half) : 0,
        .high = k < n ? fmin(1, middle + half) : 1,
        .coverage = level,
    };
}

struct stats_scale stats_scale_exact(double factor)
{
    return (struct stats_scale){.factor = factor};
}

struct stats_scale stats_scale_of(double mean1, double variance1, int n1, double mean2,
                                  double variance2, int n2)
{
    struct stats_scale s = {exp(mean2 - mean1), NAN, NAN};
    if (n1 < STATS_SCALE_VALUES || n2 < STATS_SCALE_VALUES)
        return s;
    double first = variance1 / n1, second = variance2 / n2, both = first + second;
    s.log_error = sqrt(both);
    s.freedom = both > 0 ? both * both / (first * first / (n1 - 1) + second * second / (n2 - 1))
                         : n1 + n2 - 2;
    return s;
}

struct stats_interval stats_scale_bounds(struct stats_scale scale, double level)
{
    double f = scale.factor;
    if (scale.log_error == 0)
        return (struct stats_interval){f, f, f, level};
    if (!isfinite(scale.log_error))
        return (struct stats_interval){f, 0, INFINITY, level};
    double reach = scale.log_error * gsl_cdf_tdist_Qinv((1 - level) / 2, scale.freedom);
    return (struct stats_interval){f, f * exp(-reach), f * exp(reach), level};
}

struct stats_interval stats_proportion_change(double k1, double n1, double k2, double n2,
                                              struct stats_scale scale, double level)
{
    struct stats_interval first = stats_proportion_wilson(k1, n1, level);
    struct stats_interval second = stats_proportion_wilson(k2, n2, level);
    struct stats_interval cost = stats_scale_bounds(scale, level);
    double factor = scale.factor, change = factor * second.estimate - first.estimate;
    if (isnan(change) || isnan(scale.log_error))
        return (struct stats_interval){change, -INFINITY, INFINITY, level};
    double down = hypot(factor * (second.estimate - second.low), first.high - first.estimate);
    double up = hypot(factor * (second.high - second.estimate), first.estimate - first.low);
    return (struct stats_interval){
        .estimate = change,
        .low = change - hypot(down, second.estimate * (factor - cost.low)),
        .high = change + hypot(up, second.high * (cost.high - factor)),
        .coverage = level,
    };
}

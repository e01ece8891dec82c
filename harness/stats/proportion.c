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

struct stats_interval stats_proportion_change(double k1, double n1, double k2, double n2,
                                              double scale, double level)
{
    struct stats_interval first = stats_proportion_wilson(k1, n1, level);
    struct stats_interval second = stats_proportion_wilson(k2, n2, level);
    double change = scale * second.estimate - first.estimate;
    if (isnan(change))
        return (struct stats_interval){NAN, -INFINITY, INFINITY, level};
    return (struct stats_interval){
        .estimate = change,
        .low = change - hypot(scale * (second.estimate - second.low), first.high - first.estimate),
        .high = change + hypot(scale * (second.high - second.estimate), first.estimate - first.low),
        .coverage = level,
    };
}

#include "harness/stats/rank_sum.h"

#include "harness/base/mem.h"
#include "harness/stats/describe.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_statistics_double.h>

#include <assert.h>
#include <math.h>

/* ---- the distribution ------------------------------------------------------------------------ */

static bool is_exact(int na, int nb)
{
    return na * nb <= STATS_RANK_SUM_EXACT;
}

/* p[u] of sizes (i, j) from those of (i - 1, j) and (i, j - 1): the largest value of all is one of the
 * first sample's with probability i / (i + j), and is then above none of the second's; else it is
 * above all i of the first's. Only sums of positive numbers: no digits are lost. */
static void add_largest(const double *fewer_a, const double *fewer_b, int i, int j, double *p)
{
    double of_a = (double)i / (i + j), of_b = (double)j / (i + j);
    for (int u = 0; u <= i * j; u++) {
        double from_a = u <= (i - 1) * j ? fewer_a[u] : 0;
        double from_b = u >= i ? fewer_b[u - i] : 0;
        p[u] = of_a * from_a + of_b * from_b;
    }
}

/* p[0..na nb], owner: the caller, mem_free. nb is the smaller, for the memory of the rows. rows[j] is the distribution of (i, j); going through i, each
 * is made of itself, one i ago, and of its neighbour, so two buffers a row do. */
static double *new_distribution(int na, int nb)
{
    if (na < nb)
        return new_distribution(nb, na);
    size_t room = (size_t)na * (size_t)nb + 1, rows = (size_t)nb + 1;
    double *now = mem_alloc_zero(MEM_BASE, rows * room * sizeof *now);
    double *before = mem_alloc_zero(MEM_BASE, rows * room * sizeof *before);
    for (size_t j = 0; j < rows; j++)
        now[j * room] = 1; /* i is 0: U is 0 */
    for (int i = 1; i <= na; i++) {
        double *swapped = before;
        before = now;
        now = swapped;
        now[0] = 1; /* j is 0 */
        for (int j = 1; j <= nb; j++)
            add_largest(before + (size_t)j * room, now + (size_t)(j - 1) * room, i, j,
                        now + (size_t)j * room);
    }
    double *p = mem_alloc(MEM_BASE, room * sizeof *p);
    for (size_t u = 0; u < room; u++)
        p[u] = now[(size_t)nb * room + u];
    mem_free(MEM_BASE, now);
    mem_free(MEM_BASE, before);
    return p;
}

static double normal_sd(int na, int nb)
{
    return sqrt((double)na * nb * (na + nb + 1) / 12);
}

/* The first Edgeworth term that is not 0: a 24th of the excess kurtosis times the third Hermite polynomial. */
static double kurtosis_term(int na, int nb, double x)
{
    double a = na, b = nb;
    double excess = -1.2 * (a * a + b * b + a * b + a + b) / (a * b * (a + b + 1));
    return excess / 24 * (x * x * x - 3 * x);
}

static double normal_cdf(int na, int nb, int u)
{
    double x = (u + 0.5 - na * nb / 2.0) / normal_sd(na, nb);
    return gsl_cdf_ugaussian_P(x) - gsl_ran_ugaussian_pdf(x) * kurtosis_term(na, nb, x);
}

static int normal_k(int na, int nb, double error)
{
    double x = gsl_cdf_ugaussian_Pinv(error);
    double k = na * nb / 2.0 + (x + kurtosis_term(na, nb, x)) * normal_sd(na, nb) + 0.5;
    return k > 0 ? (int)k : 0;
}

double stats_rank_sum_cdf(int na, int nb, int u)
{
    assert(na >= 1 && nb >= 1 && na + nb <= STATS_MAX);
    if (u < 0 || u >= na * nb)
        return u < 0 ? 0 : 1;
    if (!is_exact(na, nb))
        return normal_cdf(na, nb, u);
    double *p = new_distribution(na, nb), sum = 0;
    for (int i = 0; i <= u; i++)
        sum += p[i];
    mem_free(MEM_BASE, p);
    return sum;
}

int stats_rank_sum_k(int na, int nb, double error)
{
    assert(na >= 1 && nb >= 1 && na + nb <= STATS_MAX);
    if (!is_exact(na, nb))
        return normal_k(na, nb, error);
    double *p = new_distribution(na, nb), sum = p[0];
    int k = 0;
    while (sum <= error)
        sum += p[++k];
    mem_free(MEM_BASE, p);
    return k;
}

/* ---- the shift ------------------------------------------------------------------------------- */

static double *new_differences(const double *a, int na, const double *b, int nb)
{
    assert(na >= 1 && nb >= 1 && na + nb <= STATS_MAX);
    double *d = mem_alloc(MEM_BASE, (size_t)na * (size_t)nb * sizeof *d), *next = d;
    for (int i = 0; i < na; i++)
        for (int j = 0; j < nb; j++)
            *next++ = b[j] - a[i];
    return d;
}

double stats_shift_estimate(const double *a, int na, const double *b, int nb)
{
    double *d = new_differences(a, na, b, nb);
    double median = gsl_stats_median(d, 1, (size_t)na * (size_t)nb);
    mem_free(MEM_BASE, d);
    return median;
}

struct stats_interval stats_shift(const double *a, int na, const double *b, int nb, double level)
{
    double *d = new_differences(a, na, b, nb);
    int count = na * nb, k = stats_rank_sum_k(na, nb, (1 - level) / 2);
    stats_sort(d, count);
    struct stats_interval shift = {
        .estimate = stats_quantile(d, count, 0.5),
        .low = k > 0 ? d[k - 1] : -INFINITY,
        .high = k > 0 ? d[count - k] : INFINITY,
        .coverage = 1 - 2 * stats_rank_sum_cdf(na, nb, k - 1),
    };
    mem_free(MEM_BASE, d);
    return shift;
}

#include "harness/stats/sign_test.h"

#include "harness/base/mem.h"
#include "harness/stats/describe.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* P(Bin(n, 1/2) <= last): terms by their recurrence; 2^-n is a normal double up to STATS_MAX. */
static double coin_cdf(int n, int last)
{
    assert(n <= STATS_MAX);
    double term = ldexp(1, -n), sum = 0;
    for (int heads = 0; heads <= last; heads++) {
        sum += term;
        term *= (double)(n - heads) / (heads + 1);
    }
    return sum;
}

struct stats_sign_test stats_sign_test(const double *d, int n, double level)
{
    struct stats_sign_test s = {0};
    for (int i = 0; i < n; i++) {
        s.positive += d[i] > 0;
        s.negative += d[i] < 0;
    }
    int kept = s.positive + s.negative;
    int fewer = s.positive < s.negative ? s.positive : s.negative;
    s.zeros = n - kept;
    s.p_two_sided = fmin(1, 2 * coin_cdf(kept, fewer));
    s.direction = stats_direction(s.positive - s.negative, s.p_two_sided, level);
    return s;
}

struct stats_interval stats_median_interval(const double *d, int n, double level)
{
    double *sorted = mem_alloc(MEM_BASE, (size_t)n * sizeof *sorted);
    memcpy(sorted, d, (size_t)n * sizeof *sorted);
    stats_sort(sorted, n);
    int k = 0;
    while (coin_cdf(n, k) <= (1 - level) / 2)
        k++;
    struct stats_interval median = {
        .estimate = stats_quantile(sorted, n, 0.5),
        .low = k > 0 ? sorted[k - 1] : -INFINITY,
        .high = k > 0 ? sorted[n - k] : INFINITY,
        .coverage = 1 - 2 * coin_cdf(n, k - 1),
    };
    mem_free(MEM_BASE, sorted);
    return median;
}

#include "harness/stats/hodges_lehmann.h"

#include "harness/base/mem.h"
#include "harness/stats/describe.h"
#include "harness/stats/signed_rank.h"

#include <gsl/gsl_statistics_double.h>

#include <assert.h>
#include <math.h>

static double *new_averages(const double *d, int n)
{
    assert(n >= 1 && n <= STATS_MAX);
    double *walsh = mem_alloc(MEM_BASE, (size_t)stats_signed_rank_max(n) * sizeof *walsh);
    double *next = walsh;
    for (int i = 0; i < n; i++)
        for (int j = i; j < n; j++)
            *next++ = (d[i] + d[j]) / 2;
    return walsh;
}

/* Selection instead of sorting: this runs once per process pair on its slices. */
double stats_hodges_lehmann(const double *d, int n)
{
    double *walsh = new_averages(d, n);
    double median = gsl_stats_median(walsh, 1, (size_t)stats_signed_rank_max(n));
    mem_free(MEM_BASE, walsh);
    return median;
}

struct stats_walsh stats_walsh_new(const double *d, int n)
{
    struct stats_walsh w = {new_averages(d, n), n, stats_signed_rank_max(n)};
    stats_sort(w.sorted, w.count);
    return w;
}

void stats_walsh_done(struct stats_walsh *w)
{
    mem_free(MEM_BASE, w->sorted);
    *w = (struct stats_walsh){0};
}

double stats_walsh_median(const struct stats_walsh *w)
{
    return stats_quantile(w->sorted, w->count, 0.5);
}

static double lower_at(const struct stats_walsh *w, int k)
{
    return k > 0 ? w->sorted[k - 1] : -INFINITY;
}

static double upper_at(const struct stats_walsh *w, int k)
{
    return k > 0 ? w->sorted[w->count - k] : INFINITY;
}

double stats_walsh_lower(const struct stats_walsh *w, double error)
{
    return lower_at(w, stats_signed_rank_k(w->n, error));
}

double stats_walsh_upper(const struct stats_walsh *w, double error)
{
    return upper_at(w, stats_signed_rank_k(w->n, error));
}

struct stats_interval stats_walsh_interval(const struct stats_walsh *w, double level)
{
    int k = stats_signed_rank_k(w->n, (1 - level) / 2);
    return (struct stats_interval){
        .estimate = stats_walsh_median(w),
        .low = lower_at(w, k),
        .high = upper_at(w, k),
        .coverage = 1 - 2 * stats_signed_rank_cdf(w->n, k - 1),
    };
}

struct stats_interval stats_hodges_lehmann_interval(const double *d, int n, double level)
{
    struct stats_walsh w = stats_walsh_new(d, n);
    struct stats_interval interval = stats_walsh_interval(&w, level);
    stats_walsh_done(&w);
    return interval;
}

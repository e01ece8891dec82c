#include "harness/stats/signed_rank.h"

#include "harness/base/mem.h"

#include <gsl/gsl_sort.h>

#include <assert.h>
#include <math.h>
#include <string.h>

int stats_signed_rank_max(int n)
{
    return n * (n + 1) / 2;
}

/* One more coin for p[0..reach]: the sum grows by `weight` with probability 1/2. Downwards, so that
 * p[t - weight] is still the distribution before this coin. */
static void add_coin(double *p, int reach, int weight)
{
    for (int t = reach + weight; t >= weight; t--)
        p[t] = (p[t] + p[t - weight]) * 0.5;
    for (int t = weight - 1; t >= 0; t--)
        p[t] *= 0.5;
}

/* p[0..sum of weights], each weight >= 1 in the sum with probability 1/2. */
static void sum_distribution(const int *weights, int n, double *p)
{
    int total = 0;
    for (int i = 0; i < n; i++)
        total += weights[i];
    memset(p, 0, ((size_t)total + 1) * sizeof *p);
    p[0] = 1;
    for (int i = 0, reach = 0; i < n; reach += weights[i++])
        add_coin(p, reach, weights[i]);
}

void stats_signed_rank_distribution(int n, double *p)
{
    assert(n >= 1 && n <= STATS_MAX);
    int ranks[STATS_MAX];
    for (int i = 0; i < n; i++)
        ranks[i] = i + 1;
    sum_distribution(ranks, n, p);
}

static double *new_distribution(int n)
{
    double *p = mem_alloc(MEM_BASE, ((size_t)stats_signed_rank_max(n) + 1) * sizeof *p);
    stats_signed_rank_distribution(n, p);
    return p;
}

static double sum_up_to(const double *p, int last)
{
    double sum = 0;
    for (int t = 0; t <= last; t++)
        sum += p[t];
    return sum;
}

double stats_signed_rank_cdf(int n, int t)
{
    int max = stats_signed_rank_max(n);
    double *p = new_distribution(n);
    double sum = sum_up_to(p, t < max ? t : max);
    mem_free(MEM_BASE, p);
    return sum;
}

int stats_signed_rank_k(int n, double error)
{
    double *p = new_distribution(n);
    int k = 0;
    double sum = p[0];
    while (sum <= error)
        sum += p[++k];
    mem_free(MEM_BASE, p);
    return k;
}

/* ---- the test ------------------------------------------------------------------------------- */

struct ranked {
    int n;
    double size[STATS_MAX];    /* |d| of those that are not 0, ascending */
    bool positive[STATS_MAX];  /* in the same order */
    int twice_rank[STATS_MAX]; /* the mean rank of a tie is a half: doubled, it is a whole number */
    bool tied;
};

static void order_by_size(const double *d, int n, struct ranked *r)
{
    assert(n <= STATS_MAX);
    double size[STATS_MAX], sign[STATS_MAX];
    r->n = 0;
    for (int i = 0; i < n; i++)
        if (d[i] != 0) {
            size[r->n] = fabs(d[i]);
            sign[r->n++] = d[i];
        }
    gsl_sort2(size, 1, sign, 1, (size_t)r->n);
    memcpy(r->size, size, (size_t)r->n * sizeof *size);
    for (int i = 0; i < r->n; i++)
        r->positive[i] = sign[i] > 0;
}

static void set_ranks(struct ranked *r)
{
    r->tied = false;
    for (int first = 0, end; first < r->n; first = end) {
        for (end = first + 1; end < r->n && r->size[end] == r->size[first]; end++)
            r->tied = true;
        for (int i = first; i < end; i++)
            r->twice_rank[i] = first + 1 + end;
    }
}

static int twice_positive_sum(const struct ranked *r)
{
    int sum = 0;
    for (int i = 0; i < r->n; i++)
        sum += r->positive[i] ? r->twice_rank[i] : 0;
    return sum;
}

static void set_p_values(struct stats_signed_rank_test *test, const struct ranked *r, int twice_w)
{
    int twice_max = 2 * stats_signed_rank_max(r->n);
    double *p = mem_alloc(MEM_BASE, ((size_t)twice_max + 1) * sizeof *p);
    sum_distribution(r->twice_rank, r->n, p);
    test->p_lower = sum_up_to(p, twice_w);
    /* Flipping all signs mirrors the distribution: the upper tail is a lower one. */
    test->p_higher = sum_up_to(p, twice_max - twice_w);
    test->p_two_sided = fmin(1, 2 * fmin(test->p_lower, test->p_higher));
    mem_free(MEM_BASE, p);
}

struct stats_signed_rank_test stats_signed_rank_test(const double *d, int n, double level)
{
    struct ranked *r = mem_alloc(MEM_BASE, sizeof *r);
    order_by_size(d, n, r);
    set_ranks(r);
    int twice_w = twice_positive_sum(r);
    struct stats_signed_rank_test test = {
        .n = r->n, .zeros = n - r->n, .tied = r->tied, .w_plus = twice_w / 2.0};
    set_p_values(&test, r, twice_w);
    test.direction =
        stats_direction(test.w_plus - stats_signed_rank_max(r->n) / 2.0, test.p_two_sided, level);
    mem_free(MEM_BASE, r);
    return test;
}

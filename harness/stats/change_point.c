#include "harness/stats/change_point.h"

#include "harness/base/mem.h"
#include "harness/base/rng.h"
#include "harness/stats/describe.h"
#include "harness/stats/rank_sum.h"

#include <gsl/gsl_sort.h>

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* p of a part can be as small as its level over 20: enough not to be decided by the last permutation.
 * The most are for levels below 2e-5, which many series together or long ones ask for. */
enum { TAIL = 20, PERMUTATIONS_MAX = 1000000 };

const struct stats_change_rule stats_change_default = {
    .alpha = 0.01, .min_segment = 5, .block = 1, .permutations = 9999, .seed = 1};

/* ---- the statistic --------------------------------------------------------------------------- */

/* Ranks doubled and centred, 2 r - (n + 1), are whole numbers also where ties share a mean rank: the
 * statistic of two orders is then compared exactly. */
static void centred_ranks(const double *v, int n, int *rank)
{
    size_t order[STATS_MAX];
    gsl_sort_index(order, v, 1, (size_t)n);
    for (int first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && v[order[end]] == v[order[first]];)
            end++;
        for (int i = first; i < end; i++)
            rank[order[i]] = first + end - n;
    }
}

struct best {
    int index;
    double size; /* (sum of the centred ranks of the first part)^2 / (k (n - k)) */
    bool is_up;
};

/* The largest over all splits; of equal ones the most central, so that turning the series round turns
 * the result round. */
static struct best best_split(const int *rank, int n, int min_segment)
{
    struct best best = {0};
    long sum = 0, widest = 0;
    for (int k = 1; k <= n - min_segment; k++) {
        sum += rank[k - 1];
        if (k < min_segment)
            continue;
        long width = (long)k * (n - k);
        double size = (double)(sum * sum) / (double)width;
        if (size > best.size || (size == best.size && width > widest)) {
            best = (struct best){k, size, sum < 0};
            widest = width;
        }
    }
    return best;
}

/* The rank sum's distance from its mean in standard deviations. */
static double standardised(const struct best *best, const int *rank, int n)
{
    double squares = 0;
    for (int i = 0; i < n; i++)
        squares += (double)rank[i] * rank[i];
    double z = squares > 0 ? sqrt(best->size * n * (n - 1) / squares) : 0;
    return best->is_up ? z : -z;
}

/* ---- permutations ---------------------------------------------------------------------------- */

/* The blocks of a series, the one that may be shorter first: the newest values are whole blocks. */
struct blocks {
    int count, length, first; /* first: the length of the first */
    int order[STATS_MAX];
};

static void blocks_cut(struct blocks *b, int n, int length)
{
    b->length = length;
    b->count = (n + length - 1) / length;
    b->first = n - (b->count - 1) * length;
    for (int i = 0; i < b->count; i++)
        b->order[i] = i;
}

static void blocks_lay(const struct blocks *b, const int *rank, int *to)
{
    for (int i = 0; i < b->count; i++) {
        int which = b->order[i], n = which ? b->length : b->first;
        int from = which ? b->first + (which - 1) * b->length : 0;
        memcpy(to, rank + from, (size_t)n * sizeof *to);
        to += n;
    }
}

struct permuter {
    struct rng rng;
    int n, block;
    int rank[STATS_MAX];  /* of the series as it is */
    int mixed[STATS_MAX]; /* in some other order */
    struct blocks blocks;
};

static void permute(struct permuter *p)
{
    if (p->block == 1) {
        rng_shuffle(&p->rng, p->mixed, p->n);
        return;
    }
    rng_shuffle(&p->rng, p->blocks.order, p->blocks.count);
    blocks_lay(&p->blocks, p->rank, p->mixed);
}

/* How many of `permutations` orders have a split at least as good, or `enough` when there are that
 * many: to go on would not change the decision. */
static int count_as_good(struct permuter *p, double size, int min_segment, int permutations,
                         int enough)
{
    int found = 0;
    for (int i = 0; i < permutations && found < enough; i++) {
        permute(p);
        found += best_split(p->mixed, p->n, min_segment).size >= size;
    }
    return found;
}

/* Each part has its own numbers, whatever is tested before it. */
static struct permuter *new_permuter(const double *v, int n, const struct stats_change_rule *rule,
                                     int at)
{
    struct permuter *p = mem_alloc(MEM_BASE, sizeof *p);
    p->n = n;
    p->block = rule->block;
    p->rng = rng_seeded(rng_mix(rule->seed) ^ ((uint64_t)at << 32 | (uint64_t)n));
    centred_ranks(v, n, p->rank);
    memcpy(p->mixed, p->rank, (size_t)n * sizeof *p->mixed);
    blocks_cut(&p->blocks, n, rule->block);
    return p;
}

/* p above the level need not be exact: 1 then. */
static struct stats_split test_split(const double *v, int n, const struct stats_change_rule *rule,
                                     int at, int permutations, int enough)
{
    struct stats_split split = {.p = 1};
    if (n < 2 * rule->min_segment)
        return split;
    struct permuter *p = new_permuter(v, n, rule, at);
    struct best best = best_split(p->rank, n, rule->min_segment);
    split.index = best.index;
    split.z = standardised(&best, p->rank, n);
    int found = count_as_good(p, best.size, rule->min_segment, permutations, enough);
    split.p = found < enough ? (1.0 + found) / (1.0 + permutations) : 1;
    mem_free(MEM_BASE, p);
    return split;
}

static void check_rule(const struct stats_change_rule *rule, int n)
{
    (void)rule;
    (void)n;
    assert(n >= 0 && n <= STATS_MAX);
    assert(rule->alpha > 0 && rule->alpha < 0.5 && rule->min_segment >= 2);
    assert(rule->block >= 1 && rule->permutations >= 1);
}

struct stats_split stats_change_test(const double *v, int n, const struct stats_change_rule *rule)
{
    check_rule(rule, n);
    return test_split(v, n, rule, 0, rule->permutations, INT_MAX);
}

/* ---- the whole series ------------------------------------------------------------------------ */

struct search {
    const double *v;
    int n;
    const struct stats_change_rule *rule;
    struct stats_change *out;
    int count;
};

/* p <= level if and only if 1 + found <= level (1 + permutations). */
static struct stats_split test_at(const struct search *s, int from, int n, double level)
{
    double wanted = fmin(ceil(TAIL / level), PERMUTATIONS_MAX);
    int permutations = (int)fmax(wanted, s->rule->permutations);
    int enough = (int)floor(level * (1.0 + permutations) * (1 + 1e-12));
    if (enough == 0)
        return (struct stats_split){.p = 1};
    return test_split(s->v + from, n, s->rule, from, permutations, enough);
}

static double deviation(const double *v, int n)
{
    double median = stats_median(v, n), sum = 0;
    for (int i = 0; i < n; i++)
        sum += fabs(v[i] - median);
    return sum;
}

/* The split with the least sum of absolute deviations from the medians of its sides; of equal ones the
 * nearest to `near`. The rank sum tells that there is a change better than where: when the last values
 * before a step happen to be the largest before it, it takes the step to be in front of them. */
static int locate(const double *v, int n, int min_segment, int near)
{
    int best = near;
    double least = deviation(v, near) + deviation(v + near, n - near);
    for (int k = min_segment; k <= n - min_segment; k++) {
        double sum = deviation(v, k) + deviation(v + k, n - k);
        if (sum < least || (sum == least && abs(k - near) < abs(best - near))) {
            least = sum;
            best = k;
        }
    }
    return best;
}

static void search_part(struct search *s, int from, int end)
{
    int n = end - from;
    if (n < 2 * s->rule->min_segment)
        return;
    double level = s->rule->alpha * n / s->n;
    struct stats_split split = test_at(s, from, n, level);
    if (split.p > level * (1 + 1e-12))
        return;
    int at = from + locate(s->v + from, n, s->rule->min_segment, split.index);
    search_part(s, from, at);
    s->out[s->count++] = (struct stats_change){.index = at, .z = split.z, .p = split.p};
    search_part(s, at, end);
}

/* Where the segments around change c begin and end. */
static void set_sizes(const struct search *s, int c)
{
    struct stats_change *change = &s->out[c];
    change->before = change->index - (c > 0 ? s->out[c - 1].index : 0);
    change->after = (c + 1 < s->count ? s->out[c + 1].index : s->n) - change->index;
}

static double shift_of(const struct search *s, int c)
{
    set_sizes(s, c);
    const struct stats_change *change = &s->out[c];
    const double *at = s->v + change->index;
    return stats_shift_estimate(at - change->before, change->before, at, change->after);
}

/* One that is out joins its neighbours, whose shifts are then others: one at a time. */
static bool take_out_smallest(struct search *s)
{
    int smallest = -1;
    double least = s->rule->min_shift;
    for (int c = 0; c < s->count; c++) {
        double size = fabs(shift_of(s, c));
        if (size < least) {
            least = size;
            smallest = c;
        }
    }
    if (smallest < 0)
        return false;
    s->count--;
    memmove(s->out + smallest, s->out + smallest + 1,
            (size_t)(s->count - smallest) * sizeof *s->out);
    return true;
}

/* Once more between its neighbours: a split that was found first saw the later ones as noise. */
static void settle(const struct search *s, int c)
{
    set_sizes(s, c);
    struct stats_change *change = &s->out[c];
    int from = change->index - change->before, n = change->before + change->after;
    change->index = from + locate(s->v + from, n, s->rule->min_segment, change->before);
}

int stats_change_room(int n, const struct stats_change_rule *rule)
{
    return n / rule->min_segment + 1;
}

int stats_change_points(const double *v, int n, const struct stats_change_rule *rule, double level,
                        struct stats_change *out)
{
    check_rule(rule, n);
    struct search s = {.v = v, .n = n, .rule = rule, .out = out};
    search_part(&s, 0, n);
    while (take_out_smallest(&s))
        ;
    for (int c = 0; c < s.count; c++)
        settle(&s, c);
    for (int c = 0; c < s.count; c++) {
        set_sizes(&s, c);
        struct stats_change *change = &out[c];
        const double *at = v + change->index;
        change->shift = stats_shift(at - change->before, change->before, at, change->after, level);
    }
    return s.count;
}

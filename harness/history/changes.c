#include "harness/history/changes.h"

#include "harness/base/mem.h"
#include "harness/stats/compare.h"
#include "harness/stats/describe.h"

#include <math.h>

/* The first point that is looked at. */
static int start_of(const struct series *s)
{
    return s->count > STATS_MAX ? s->count - STATS_MAX : 0;
}

/* A clock that did not tick has no logarithm. */
static int logarithms(const struct series *s, double *v)
{
    int from = start_of(s), n = s->count - from;
    for (int i = 0; i < n; i++)
        v[i] = log(fmax(s->points[from + i].value, 1e-9));
    return n;
}

static int find_exact(const struct series *s, struct change *out)
{
    int n = 0;
    for (int i = start_of(s) + 1; i < s->count; i++) {
        double before = s->points[i - 1].value, after = s->points[i].value;
        if (before == after)
            continue;
        double ratio = before == 0 ? (double)NAN : after / before; /* no file holds inf */
        out[n++] = (struct change){
            i, before, after, {ratio, ratio, ratio, 1},
               (double)NAN
        };
    }
    return n;
}

static double median_of(const struct series *s, int from, int n)
{
    double v[STATS_MAX];
    for (int i = 0; i < n; i++)
        v[i] = s->points[from + i].value;
    return stats_median(v, n);
}

int changes_find(const struct series *s, const struct stats_change_rule *rule, struct change *out)
{
    double v[STATS_MAX];
    if (s->is_exact)
        return find_exact(s, out);
    int n = logarithms(s, v);
    struct stats_change *c = mem_alloc(MEM_BASE, (size_t)stats_change_room(n, rule) * sizeof *c);
    int found = stats_change_points(v, n, rule, CHANGES_LEVEL, c);
    for (int i = 0; i < found; i++) {
        int index = start_of(s) + c[i].index;
        out[i] = (struct change){.index = index,
                                 .before = median_of(s, index - c[i].before, c[i].before),
                                 .after = median_of(s, index, c[i].after),
                                 .ratio = stats_interval_exp(c[i].shift),
                                 .p = c[i].p};
    }
    mem_free(MEM_BASE, c);
    return found;
}

static void take_median(double *v, int n)
{
    double median = stats_median(v, n);
    for (int i = 0; i < n; i++)
        v[i] -= median;
}

double changes_likeness(const struct series *s, const struct change *c, int n)
{
    double v[STATS_MAX];
    int from = start_of(s), count = logarithms(s, v), at = 0;
    if (count < 10)
        return 0;
    for (int i = 0; i <= n; i++) {
        int end = i < n ? c[i].index - from : count;
        take_median(v + at, end - at);
        at = end;
    }
    double lag1 = stats_lag1(v, count);
    return lag1 > 0.2 && lag1 > 2 / sqrt(count) ? lag1 : 0;
}

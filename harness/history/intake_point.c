#include "harness/history/intake_point.h"

#include "harness/stats/sign_test.h"

#include <math.h>
#include <string.h>

/* Totals that are worth a curve although they vary a little; of others only exact ones. */
static const char *const noisy_totals[] = {"thread_allocated", "heap_allocated", "resident_peak"};

static bool has_point(const struct intake *in, const struct intake_point *p)
{
    for (int i = in->count - 1; i >= 0; i--) {
        const struct intake_point *q = &in->points[i];
        if (strcmp(q->benchmark, p->benchmark) != 0 || strcmp(q->side, p->side) != 0)
            return false;
        if (strcmp(q->metric, p->metric) == 0)
            return true;
    }
    return false;
}

void intake_point_add(struct intake *in, const struct intake_point *p)
{
    if (!isfinite(p->value) || has_point(in, p))
        return;
    if (in->count == in->room) {
        struct intake_point *old = in->points;
        in->room = in->room ? 2 * in->room : 64;
        in->points = ARENA_NEW(&in->arena, struct intake_point, in->room);
        if (old)
            memcpy(in->points, old, (size_t)in->count * sizeof *old);
    }
    in->points[in->count++] = *p;
}

static void add_exact(struct intake *in, struct intake_point p, const char *metric,
                      const char *unit, double value)
{
    p.metric = arena_text(&in->arena, metric);
    p.unit = arena_text(&in->arena, unit);
    p.is_exact = true;
    p.value = p.lower = p.upper = value;
    intake_point_add(in, &p);
}

static int read_values(const struct json *list, double *v)
{
    int n = 0;
    for (const struct json *one = json_first(list); one && n < STATS_MAX; one = json_next(one))
        if (json_number(one) >= 0) /* not one that is none, either */
            v[n++] = json_number(one);
    return n;
}

bool intake_point_timing(struct intake *in, struct intake_point p, const struct json *summary,
                         struct err *e)
{
    double v[STATS_MAX];
    const struct json *values;
    if (!json_need_array(summary, "values", &values, e))
        return false;
    p.n = read_values(values, v);
    if (p.n == 0 || (p.n < json_count(values) && p.n < STATS_MAX))
        return err_input(e, "values: expected at least one number, and no other than times");
    struct stats_interval median = stats_median_interval(v, p.n, INTAKE_LEVEL);
    p.metric = arena_text(&in->arena, json_key(summary));
    p.unit = "ns";
    p.value = median.estimate;
    p.lower = isfinite(median.low) ? median.low : (double)NAN;
    p.upper = isfinite(median.high) ? median.high : (double)NAN;
    intake_point_add(in, &p);
    return true;
}

void intake_point_counts(struct intake *in, const struct intake_point *p, const struct json *side)
{
    if (!json_bool(json_get(side, "counts_exact")))
        return;
    const struct json *counts = json_get(side, "counts");
    for (const struct json *c = json_first(counts); c; c = json_next(c))
        add_exact(in, *p, json_key(c), strncmp(json_key(c), "bytes", 5) == 0 ? "bytes" : "count",
                  json_number(c));
    const struct json *each = json_get(json_get(side, "throughput"), "instructions");
    if (json_kind(each) == JSON_NUMBER)
        add_exact(in, *p, "instructions", "1", json_number(each));
}

static bool is_noisy_total(const char *name)
{
    for (size_t i = 0; i < sizeof noisy_totals / sizeof *noisy_totals; i++)
        if (strcmp(noisy_totals[i], name) == 0)
            return true;
    return false;
}

void intake_point_totals(struct intake *in, const struct intake_point *p, const struct json *side)
{
    for (const struct json *t = json_first(json_get(side, "totals")); t; t = json_next(t)) {
        const char *name = json_text(json_get(t, "name")), *unit = json_text(json_get(t, "unit"));
        double value = json_number(json_get(t, "value"));
        struct intake_point one = *p;
        if (json_bool(json_get(t, "exact"))) {
            add_exact(in, one, name, unit, value);
        } else if (is_noisy_total(name)) {
            one.metric = arena_text(&in->arena, name);
            one.unit = arena_text(&in->arena, unit);
            one.value = value;
            one.lower = one.upper = (double)NAN;
            intake_point_add(in, &one);
        }
    }
}

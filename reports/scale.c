#include "reports/scale.h"

#include <math.h>
#include <string.h>

/* ---- series ------------------------------------------------------------------------------------ */

double scale_backtests(const struct json *record)
{
    double base = at_number(record, "base.counts.backtests");
    double new = at_number(record, "new.counts.backtests");
    return base == new &&base > 0 ? base : (double)NAN;
}

static double bars_of(const struct json *record)
{
    double bars = at_number(record, "base.counts.bar_backtests");
    return isfinite(bars) ? bars / scale_backtests(record) : 0;
}

/* The series that a cell belongs to: of its name, and of backtests as long as its own. */
static struct scale_series *series_for(struct scale_list *list, const struct model_cell *cell)
{
    for (int i = 0; i < list->count; i++) {
        const struct json *other = list->series[i].points[0].cell->record;
        if (strcmp(list->series[i].name, cell->name) == 0 &&
            fabs(bars_of(cell->record) - bars_of(other)) <= 0.01 * bars_of(other))
            return &list->series[i];
    }
    return NULL;
}

/* Kept sorted, for the tables; of the same number of backtests the first in the file comes first. */
static void insert(struct scale_series *s, struct scale_point p)
{
    int i = s->count++;
    for (; i > 0 && s->points[i - 1].backtests > p.backtests; i--)
        s->points[i] = s->points[i - 1];
    s->points[i] = p;
}

static int different(const struct scale_series *s)
{
    int n = 0;
    for (int i = 0; i < s->count; i++)
        n += i == 0 || s->points[i].backtests != s->points[i - 1].backtests;
    return n;
}

struct scale_list scale_series(const struct model_file *f, struct arena *a)
{
    struct scale_list all = {ARENA_NEW(a, struct scale_series, f->cell_count), 0};
    for (int i = 0; i < f->cell_count; i++) {
        const struct model_cell *cell = &f->cells[i];
        struct scale_point p = {cell, scale_backtests(cell->record)};
        if (!isfinite(p.backtests))
            continue;
        struct scale_series *s = series_for(&all, cell);
        if (!s) {
            s = &all.series[all.count++];
            *s = (struct scale_series){cell->name, ARENA_NEW(a, struct scale_point, f->cell_count),
                                       0};
        }
        insert(s, p);
    }
    struct scale_list kept = {all.series, 0};
    for (int i = 0; i < all.count; i++)
        if (different(&all.series[i]) >= SCALE_POINTS_MIN)
            kept.series[kept.count++] = all.series[i];
    return kept;
}

const char *scale_side_label(struct arena *a, const struct scale_series *s, const char *side)
{
    enum { LAYERS_SHOWN = 3 };
    const struct json *of = json_get(s->points[0].cell->record, side);
    const char *label = at_text(of, "label");
    const char *stored = json_bool(json_get(of, "no_store")) ? ", nothing stored" : "";
    int layers = 1;
    for (const char *p = label; *p; p++)
        layers += *p == ',';
    if (layers > LAYERS_SHOWN)
        return arena_format(a, "%s of %s: %d layers%s", side, s->name, layers, stored);
    return arena_format(a, "%s: %s%s", side, label, stored);
}

/* ---- costs ------------------------------------------------------------------------------------- */

static double side_cost(const struct json *pair, const char *work, const char *prepare)
{
    double set_up = at_number(pair, prepare);
    return at_number(pair, work) + (isfinite(set_up) ? set_up : 0);
}

double scale_pair_cost(const struct json *pair, enum scale_cost cost)
{
    double base = side_cost(pair, "base.cpu_ns", "prepare.base.cpu_ns");
    double new = side_cost(pair, "new.cpu_ns", "prepare.new.cpu_ns");
    return cost == SCALE_BASE ? base : cost == SCALE_NEW ? new : new - base;
}

static const struct json *pairs_of(const struct model_cell *cell)
{
    return json_get(cell->record, "pairs");
}

struct stats_line scale_fit(const struct scale_series *s, enum scale_cost cost, struct arena *a)
{
    int room = 0, n = 0;
    for (int i = 0; i < s->count; i++)
        room += json_count(pairs_of(s->points[i].cell));
    double *x = ARENA_NEW(a, double, room), *y = ARENA_NEW(a, double, room);
    for (int i = 0; i < s->count; i++) {
        const struct json *pairs = pairs_of(s->points[i].cell);
        for (const struct json *p = json_first(pairs); p; p = json_next(p), n++) {
            x[n] = s->points[i].backtests;
            y[n] = scale_pair_cost(p, cost);
        }
    }
    return stats_line_fit(x, y, n, 0.95);
}

struct stats_t_test scale_difference(const struct model_cell *cell, struct arena *a)
{
    const struct json *pairs = pairs_of(cell);
    double *d = ARENA_NEW(a, double, json_count(pairs));
    int n = 0;
    for (const struct json *p = json_first(pairs); p; p = json_next(p))
        d[n++] = scale_pair_cost(p, SCALE_DIFFERENCE);
    return stats_t_one_sample(d, n, 0.95);
}

/* ---- totals ------------------------------------------------------------------------------------ */

double scale_total(const struct json *record, const char *side, const char *name)
{
    const struct json *totals = json_get(json_get(record, side), "totals");
    for (const struct json *t = json_first(totals); t; t = json_next(t))
        if (strcmp(at_text(t, "name"), name) == 0)
            return at_number(t, "value");
    return (double)NAN;
}

struct stats_line scale_total_fit(const struct scale_series *s, const char *side, const char *name,
                                  struct arena *a)
{
    double *x = ARENA_NEW(a, double, s->count), *y = ARENA_NEW(a, double, s->count);
    int n = 0;
    for (int i = 0; i < s->count; i++) {
        x[n] = s->points[i].backtests;
        y[n] = scale_total(s->points[i].cell->record, side, name);
        n += isfinite(y[n]);
    }
    return stats_line_fit(x, y, n, 0.95);
}

/* ---- settings ---------------------------------------------------------------------------------- */

bool scale_setting_of(const struct json *record, struct scale_setting *out)
{
    const struct json *base = at(record, "base.settings"), *now = at(record, "new.settings");
    int found = 0;
    if (strcmp(at_text(record, "base.layers"), at_text(record, "new.layers")) != 0)
        return false;
    for (const struct json *v = json_first(now); v; v = json_next(v)) {
        const struct json *was = json_get(base, json_key(v));
        if (json_same(was, v))
            continue;
        *out = (struct scale_setting){json_key(v), was, v};
        found++;
    }
    for (const struct json *v = json_first(base); v; v = json_next(v))
        if (!json_get(now, json_key(v))) {
            *out = (struct scale_setting){json_key(v), v, NULL};
            found++;
        }
    return found == 1;
}

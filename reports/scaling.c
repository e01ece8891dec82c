#include "reports/scaling.h"

#include "harness/stats/shapley.h"

#include <math.h>
#include <string.h>

/* ---- points ---------------------------------------------------------------------------------------- */

double scaling_cores(const struct model_file *f)
{
    double cores = at_number(f->file.run, "environment.cores_allowed");
    return isfinite(cores) ? cores : at_number(f->file.run, "environment.cores_online");
}

/* Not given: the default, one. */
static double workers_of(const struct json *value)
{
    return value ? json_number(value) : 1;
}

/* What the kernel could not measure itself queueing for: several processes queue apart. */
const char *scaling_wall_metric(const struct json *record)
{
    return at(record, "compare.net") ? "net" : "wall";
}

const struct json *scaling_wall(const struct json *record)
{
    return json_get(json_get(record, "compare"), scaling_wall_metric(record));
}

bool scaling_compares(const struct model_file *f, const struct model_cell *cell,
                      struct scaling_point *out)
{
    struct scale_setting s;
    if (!scale_setting_of(cell->record, &s) || strcmp(s.name, "workers") != 0)
        return false;
    const struct json *wall = scaling_wall(cell->record);
    double cores = scaling_cores(f);
    *out = (struct scaling_point){
        .cell = cell,
        .before = workers_of(s.base),
        .workers = workers_of(s.new),
        .speed_up = {1 / at_number(wall, "ratio"), 1 / at_number(wall, "upper"),
                     1 / at_number(wall, "lower"), at_number(wall, "level")}
    };
    out->oversubscribed = out->workers > cores;
    return true;
}

/* ---- series ---------------------------------------------------------------------------------------- */

static const char *label_of(struct arena *a, const char *scale, const char *layers)
{
    enum { LAYERS_SHOWN = 3 };
    int n = 1;
    for (const char *p = layers; *p; p++)
        n += *p == ',';
    const char *shown = n > LAYERS_SHOWN ? arena_format(a, "%d layers", n) : layers;
    return *scale ? arena_format(a, "%s, %s", scale, shown) : shown;
}

static struct scaling_series *series_for(struct scaling_list *list, const struct model_cell *cell,
                                         int room, struct arena *a)
{
    const char *layers = at_text(cell->record, "new.layers");
    for (int i = 0; i < list->count; i++)
        if (strcmp(list->series[i].scale, cell->scale) == 0 &&
            strcmp(list->series[i].layers, layers) == 0)
            return &list->series[i];
    struct scaling_series *s = &list->series[list->count++];
    *s = (struct scaling_series){.scale = cell->scale,
                                 .layers = layers,
                                 .label = label_of(a, cell->scale, layers),
                                 .points = ARENA_NEW(a, struct scaling_point, room)};
    return s;
}

static void insert(struct scaling_series *s, struct scaling_point p)
{
    int i = s->count++;
    for (; i > 0 && s->points[i - 1].workers > p.workers; i--)
        s->points[i] = s->points[i - 1];
    s->points[i] = p;
}

/* ---- curves ---------------------------------------------------------------------------------------- */

/* The error of the logarithm, as its interval and its pairs have it, times the speed-up. */
static struct usl_point usl_point_of(const struct scaling_point *p)
{
    struct stats_interval log_ratio = {log(p->speed_up.estimate), log(p->speed_up.low),
                                       log(p->speed_up.high), p->speed_up.coverage};
    int pairs = (int)at_number(p->cell->record, "compare.cpu.pairs");
    struct shapley_cell cell = shapley_cell_of(log_ratio, pairs);
    bool known = isfinite(cell.se) && cell.se > 0;
    return (struct usl_point){p->workers, p->speed_up.estimate,
                              known ? cell.se * p->speed_up.estimate : 0, known ? cell.df : 0};
}

static void fit(struct scaling_series *s, struct arena *a)
{
    struct usl_point points[USL_POINTS_MAX];
    struct usl_request request = {
        .lambda = 1, .cores = s->cores, .level = 0.95, .resamples = 1000, .seed = 20070101};
    int n = 0;
    for (int i = 0; i < s->count && n < USL_POINTS_MAX; i++)
        points[n++] = usl_point_of(&s->points[i]);
    s->fit = usl_fit(points, n, &request, a);
    s->described = (struct usl_fit){.kind = USL_TOO_FEW};
    if (s->fit.kind != USL_TOO_FEW || s->fit.left_out == 0)
        return;
    request.cores = 0;
    s->described = usl_fit(points, n, &request, a);
}

struct scaling_list scaling_of(const struct model_file *f, struct arena *a)
{
    struct scaling_list list = {ARENA_NEW(a, struct scaling_series, f->cell_count), 0};
    struct scaling_point p;
    for (int i = 0; i < f->cell_count; i++)
        if (scaling_compares(f, &f->cells[i], &p) && p.before == 1)
            insert(series_for(&list, &f->cells[i], f->cell_count, a), p);
    for (int i = 0; i < list.count; i++) {
        list.series[i].cores = scaling_cores(f);
        fit(&list.series[i], a);
    }
    return list;
}

const struct usl_fit *scaling_curve(const struct scaling_series *s)
{
    const struct usl_fit *f = s->fit.kind == USL_TOO_FEW ? &s->described : &s->fit;
    return f->kind == USL_FITTED || f->kind == USL_NO_INTERVAL ? f : NULL;
}

#include "reports/section.h"

#include "reports/plot_scaling.h"
#include "reports/tip.h"
#include "reports/words.h"

#include <math.h>

/* A curve is drawn, and its table made, from so many points of one series on. */
enum { POINTS_MIN = 2 };

bool section_has_workers(const struct model_file *f, struct arena *a)
{
    struct scaling_point unused;
    (void)a;
    for (int i = 0; i < f->cell_count; i++)
        if (scaling_compares(f, &f->cells[i], &unused))
            return true;
    return false;
}

static void add_value(struct table *t, enum words_kind kind, double value)
{
    table_number(t, value, words(t->arena, kind, value));
}

static void add_interval(struct table *t, enum words_kind kind, double low, double high)
{
    table_number(t, low, words_interval(t->arena, kind, low, high));
}

/* ---- what was measured ----------------------------------------------------------------------------- */

static void add_workers(struct table *t, const struct scaling_point *p, double cores)
{
    const struct json *record = p->cell->record, *cpu = at(record, "compare.cpu");
    double speed_up = p->speed_up.estimate;
    table_about(t, tip_contrast(t->arena, p->cell, scaling_wall_metric(record)));
    table_text(t, p->cell->scale);
    table_text(t, at_text(record, "new.layers"));
    add_value(t, WORDS_COUNT, p->before);
    add_value(t, WORDS_COUNT, p->workers);
    add_value(t, WORDS_TIMES, speed_up);
    add_interval(t, WORDS_RATIO, p->speed_up.low, p->speed_up.high);
    add_value(t, WORDS_LEVEL, speed_up * p->before / p->workers);
    add_value(t, WORDS_LEVEL, speed_up * p->before / fmin(p->workers, fmax(cores, p->before)));
    table_about(t, tip_contrast(t->arena, p->cell, "cpu"));
    add_value(t, WORDS_RATIO, at_number(cpu, "ratio"));
    add_interval(t, WORDS_RATIO, at_number(cpu, "lower"), at_number(cpu, "upper"));
    table_about(t, tip_field(t->arena, p->cell, "new.totals"));
    add_value(t, WORDS_BYTES, scale_total(record, "new", "resident_peak"));
    add_value(t, WORDS_BYTES, scale_total(record, "new", "child_resident_peak"));
}

static void add_measured(struct document *d, const struct model_file *f)
{
    static const struct column columns[] = {
        {"Scale",                  false},
        {"Layers",                 false},
        {"Workers, base",          true },
        {"Workers, new",           true },
        {"Speed-up",               true },
        {"Its interval",           true },
        {"Efficiency a worker",    true },
        {"Efficiency a core used", true },
        {"CPU time, ratio",        true },
        {"Its interval",           true },
        {"Parent, peak resident",  true },
        {"Largest worker, peak",   true },
    };
    double cores = scaling_cores(f);
    struct table *t =
        table_new(d->arena, "Workers: wall time less queueing of the parent, speed-up and memory",
                  columns, COUNT(columns));
    struct scaling_point p;
    for (int i = 0; i < f->cell_count; i++)
        if (scaling_compares(f, &f->cells[i], &p))
            add_workers(t, &p, cores);
    document_table(d, t);
    document_add(d, BLOCK_TEXT,
                 "Efficiency is speed-up over workers; \"a core used\" counts no more workers than "
                 "the %s core%s of this machine. A worker's memory has in it what it shares with "
                 "its parent, so that workers times that size is an upper bound.",
                 words(d->arena, WORDS_COUNT, cores), cores == 1 ? "" : "s");
}

/* ---- the law --------------------------------------------------------------------------------------- */

static void add_coefficient(struct table *t, enum words_kind kind, struct stats_interval i)
{
    if (i.estimate == INFINITY)
        table_number(t, INFINITY, "none");
    else
        add_value(t, kind, i.estimate);
    if (i.high == INFINITY && isfinite(i.low))
        table_number(t, i.low, arena_format(t->arena, "from %s", words(t->arena, kind, i.low)));
    else
        add_interval(t, kind, i.low, i.high);
}

static const char *basis_words(struct arena *a, const struct scaling_series *s)
{
    const struct usl_fit *f = &s->fit;
    if (f->kind != USL_TOO_FEW)
        return arena_format(
            a, "%s; %d points%s", usl_word(f->kind), f->used,
            f->left_out ? arena_format(a, ", %d beyond the cores left out", f->left_out) : "");
    if (scaling_curve(s))
        return arena_format(a, "all %d points, %d of them beyond the cores: no forecast",
                            s->described.used, f->left_out);
    return arena_format(a, "not fitted: %s (%d within the cores, %d needed)", usl_word(f->kind),
                        f->used, USL_FIT_MIN);
}

static void add_law(struct table *t, const struct scaling_series *s)
{
    static const struct stats_interval none = {NAN, NAN, NAN, NAN};
    const struct usl_fit *f = scaling_curve(s);
    bool forecast = f == &s->fit;
    table_text(t, s->label);
    const struct model_cell *first = s->points[0].cell;
    table_about(t, arena_format(t->arena,
                                "%s to %s in %s, compare.%s: a curve through %d numbers of workers",
                                first->id, s->points[s->count - 1].cell->id, first->file,
                                scaling_wall_metric(first->record), f ? f->used : 0));
    add_coefficient(t, WORDS_PLAIN, f ? f->sigma : none);
    add_coefficient(t, WORDS_PLAIN, f ? f->kappa : none);
    add_coefficient(t, WORDS_PLAIN, f ? f->peak : none);
    add_coefficient(t, WORDS_PLAIN, f && forecast ? usl_at(f, 2 * s->cores) : none);
    add_value(t, WORDS_LEVEL, f ? f->worst_miss : (double)NAN);
    table_toned(t, forecast ? TONE_PLAIN : TONE_DIM, (double)NAN, basis_words(t->arena, s));
}

static void add_laws(struct document *d, const struct scaling_list *list)
{
    static const struct column columns[] = {
        {"Series",                      false},
        {"Contention, sigma",           true },
        {"95 % interval",               true },
        {"Coherence, kappa",            true },
        {"95 % interval",               true },
        {"Most speed at, workers",      true },
        {"95 % interval",               true },
        {"Speed-up at twice the cores", true },
        {"95 % interval",               true },
        {"Largest miss of a point",     true },
        {"From",                        false},
    };
    struct table *t = table_new(d->arena, "The Universal Scalability Law of each series", columns,
                                COUNT(columns));
    for (int i = 0; i < list->count; i++)
        if (list->series[i].count >= POINTS_MIN)
            add_law(t, &list->series[i]);
    if (table_rows(t) == 0)
        return;
    document_table(d, t);
    document_add(
        d, BLOCK_TEXT,
        "Speed-up = N / (1 + sigma (N - 1) + kappa N (N - 1)) (Gunther 2007), by weighted least "
        "squares; intervals by a parametric bootstrap of 1,000 sets of points. Workers "
        "beyond the cores share them and are left out; where then too few points are left, the "
        "curve of all "
        "points says what this machine did and is no forecast for one with more cores.");
}

void section_workers(struct document *d, const struct model_file *f, int level)
{
    (void)level;
    add_measured(d, f);
    struct scaling_list list = scaling_of(f, d->arena);
    add_laws(d, &list);
    for (int i = 0; i < list.count; i++)
        if (list.series[i].count >= POINTS_MIN)
            plot_scaling(d, &list.series[i]);
}

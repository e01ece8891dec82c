#include "reports/characteristics/scaling_table.h"

#include "reports/characteristics/grid.h"
#include "reports/plot_scaling.h"
#include "reports/scaling.h"

#include <math.h>

static const int workers[] = {2, 4, 8, 16};
static const double beyond[] = {4, 8, 16, 32};

/* ---- measured ------------------------------------------------------------------------------------- */

static const struct measure efficiency = {
    .rule = "efficiency",
    .as = WORDS_SHARE,
    .fields = {"compare.~.ratio", "new.settings.workers"},
    .low = "compare.~.lower",
    .high = "compare.~.upper"
};

static void add_measured(struct fill *f, const char *study, const char *side, const char *caption)
{
    static const struct grid_column columns[] = {
        GRID_COLUMN("One worker", &grid_base_time),
        GRID_COLUMN("N workers", &grid_new_time),
        GRID_COLUMN("Speedup", &grid_times),
        GRID_COLUMN("95 % interval", &grid_times_bounds),
        GRID_COLUMN("Efficiency", &efficiency),
        GRID_COLUMN("p, two-sided", &grid_p),
    };
    struct arena *a = f->document->arena;
    struct grid_row *rows = ARENA_NEW(a, struct grid_row, COUNT(workers));
    for (int i = 0; i < COUNT(workers); i++)
        rows[i] = (struct grid_row)GRID_PLAIN(arena_format(a, "%d", workers[i]),
                                              arena_format(a, "%s, %d workers", side, workers[i]),
                                              "production", "wall");
    grid_fill(f, &(struct grid)GRID_MADE(study, caption, "Workers", columns, rows, COUNT(workers)));
}

/* ---- fitted --------------------------------------------------------------------------------------- */

static struct stats_interval in_percent(struct stats_interval x)
{
    return (struct stats_interval){100 * x.estimate, 100 * x.low, 100 * x.high, x.coverage};
}

struct series {
    const struct study *study;
    const struct scaling_series *of;
    const struct usl_fit *curve;
};

static void add_figure(struct fill *f, struct table *t, const struct series *s, const char *label,
                       const char *rule, enum words_kind as, struct stats_interval value)
{
    struct finding x = fill_figure(f, s->study, s->of->label, rule, "compare.net.ratio", as, value);
    struct finding bounds = fill_bounds(f, &x, as);
    fill_label(f, t, s->of->label);
    fill_label(f, t, label);
    fill_cell(f, t, &x);
    fill_cell(f, t, &bounds);
}

/* Beyond the workers that were measured within the cores. A curve that only describes foretells nothing. */
static void add_forecasts(struct fill *f, struct table *t, const struct series *s)
{
    for (int i = 0; i < COUNT(beyond) && s->curve == &s->of->fit; i++)
        if (beyond[i] > s->curve->most)
            add_figure(f, t, s,
                       arena_format(f->document->arena, "speed-up of %.0f workers (extrapolation)",
                                    beyond[i]),
                       arena_format(f->document->arena, "usl-speedup at %.0f", beyond[i]),
                       WORDS_TIMES, usl_at(s->curve, beyond[i]));
}

static void add_curve(struct fill *f, struct table *t, const struct series *s)
{
    bool describes = s->curve != &s->of->fit;
    add_figure(f, t, s, describes ? "contention (sigma), described" : "contention (sigma)",
               "usl-contention", WORDS_SHARE, in_percent(s->curve->sigma));
    add_figure(f, t, s, describes ? "coherence (kappa), described" : "coherence (kappa)",
               "usl-coherence", WORDS_SHARE, in_percent(s->curve->kappa));
    add_forecasts(f, t, s);
}

/* Two cores give two points, one worker included: no forecast. That is said. */
static void say_unfitted(struct fill *f, const struct series *s)
{
    struct arena *a = f->document->arena;
    const char *why =
        arena_format(a, "%s within the cores of this machine", usl_word(s->of->fit.kind));
    struct finding x = fill_missing(f, s->study, why);
    fill_say(f, BLOCK_TEXT,
             arena_format(a, "Forecast beyond this machine's cores, %s: {}.", s->of->label), &x, 1);
}

void scaling_table(struct fill *f, const char *study)
{
    static const struct column columns[] = {
        {"Series",        false},
        {"Figure",        false},
        {"Value",         true },
        {"95 % interval", true },
    };
    const struct study *s = studies_find(f->studies, study);
    add_measured(f, study, "all", "Scaling with all layers, wall time");
    add_measured(f, study, "none", "Scaling with no layer, wall time");
    struct scaling_list list = scaling_of(study_model(s), f->document->arena);
    struct table *t = table_new(f->document->arena,
                                "Universal Scalability Law, fitted within the cores; described: "
                                "through all points, no forecast",
                                columns, COUNT(columns));
    for (int i = 0; i < list.count; i++) {
        const struct series one = {s, &list.series[i], scaling_curve(&list.series[i])};
        if (one.curve != &one.of->fit)
            say_unfitted(f, &one);
        if (one.curve)
            add_curve(f, t, &one);
        plot_scaling(f->document, one.of);
    }
    if (table_rows(t) > 0)
        document_table(f->document, t);
}

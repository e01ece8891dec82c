/* Whole workflows: grid search and walk-forward. */
#include "reports/characteristics/chapter.h"
#include "reports/characteristics/grid.h"
#include "reports/characteristics/settings_table.h"

#include <math.h>

static const struct measure base_each =
    MEASURE("quotient", WORDS_TIME, "base.metrics.~.median", "base.counts.backtests");
static const struct measure new_each =
    MEASURE("quotient", WORDS_TIME, "new.metrics.~.median", "new.counts.backtests");
static const struct measure base_rate =
    MEASURE("a-minute", WORDS_COUNT, "base.metrics.~.median", "base.counts.backtests");
static const struct measure new_rate =
    MEASURE("a-minute", WORDS_COUNT, "new.metrics.~.median", "new.counts.backtests");

/* Backtests a minute are whole: nobody needs their fractions. */
#define WORKFLOW(words_of_it, layers, scale, metric)                                               \
    GRID_PLAIN("Total runtime, " words_of_it, layers, scale, metric),                              \
        GRID_ROW("Per-backtest time, " words_of_it, layers, scale, metric, &base_each, &new_each), \
        GRID_ROW("Throughput (backtests/min), " words_of_it, layers, scale, metric, &base_rate,    \
                 &new_rate, &grid_times, &grid_times_bounds)

static void add_grid_search(struct fill *f)
{
    static const struct grid_row rows[] = {
        WORKFLOW("production", "all", "production", "wall"),
        WORKFLOW("micro", "all", "micro", "cpu"),
    };
    static const struct grid_row layers[] = {
        WORKFLOW("production", "layers", "production", "wall"),
        WORKFLOW("micro", "layers", "micro", "cpu"),
    };
    fill_heading(f, 3, "Grid Search Performance");
    if (!fill_has(f, "grid-search"))
        return;
    settings_table(f, "grid-search", "all", "production",
                   "Grid search: configuration, production scale");
    grid_fill(f,
              &(struct grid)GRID("grid-search",
                                 "Grid search, all layers (production: wall time, micro: CPU time)",
                                 "Metric", grid_total, rows));
    grid_fill(f, &(struct grid)GRID("grid-search", "Grid search, layers 1 to 3 and 6B alone",
                                    "Metric", grid_total, layers));
}

/* ---- walk-forward --------------------------------------------------------------------------------- */

/* How many values "slow=20:60:10", "fast=5" stand for; NAN: in another form. */
static double values_of(const char *parameter)
{
    double part[3] = {0, 0, 1};
    int n = 0;
    struct str rest = str_of(parameter);
    (void)str_cut(&rest, '=');
    for (; rest.p && n < 3; n++)
        if (!str_to_double(str_cut(&rest, ':'), &part[n]))
            return (double)NAN;
    return n == 0 || rest.p ? (double)NAN
           : n == 1         ? 1
                            : floor((part[1] - part[0]) / part[2] + 1e-9) + 1;
}

/* A window tries each combination on its training bars and the best on its test. */
static double trials_of(const struct json *record)
{
    double trials = 1;
    const struct json *list = at(record, "new.settings.param");
    for (const struct json *v = json_first(list); v; v = json_next(v))
        trials *= values_of(json_text(v));
    return json_count(list) ? trials : (double)NAN;
}

static struct finding window_figure(struct fill *f, const struct study *s,
                                    const struct json *record, const char *rule, enum words_kind as,
                                    double value)
{
    struct stats_interval x = {value, (double)NAN, (double)NAN, 0};
    return fill_figure(f, s, at_text(record, "id"), rule, "new.settings.param", as, x);
}

static void add_window_row(struct fill *f, struct table *t, const char *scale, const char *metric)
{
    struct arena *a = f->document->arena;
    const struct study *s = studies_find(f->studies, "walk-forward");
    const struct json *record = study_record(s, "comparison", "all", scale);
    double trials = trials_of(record),
           windows = at_number(record, "new.counts.backtests") / (trials + 1);
    double base = at_number(record, arena_format(a, "base.metrics.%s.median", metric));
    double new = at_number(record, arena_format(a, "new.metrics.%s.median", metric));
    struct pick all = FILL_PICK("walk-forward", "all", scale, metric,
                                MEASURE("value", WORDS_COUNT, "new.counts.backtests"));
    struct pick saving = FILL_PICK("walk-forward", "all", scale, metric, grid_saving);
    struct finding cells[] = {
        window_figure(f, s, record, "windows", WORDS_COUNT, windows),
        window_figure(f, s, record, "trials", WORDS_COUNT, trials),
        fill_find(f, &all),
        window_figure(f, s, record, arena_format(a, "base-window %s", metric), WORDS_TIME,
                      base / windows),
        window_figure(f, s, record, arena_format(a, "new-window %s", metric), WORDS_TIME,
                      new / windows),
        fill_find(f, &saving),
    };
    fill_label(f, t, arena_format(a, "%s, %s time", scale, metric[0] == 'c' ? "CPU" : "wall"));
    for (int i = 0; i < COUNT(cells); i++) {
        struct finding missing = fill_missing(f, s, study_reason(s, "all", scale, a));
        fill_cell(f, t, record ? &cells[i] : &missing);
    }
}

static void add_windows(struct fill *f)
{
    static const struct column columns[] = {
        {"Scale",               false},
        {"Windows",             true },
        {"Trials per window",   true },
        {"Total backtests",     true },
        {"Baseline, a window",  true },
        {"Optimized, a window", true },
        {"Improvement",         true },
    };
    struct table *t =
        table_new(f->document->arena,
                  "Walk-forward: windows (trials on the training bars, and the best on the test)",
                  columns, COUNT(columns));
    add_window_row(f, t, "production", "wall");
    add_window_row(f, t, "micro", "cpu");
    document_table(f->document, t);
}

static void add_walk_forward(struct fill *f)
{
    static const struct grid_row rows[] = {
        GRID_PLAIN("Total runtime, production", "all", "production", "wall"),
        GRID_ROW("Per-trial time, production", "all", "production", "wall", &base_each, &new_each),
        GRID_PLAIN("Total runtime, micro", "all", "micro", "cpu"),
        GRID_ROW("Per-trial time, micro", "all", "micro", "cpu", &base_each, &new_each),
        GRID_PLAIN("Layers 1 to 3 and 6B, production", "layers", "production", "wall"),
        GRID_PLAIN("Layers 1 to 3 and 6B, micro", "layers", "micro", "cpu"),
    };
    fill_heading(f, 3, "Walk Forward Performance");
    if (!fill_has(f, "walk-forward"))
        return;
    settings_table(f, "walk-forward", "all", "production",
                   "Walk-forward: configuration, production scale");
    add_windows(f);
    grid_fill(f, &(struct grid)GRID("walk-forward",
                                    "Walk-forward (production: wall time, micro: CPU time)",
                                    "Metric", grid_total, rows));
}

void chapter_workflows(struct fill *f)
{
    fill_heading(f, 2, "Workflow-Specific Results");
    add_grid_search(f);
    add_walk_forward(f);
}

/* What the layers are worth by the size of the work, and from which size on. */
#include "reports/characteristics/chapter.h"
#include "reports/characteristics/combined.h"
#include "reports/characteristics/fits.h"
#include "reports/characteristics/grid.h"
#include "reports/plot_break_even.h"

#include <math.h>
#include <string.h>

static const struct grid_column result[] = {
    GRID_COLUMN("Baseline", &grid_base_time), GRID_COLUMN("Optimized", &grid_new_time),
    GRID_COLUMN("Speedup", &grid_saving),     GRID_COLUMN("95 % interval", &grid_saving_bounds),
    GRID_COLUMN("Times faster", &grid_times), GRID_COLUMN("Time saved", &grid_saved),
    GRID_COLUMN("p, two-sided", &grid_p),
};

static void add_production(struct fill *f)
{
    static const struct grid_row rows[] = {
        GRID_PLAIN("Grid search, all layers", "all", "production", "wall"),
        GRID_PLAIN("Grid search, layers 1 to 3, 6B", "layers", "production", "wall"),
        GRID_OF("walk-forward", "Walk-forward, all layers", "all", "production", "wall"),
        GRID_OF("walk-forward", "Walk-forward, layers 1 to 3, 6B", "layers", "production", "wall"),
    };
    static const struct pick share[] = {
        FILL_PICK("grid-search", "all", "production", "wall",
                  MEASURE("sharing", WORDS_SHARE, "new.prepare.wall_ns", "new.metrics.~.median")),
        FILL_PICK("grid-search", "all", "production", "wall",
                  MEASURE("value", WORDS_TIME, "new.prepare.wall_ns")),
    };
    static const struct grid table =
        GRID("grid-search", "Production scale: wall time of a run, two workers", "Workload", result,
             rows);
    if (!grid_section(f, 3, "Production Scale", &table, 1))
        return;
    fill_say_picks(
        f, BLOCK_TEXT,
        "Set-up, timed apart and in none of these times: as long as {} of the optimized run "
        "({}).",
        share, COUNT(share));
}

static void add_micro(struct fill *f)
{
    static const struct grid_row rows[] = {
        GRID_PLAIN("Grid search, all layers", "all", "micro", "cpu"),
        GRID_PLAIN("Grid search, layers 1 to 3, 6B", "layers", "micro", "cpu"),
        GRID_OF("walk-forward", "Walk-forward, all layers", "all", "micro", "cpu"),
        GRID_OF("walk-forward", "Walk-forward, layers 1 to 3, 6B", "layers", "micro", "cpu"),
    };
    static const struct grid table = GRID(
        "grid-search", "Micro scale: CPU time of a run, one process", "Workload", result, rows);
    if (!grid_section(f, 3, "Micro Scale", &table, 1))
        return;
    struct fits x;
    if (!fits_of(f, "all", &x))
        return;
    struct finding parts[] = {
        fits_figure(f, &x, "line-base-fixed", WORDS_TIME, x.base.fixed),
        fits_figure(f, &x, "line-new-fixed", WORDS_TIME, x.new.fixed),
        fits_figure(f, &x, "line-base-each", WORDS_TIME, x.base.each),
        fits_figure(f, &x, "line-new-each", WORDS_TIME, x.new.each),
    };
    fill_say(f, BLOCK_TEXT,
             "Set-up, from the fitted lines: {} without layers, {} with all. Per backtest: {} "
             "without, {} "
             "with all.",
             parts, COUNT(parts));
}

/* ---- interpretation ------------------------------------------------------------------------------- */

static void add_interpretation(struct fill *f)
{
    static const struct measure backtests = MEASURE("value", WORDS_COUNT, "new.counts.backtests");
    static const struct measure prepare = MEASURE("value", WORDS_TIME, "new.prepare.wall_ns");
    static const struct grid_column columns[] = {
        GRID_COLUMN("Backtest count", &backtests),
        GRID_COLUMN("Set-up", &prepare),
        GRID_COLUMN("Time saved", &grid_saved),
        GRID_COLUMN("Net result", &grid_saving),
        GRID_COLUMN("95 % interval", &grid_saving_bounds),
        GRID_COLUMN("p, two-sided", &grid_p),
    };
    static const struct grid_row rows[] = {
        GRID_PLAIN("Production", "all", "production", "wall"),
        GRID_PLAIN("100 backtests", "all", "100", "cpu"),
        GRID_PLAIN("Micro", "all", "micro", "cpu"),
    };
    static const struct grid table =
        GRID("grid-search", "All layers by scale", "Scale", columns, rows);
    grid_section(f, 3, "Interpretation", &table, 1);
}

/* ---- break-even ------------------------------------------------------------------------------------ */

static void add_series(struct fill *f, struct table *t, const char *name)
{
    struct fits x;
    if (!fits_of(f, name, &x))
        return;
    struct finding cells[] = {
        fits_figure(f, &x, "line-difference-fixed", WORDS_TIME, x.difference.fixed),
        {0},
        fits_figure(f, &x, "line-difference-each", WORDS_TIME, x.difference.each),
        {0},
        fits_break_even(f, &x),
        fits_pays(f, &x),
    };
    cells[1] = fill_bounds(f, &cells[0], WORDS_TIME);
    cells[3] = fill_bounds(f, &cells[2], WORDS_TIME);
    fill_label(f, t, name);
    for (int i = 0; i < COUNT(cells); i++)
        fill_cell(f, t, &cells[i]);
}

static void add_break_even(struct fill *f)
{
    static const struct column columns[] = {
        {"Layers",                         false},
        {"Fixed cost, new less base",      true },
        {"95 % interval",                  true },
        {"Per backtest, new less base",    true },
        {"95 % interval of it",            true },
        {"Break-even (not proven within)", true },
        {"Pays",                           false},
    };
    fill_heading(f, 3, "Break-Even");
    if (!fill_has(f, FITS_STUDY))
        return;
    struct arena *a = f->document->arena;
    struct scale_list list = scale_series(study_model(studies_find(f->studies, FITS_STUDY)), a);
    struct table *t =
        table_new(a, "From how many backtests a layer pays: CPU time, set-up included", columns,
                  COUNT(columns));
    for (int i = 0; i < list.count; i++)
        add_series(f, t, list.series[i].name);
    if (table_rows(t) > 0)
        document_table(f->document, t);
    struct fits x;
    if (fits_of(f, "all", &x))
        plot_break_even(f->document, x.series);
}

static void add_threshold(struct fill *f)
{
    struct fits x;
    fill_heading(f, 3, "Threshold Guidance");
    if (!fits_of(f, "all", &x)) {
        struct finding missing = fill_missing(f, studies_find(f->studies, FITS_STUDY), NULL);
        fill_say(f, BLOCK_TEXT, "All layers: {}.", &missing, 1);
        return;
    }
    struct finding parts[] = {fits_pays(f, &x), combined_claim(CLAIM_BREAK_EVEN)};
    fill_say(f, BLOCK_ITEM,
             "Grid search and walk-forward with all layers: {} (the claim for the original: {} "
             "backtests).",
             parts, COUNT(parts));
    struct finding ends[] = {
        fits_break_even(f, &x),
        fits_figure(f, &x, "line-saving at 1", WORDS_SHARE, fits_saving(&x, 1)),
        fits_figure(f, &x, "line-saving at 100", WORDS_SHARE, fits_saving(&x, 100)),
    };
    fill_say(
        f, BLOCK_ITEM,
        "Break-even, in backtests: {}. A single backtest saves {}, a hundred {} (fitted lines, "
        "backtests of one year).",
        ends, COUNT(ends));
}

void chapter_scales(struct fill *f)
{
    fill_heading(f, 2, "Scale-Dependent Optimization Behavior");
    fill_heading(f, 3, "Overview");
    document_add(f->document, BLOCK_TEXT,
                 "What a layer saves grows with the work, what it costs to set up does not: the "
                 "tables below hold the same comparison at both ends, and the line between them.");
    add_production(f);
    add_micro(f);
    add_interpretation(f);
    add_break_even(f);
    add_threshold(f);
}

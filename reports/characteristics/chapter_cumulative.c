/* All layers together: the cumulative summary, overhead against computation, wall clock. */
#include "reports/characteristics/chapter.h"
#include "reports/characteristics/combined.h"
#include "reports/characteristics/grid.h"
#include "reports/characteristics/sampled.h"

#include <math.h>
#include <string.h>

static void add_final(struct fill *f)
{
    static const struct grid_row rows[] = {
        GRID_PLAIN("Total Speedup", "all", "production", "wall"),
        GRID_ROW("Speedup Ratio", "all", "production", "wall", &grid_times, &grid_times_bounds),
        GRID_ROW("Baseline Runtime (mean)", "all", "production", "wall", &grid_base_mean,
                 &grid_base_bounds),
        GRID_ROW("Optimized Runtime (mean)", "all", "production", "wall", &grid_new_mean,
                 &grid_new_bounds),
        GRID_ROW("Time Saved (mean)", "all", "production", "wall", &grid_saved_mean,
                 &grid_saved_bounds),
    };
    static const struct grid table = GRID(
        "grid-search", "All layers at production scale, wall time", "Metric", grid_value, rows);
    if (!grid_section(f, 3, "Production-Scale Results", &table, 1))
        return;
    struct finding parts[] = {combined_claim(CLAIM_SAVING), combined_claim(CLAIM_TIMES)};
    fill_say(
        f, BLOCK_TEXT,
        "The original claims {} ({}), without an interval, of another program on another machine.",
        parts, COUNT(parts));
}

static const char *const steps[][3] = {
    {"Layer 1",         "layer1",                              NULL            },
    {"+ Layer 2",       "layer1+layer2",                       "adding layer2" },
    {"+ Layer 3",       "layer1+layer2+layer3",                "adding layer3" },
    {"+ Phase 6B",      "layer1+layer2+layer3+phase6b",        "adding phase6b"},
    {"+ kernel",        "layer1+layer2+layer3+phase6b+kernel", "adding kernel" },
    {"+ storage (all)", "all",                                 "adding storage"},
};

static void add_steps(struct fill *f, const char *scale, const char *metric, const char *caption,
                      const char *added)
{
    struct arena *a = f->document->arena;
    struct grid_row *rows = ARENA_NEW(a, struct grid_row, 2 * COUNT(steps)),
                    *more = rows + COUNT(steps);
    int n = 0;
    for (int i = 0; i < COUNT(steps); i++) {
        rows[i] = (struct grid_row)GRID_PLAIN(steps[i][0], steps[i][1], scale, metric);
        if (steps[i][2])
            more[n++] = (struct grid_row)GRID_PLAIN(steps[i][0], steps[i][2], scale, metric);
    }
    grid_fill(f, &(struct grid)GRID_MADE("cumulative", caption, "Layers", grid_total, rows,
                                         COUNT(steps)));
    grid_fill(f, &(struct grid)GRID_MADE("cumulative", added, "Layers", grid_total, more, n));
}

static void add_layers(struct fill *f)
{
    fill_heading(f, 3, "Optimization Layers (Cumulative)");
    if (!fill_has(f, "cumulative"))
        return;
    add_steps(f, "production", "wall", "Cumulative at production scale: wall time against no layer",
              "What each adds at production scale: against the layers before it");
    add_steps(f, "micro", "cpu", "Cumulative at micro scale: CPU time against no layer",
              "What each adds at micro scale: against the layers before it");
    document_add(f->document, BLOCK_TEXT,
                 "In this order. What a layer is worth depends on those before it; the chapter on "
                 "attribution says what each is worth whatever the order.");
}

/* ---- overhead and computation ---------------------------------------------------------------------- */

#define LAYER1  "asset-cache,pre-group"
#define LAYER2  LAYER1 ",array-return,history-cache"
#define LAYER3  LAYER2 ",bundle-pool"
#define PHASE6B LAYER3 ",shared-bundle,persistent-pool"

static const struct side {
    const char *label, *name, *layers;
} sides[] = {
    {"No layer",          "none",                         "none" },
    {"Layer 1",           "layer1",                       LAYER1 },
    {"Layers 1+2",        "layer1+layer2",                LAYER2 },
    {"Layers 1+2+3",      "layer1+layer2+layer3",         LAYER3 },
    {"Layers 1 to 3, 6B", "layer1+layer2+layer3+phase6b", PHASE6B},
    {"All",               "all",                          "all"  },
};

/* A profile of a set of layers may be called by its comparison or by the set. */
static const char *name_of(const struct fill *f, const char *study, const char *scale,
                           const struct side *side)
{
    const struct study *s = studies_find(f->studies, study);
    bool by_set = !study_record(s, "profile", side->name, scale) &&
                  study_record(s, "profile", side->layers, scale);
    return by_set ? side->layers : side->name;
}

static void add_ratio(struct fill *f, const char *study, const char *scale, const char *caption)
{
    static const struct column columns[] = {
        {"Side",                       false},
        {"Overhead",                   true },
        {"95 % interval",              true },
        {"Computation",                true },
        {"95 % interval, computation", true },
        {"Overhead / computation",     true },
        {"95 % interval of the ratio", true },
        {"Samples",                    true },
        {"Samples a run",              true },
    };
    const char *names[COUNT(sides)];
    if (!fill_has(f, study))
        return;
    struct table *t = table_new(f->document->arena, caption, columns, COUNT(columns));
    for (int i = 0; i < COUNT(sides); i++) {
        const char *name = names[i] = name_of(f, study, scale, &sides[i]);
        struct sampled x = sampled_of(f, study, name, scale);
        struct pick samples = {study, "profile", name,
                               scale, NULL,      MEASURE("value", WORDS_COUNT, "samples")};
        struct pick each = {study, "profile", name,
                            scale, NULL,      MEASURE("quotient", WORDS_PLAIN, "samples", "runs")};
        struct finding cells[] = {
            x.overhead, x.overhead_bounds, x.computation,          x.computation_bounds,
            x.ratio,    x.ratio_bounds,    fill_find(f, &samples), fill_find(f, &each),
        };
        fill_row(f, t, sides[i].label, cells, COUNT(cells));
    }
    document_table(f->document, t);
    sampled_warn(f, study, names, COUNT(names), scale);
}

static void add_overhead(struct fill *f)
{
    fill_heading(f, 3, "Overhead-to-Computation Ratio");
    add_ratio(f, "profile-production", "production", "Production scale: shares of the samples");
    add_ratio(f, "profile-micro", "micro", "Micro scale: shares of the samples");
    document_add(f->document, BLOCK_TEXT,
                 "Overhead: lists, grouping, frames, bundles, checkpoints, results, workers. "
                 "Computation: price tables, indicators, signals, accounting. Of the samples of a "
                 "profile; what no part names is neither.");
}

static void add_wall(struct fill *f)
{
    static const struct grid_column columns[] = {
        GRID_COLUMN("Baseline", &grid_base_time), GRID_COLUMN("Optimized", &grid_new_time),
        GRID_COLUMN("Speedup", &grid_times),      GRID_COLUMN("Time saved", &grid_saved),
        GRID_COLUMN("Improvement", &grid_saving), GRID_COLUMN("95 % interval", &grid_saving_bounds),
        GRID_COLUMN("p, two-sided", &grid_p),
    };
    static const struct grid_row rows[] = {
        GRID_PLAIN("Production-scale grid search", "all", "production", "wall"),
        GRID_OF("walk-forward", "Production-scale walk-forward", "all", "production", "wall"),
        GRID_PLAIN("Micro-scale grid search", "all", "micro", "wall"),
        GRID_OF("walk-forward", "Micro-scale walk-forward", "all", "micro", "wall"),
    };
    static const struct grid table =
        GRID("grid-search", "Wall clock time, all layers against none", "Workload", columns, rows);
    grid_section(f, 3, "Wall Clock Time Comparison", &table, 1);
}

void chapter_cumulative(struct fill *f)
{
    fill_heading(f, 2, "Cumulative Performance Summary");
    add_final(f);
    add_layers(f);
    add_overhead(f);
    add_wall(f);
}

/* What other documents' tables ask: storing results (original against optimized, by workers), and the
 * caching guide's improvements. */
#include "reports/characteristics/chapter.h"
#include "reports/characteristics/combined.h"
#include "reports/characteristics/grid.h"

#include <math.h>

static void add_comparison(struct fill *f)
{
    static const struct measure reads[] = GRID_LESS(WORDS_COUNT, "counts.checkpoint_reads"),
                                peak[] = GRID_LESS(WORDS_BYTES, "totals[resident_peak]"),
                                writes[] = GRID_LESS(WORDS_COUNT, "counts.writes"),
                                syncs[] = GRID_LESS(WORDS_COUNT, "counts.fsyncs");
    static const struct grid_column columns[] = {
        GRID_COLUMN("Original", &reads[GRID_BEFORE]),
        GRID_COLUMN("Optimized", &reads[GRID_AFTER]),
        GRID_COLUMN("Improvement", &reads[GRID_FEWER]),
    };
    static const struct grid_row rows[] = {
        GRID_PLAIN("Checkpoint file reads", "storage", "2000", NULL),
        GRID_ROW("Memory peak", "storage", "2000", NULL, &peak[0], &peak[1], &peak[2]),
        GRID_ROW("Disk writes", "storage", "2000", NULL, &writes[0], &writes[1], &writes[2]),
        GRID_ROW("Syncs to disk", "storage", "2000", NULL, &syncs[0], &syncs[1], &syncs[2]),
    };
    static const struct grid_row times[] = {
        GRID_PLAIN("Run time (CPU)", "storage", "2000", "cpu"),
        GRID_PLAIN("Run time (wall)", "storage", "2000", "wall"),
    };
    static const struct grid tables[] = {
        GRID("storage", "Two thousand backtests stored: counts and peaks", "Metric", columns, rows),
        GRID("storage", "Two thousand backtests stored: time", "Metric", grid_total, times),
    };
    if (!grid_section(f, 3, "Storing Results: Original vs Optimized", tables, COUNT(tables)))
        return;
    document_add(f->document, BLOCK_TEXT,
                 "Counts are exact: the same in every pair, so that they have no interval.");
}

/* ---- sequential and parallel ----------------------------------------------------------------------- */

static const struct json *scaling_record(struct fill *f, const char *side, int workers)
{
    return study_record(studies_find(f->studies, "scaling"), "comparison",
                        arena_format(f->document->arena, "%s, %d workers", side, workers),
                        "production");
}

/* All layers with so many workers against the original with one: two records, so that there is no pair. */
static struct finding across(struct fill *f, const struct json *original, const struct json *now,
                             const char *side)
{
    struct arena *a = f->document->arena;
    const struct study *s = studies_find(f->studies, "scaling");
    if (!original || !now)
        return fill_missing(f, s, NULL);
    const char *field = arena_format(a, "%s.metrics.wall.median", side);
    struct stats_interval x = {at_number(original, "base.metrics.wall.median") /
                                   at_number(now, field),
                               (double)NAN, (double)NAN, 0};
    const char *records = arena_format(a, "%s | %s", at_text(original, "id"), at_text(now, "id"));
    return fill_figure(f, s, records, "across", field, WORDS_TIMES, x);
}

static void add_parallel(struct fill *f)
{
    static const struct column columns[] = {
        {"Mode",                     false},
        {"Original",                 true },
        {"Optimized",                true },
        {"Faster than the original", true },
    };
    static const int workers[] = {2, 4, 8, 16};
    struct arena *a = f->document->arena;
    fill_heading(f, 3, "Sequential and Parallel");
    if (!fill_has(f, "scaling"))
        return;
    struct table *t = table_new(a,
                                "Production grid, wall time: the original with one process against "
                                "all layers with N workers",
                                columns, COUNT(columns));
    for (int i = -1; i < COUNT(workers); i++) {
        int n = i < 0 ? workers[0] : workers[i];
        const char *side = i < 0 ? "base" : "new";
        const char *all = arena_format(a, "all, %d workers", n);
        struct pick old =
            FILL_PICK("scaling", "none, 2 workers", "production", "wall", grid_base_time);
        struct pick new = {"scaling",    NULL,   all,
                           "production", "wall", i < 0 ? grid_base_time : grid_new_time};
        struct finding cells[] = {
            fill_find(f, &old), fill_find(f, &new),
            across(f, scaling_record(f, "none", 2), scaling_record(f, "all", n), side)};
        fill_row(f, t, i < 0 ? "Sequential" : arena_format(a, "%d workers", n), cells,
                 COUNT(cells));
    }
    document_table(f->document, t);
    document_add(f->document, BLOCK_TEXT,
                 "The two sides of a row are of two comparisons and not of pairs: the ratio of "
                 "their medians has no interval.");
}

/* ---- the caching guide ----------------------------------------------------------------------------- */

#define GRID_CALLS(study_id, words_of_it, comparison, scale_name)                                  \
    {                                                                                              \
        .label = (words_of_it), .name = (comparison), .scale = (scale_name), .metric = "cpu",      \
        .study = (study_id), .own = {                                                              \
            &grid_base_call,                                                                       \
            &grid_new_call                                                                         \
        }                                                                                          \
    }

static void add_improvements(struct fill *f)
{
    static const struct grid_row rows[] = {
        GRID_CALLS("asset-list", "Asset list extraction, a call", "asset-cache", "cached"),
        GRID_CALLS("pre-group", "Data pre-grouping, repeated access", "pre-group", "filter-again"),
        GRID_OF("grid-search", "Overall workflow, a hundred backtests, layer 1", "layer1", "100",
                "cpu"),
        GRID_OF("grid-search", "Overall workflow, a hundred backtests, all layers", "all", "100",
                "cpu"),
    };
    static const struct pick memory[] = {
        FILL_PICK("memory", "pre-group", "production", NULL,
                  MEASURE("quotient", WORDS_TIMES, "new.totals[resident_peak]",
                          "base.totals[resident_peak]")),
    };
    static const struct grid table = GRID(
        "asset-list", "Measured improvements of caching, CPU time", "Operation", grid_total, rows);
    if (!grid_section(f, 3, "Caching Guide: Measured Improvements", &table, 1))
        return;
    fill_say_picks(f, BLOCK_ITEM,
                   "Peak memory with grouped columns kept, against the baseline's: {}.", memory,
                   COUNT(memory));
    struct finding claims[] = {combined_claim(CLAIM_ASSET_LIST), combined_claim(CLAIM_WORKFLOW),
                               combined_claim(CLAIM_MEMORY_RATIO)};
    fill_say(f, BLOCK_TEXT,
             "The guide claims {} less time for the list, {} for the workflow (\"faster\", which "
             "is no share of time saved) and {} of the memory.",
             claims, COUNT(claims));
}

void chapter_storage(struct fill *f)
{
    fill_heading(f, 2, "Storage and Caching: the Other Documents' Tables");
    add_comparison(f);
    add_parallel(f);
    add_improvements(f);
}

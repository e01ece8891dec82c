/* The executive summary: what came out, in sentences made of the measurements. */
#include "reports/characteristics/chapter.h"
#include "reports/characteristics/combined.h"
#include "reports/characteristics/grid.h"
#include "reports/characteristics/memory_share.h"

#include <string.h>

/* The result, for who reads one line. */
static void say_result(struct fill *f)
{
    static const struct pick parts[] = {
        FILL_PICK("grid-search", "all", "production", "wall",
                  MEASURE("value", WORDS_COUNT, "new.counts.backtests")),
        FILL_PICK("grid-search", "all", "production", "wall",
                  MEASURE("value", WORDS_TIME, "new.metrics.~.median")),
        FILL_PICK("grid-search", "all", "production", "wall",
                  MEASURE("value", WORDS_TIME, "base.metrics.~.median")),
        FILL_PICK("grid-search", "all", "production", "wall", MEASURE_RATIO("times", WORDS_TIMES)),
        FILL_PICK("grid-search", "all", "production", "wall", MEASURE_BOUNDS("times", WORDS_TIMES)),
    };
    const struct study *s = studies_find(f->studies, parts[0].study);
    if (study_record(s, "comparison", "all", "production")) {
        fill_say_picks(
            f, BLOCK_LEAD,
            "With all layers on, a grid search of {} backtests takes {} instead of {}: {} as "
            "fast (95 % interval {}).",
            parts, COUNT(parts));
        return;
    }
    struct finding missing = fill_missing(f, s, NULL);
    fill_say(f, BLOCK_LEAD, "The production-scale grid search: {}.", &missing, 1);
}

/* What the times above leave out. */
static void say_set_up(struct fill *f)
{
    static const struct pick parts[] = {
        FILL_PICK("grid-search", "all", "production", "wall",
                  MEASURE("value", WORDS_TIME, "new.prepare.wall_ns")),
        FILL_PICK("grid-search", "all", "production", "wall",
                  MEASURE("value", WORDS_TIME, "base.prepare.wall_ns")),
    };
    if (study_record(studies_find(f->studies, "grid-search"), "comparison", "all", "production"))
        fill_say_picks(f, BLOCK_TEXT,
                       "Opening the inputs before that is timed apart and in neither: {} with all "
                       "layers, {} without.",
                       parts, COUNT(parts));
}

/* What the verdict is, as a verb: a loss is told as one, and a draw too. */
static const char *verb(const struct json *record, const char *metric)
{
    double low =
        at_number(measure_at(record, "compare"), metric[0] == 'c' ? "cpu.lower" : "wall.lower");
    double high =
        at_number(measure_at(record, "compare"), metric[0] == 'c' ? "cpu.upper" : "wall.upper");
    return high < 1 ? "pays" : low > 1 ? "costs time" : "is not proven to change anything";
}

static void say_micro(struct fill *f)
{
    static const struct pick parts[] = {
        FILL_PICK("grid-search", "all", "micro", "cpu",
                  MEASURE("value", WORDS_COUNT, "new.counts.backtests")),
        FILL_PICK("grid-search", "all", "micro", "cpu", MEASURE_RATIO("saving", WORDS_SHARE)),
        FILL_PICK("grid-search", "all", "micro", "cpu", MEASURE_BOUNDS("saving", WORDS_SHARE)),
    };
    const struct json *record =
        study_record(studies_find(f->studies, "grid-search"), "comparison", "all", "micro");
    if (!record)
        return;
    fill_say_picks(
        f, BLOCK_TEXT,
        arena_format(f->document->arena,
                     "At micro scale ({} backtests of one year) all layers together: {} less CPU "
                     "time (95 %% interval {}), so that switching them on %s there too.",
                     verb(record, "cpu")),
        parts, COUNT(parts));
}

static void say_layers(struct fill *f)
{
    static const char *const items[] = {
        "Layer 1: user code (asset-cache, pre-group)",
        "Layer 2: data access (array-return, history-cache)",
        "Layer 3: bundle pooling (bundle-pool)",
        "Phase 6B: heavy operations (shared-bundle, persistent-pool)",
        "Kernel, which the original does not have: share-indicators, simd, events",
        "Storage: checkpoint-cache, batch-write, batch, selective-load",
        "Storage of many: stream-results, sqlite-checkpoint",
    };
    fill_list(f, 3, "Optimization Layers", items, COUNT(items));
}

static void add_key_metrics(struct fill *f)
{
    static const struct grid_row rows[] = {
        GRID_PLAIN("Cumulative speedup, all layers", "all", "production", "wall"),
        GRID_PLAIN("Cumulative speedup, layers 1 to 3 and 6B", "layers", "production", "wall"),
        GRID_ROW("Speedup ratio, all layers", "all", "production", "wall", &grid_times,
                 &grid_times_bounds),
        GRID_ROW("Baseline runtime (mean)", "all", "production", "wall", &grid_base_mean,
                 &grid_base_bounds),
        GRID_ROW("Optimized runtime (mean)", "all", "production", "wall", &grid_new_mean,
                 &grid_new_bounds),
    };
    static const struct grid table =
        GRID("grid-search", "Key metrics, production scale, wall time", "Metric", grid_value, rows);
    grid_section(f, 3, "Key Metrics", &table, 1);
    memory_share_say(f, "Memory overhead of the caches: {} of the base's peak (target: {}: {}).");
}

void chapter_summary(struct fill *f)
{
    fill_heading(f, 2, "Executive Summary");
    say_result(f);
    say_set_up(f);
    say_micro(f);
    struct finding parts[] = {combined_claim(CLAIM_SAVING), combined_claim(CLAIM_TIMES)};
    fill_say(f, BLOCK_TEXT,
             "The document whose tables these are claims {} ({}) for its own program. Every figure "
             "here was measured on this machine; it shows its record, pairs and interval where a "
             "reader points at it.",
             parts, COUNT(parts));
    add_key_metrics(f);
    say_layers(f);
}

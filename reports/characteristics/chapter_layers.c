/* Layers 1 and 2 of the document: asset lists, pre-grouping, array returns, the history cache. */
#include "reports/characteristics/chapter.h"
#include "reports/characteristics/combined.h"
#include "reports/characteristics/grid.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- layer 1 -------------------------------------------------------------------------------------- */

static void add_asset_list(struct fill *f)
{
    static const struct grid_row rows[] = {
        GRID_PLAIN("First access", "asset-cache", "first", "cpu"),
        GRID_PLAIN("Cached access", "asset-cache", "cached", "cpu"),
        GRID_ROW("100 backtests (total)", "asset-cache", "100-backtests", "cpu", &grid_base_time,
                 &grid_new_time),
    };
    static const struct grid table =
        GRID("asset-list", "Asset list caching: CPU time of a call, 50 symbols", "Metric",
             grid_call, rows);
    if (!grid_section(f, 4, "Asset List Caching", &table, 1))
        return;
    grid_interval_line(f, "asset-list", "A hundred backtests", "asset-cache", "100-backtests",
                       "cpu");
}

static void add_pre_group(struct fill *f)
{
    static const struct grid_row rows[] = {
        GRID_PLAIN("Filtering (50 assets)", "pre-group", "filter", "cpu"),
        GRID_PLAIN("Filtering again, columns there", "pre-group", "filter-again", "cpu"),
        GRID_PLAIN("Type conversion", "pre-group", "convert", "cpu"),
        GRID_PLAIN("Type conversion, with array-return", "with array-return", "convert", "cpu"),
        GRID_ROW("Combined (100 backtests)", "pre-group", "combined", "cpu", &grid_base_time,
                 &grid_new_time),
        GRID_ROW("Combined, with array-return", "with array-return", "combined", "cpu",
                 &grid_base_time, &grid_new_time),
    };
    static const struct grid table =
        GRID("pre-group", "Data pre-grouping: CPU time of a call, 50 symbols", "Metric", grid_call,
             rows);
    if (!grid_section(f, 4, "Data Pre-Grouping", &table, 1))
        return;
    grid_interval_line(f, "pre-group", "Combined", "pre-group", "combined", "cpu");
}

static void add_layer1_combined(struct fill *f)
{
    static const struct combined_row rows[] = {
        {"Cumulative", "layer1"},
    };
    static const struct pick memory[] = {
        FILL_PICK("memory", "pre-group", "production", NULL,
                  MEASURE("quotient", WORDS_TIMES, "new.totals[resident_peak]",
                          "base.totals[resident_peak]")),
        FILL_PICK("memory", "pre-group", "production", NULL,
                  MEASURE("value", WORDS_BYTES, "base.totals[resident_peak]")),
        FILL_PICK("memory", "pre-group", "production", NULL,
                  MEASURE("value", WORDS_BYTES, "new.totals[resident_peak]")),
    };
    static const struct pick hits[] = {
        FILL_PICK("cumulative", "layer1", "production", NULL,
                  MEASURE("hit-rate", WORDS_SHARE, "new.counts.asset_cache_hits",
                          "new.counts.asset_cache_misses")),
        FILL_PICK("cumulative", "layer1", "production", NULL,
                  MEASURE("hit-rate", WORDS_SHARE, "new.counts.group_cache_hits",
                          "new.counts.group_cache_misses")),
    };
    fill_heading(f, 3, "Layer 1 Combined");
    combined_table(f, "Layer 1 against no layer", rows, COUNT(rows));
    fill_say_picks(f, BLOCK_ITEM,
                   "Memory overhead: {} the baseline ({} to {}), peak resident, grouped columns.",
                   memory, COUNT(memory));
    fill_say_picks(f, BLOCK_ITEM, "Cache hit rate: {} of asset lists, {} of grouped columns.", hits,
                   COUNT(hits));
}

void chapter_layer1(struct fill *f)
{
    fill_heading(f, 2, "Layer 1: User Code Optimizations");
    fill_heading(f, 3, "Overview");
    fill_say(f, BLOCK_TEXT,
             "asset-cache keeps the list of a bundle's symbols by the bundle's content; pre-group "
             "reads the rows of all symbols once and keeps each symbol's columns.",
             NULL, 0);
    fill_heading(f, 3, "Performance Results");
    add_asset_list(f);
    add_pre_group(f);
    add_layer1_combined(f);
}

/* ---- layer 2 -------------------------------------------------------------------------------------- */

/* What the conversion costs and no longer costs, of the time of the backtests that it is part of. */
static void add_eliminated(struct fill *f, const char *scale)
{
    struct arena *a = f->document->arena;
    const struct study *s = studies_find(f->studies, "array-path");
    const char *convert = arena_format(a, "%s-convert", scale);
    const struct json *part = study_record(s, "comparison", "array-return", convert);
    const struct json *whole = study_record(s, "comparison", "array-return", scale);
    double saved =
        (at_number(part, "base.metrics.cpu.median") - at_number(part, "new.metrics.cpu.median")) /
        at_number(part, "base.counts.slot_calls");
    double all =
        at_number(whole, "base.metrics.cpu.median") / at_number(whole, "base.counts.slot_calls");
    struct finding x =
        fill_figure(f, s, arena_format(a, "%s, %s", at_text(part, "id"), at_text(whole, "id")),
                    "eliminated", "base.metrics.cpu.median", WORDS_SHARE,
                    (struct stats_interval){100 * saved / all, (double)NAN, (double)NAN, 0});
    if (!part || !whole)
        x = fill_missing(f, s, study_reason(s, "array-return", part ? scale : convert, a));
    fill_say(f, BLOCK_ITEM,
             arena_format(a,
                          "Overhead eliminated, %s asset%s: {} of a backtest's time was the "
                          "conversion that views make needless.",
                          scale, strcmp(scale, "1") == 0 ? "" : "s"),
             &x, 1);
}

static void add_array_path(struct fill *f)
{
    static const struct grid_row rows[] = {
        GRID_PLAIN("Single-asset backtest", "array-return", "1", "cpu"),
        GRID_PLAIN("Multi-asset (10 assets)", "array-return", "10", "cpu"),
        GRID_PLAIN("Multi-asset (50 assets)", "array-return", "50", "cpu"),
        GRID_PLAIN("Single-asset backtest, from rows", "from rows", "1", "cpu"),
        GRID_PLAIN("Multi-asset (10 assets), from rows", "from rows", "10", "cpu"),
        GRID_PLAIN("Multi-asset (50 assets), from rows", "from rows", "50", "cpu"),
    };
    static const struct grid_column columns[GRID_USUAL] = {
        GRID_COLUMN("Frame (copied columns)", &grid_base_call),
        GRID_COLUMN("Array (views)", &grid_new_call),
        GRID_COLUMN("Speedup", &grid_saving),
        GRID_COLUMN("95 % interval", &grid_saving_bounds),
        GRID_COLUMN("p, two-sided", &grid_p),
    };
    static const struct grid table =
        GRID("array-path", "Array returns: CPU time of a backtest", "Workload", columns, rows);
    if (!grid_section(f, 4, "Array Return Path", &table, 1))
        return;
    grid_interval_line(f, "array-path", "Fifty assets", "array-return", "50", "cpu");
    add_eliminated(f, "1");
    add_eliminated(f, "10");
    add_eliminated(f, "50");
}

/* Of layers 1 and 2. Where every access was one that the cache leaves alone there is no rate, and that is said. */
static void say_hit_rate(struct fill *f, const char *scale, const char *of)
{
    struct arena *a = f->document->arena;
    const char *const counts = "new.counts.history_cache_";
    struct pick rate = FILL_PICK("cumulative", "layer1+layer2", scale, NULL,
                                 MEASURE("hit-rate", WORDS_SHARE, arena_format(a, "%shits", counts),
                                         arena_format(a, "%smisses", counts)));
    struct pick passed =
        FILL_PICK("cumulative", "layer1+layer2", scale, NULL,
                  MEASURE("value", WORDS_COUNT, arena_format(a, "%spassed", counts)));
    struct pick looked = FILL_PICK("cumulative", "layer1+layer2", scale, NULL,
                                   MEASURE("sum", WORDS_COUNT, arena_format(a, "%shits", counts),
                                           arena_format(a, "%smisses", counts)));
    struct finding parts[] = {fill_find(f, &passed), fill_find(f, &looked)};
    if (parts[1].value == 0 && parts[0].value > 0) {
        fill_say(f, BLOCK_TEXT,
                 arena_format(a,
                              "History cache, %s: it left all accesses alone, {}, and looked {} "
                              "up: these windows are computed anew for less than a look-up costs, "
                              "so that there is no hit rate.",
                              of),
                 parts, COUNT(parts));
        return;
    }
    combined_target(f, arena_format(a, "Cache hit rate, %s: {} (target: {}: {}).", of), &rate,
                    COMBINED_HIT_RATE);
    fill_say(f, BLOCK_TEXT, arena_format(a, "Accesses that the cache left alone, %s: {}.", of),
             parts, 1);
}

static void add_tiers(struct fill *f)
{
    static const struct measure rate =
        MEASURE("hit-rate", WORDS_SHARE, "new.counts.history_cache_hits",
                "new.counts.history_cache_misses");
    static const struct grid_column columns[] = {
        {"Tier",                     NULL,                NULL       },
        {"Hit rate",                 &rate,               "from cold"},
        {"Access without the cache", &grid_base_call,     "from cold"},
        {"Avg access time",          &grid_new_call,      "from cold"},
        {"Access time of a hit",     &grid_new_call,      "hits"     },
        {"Improvement",              &grid_saving,        "from cold"},
        {"95 % interval",            &grid_saving_bounds, "from cold"},
        {"p, two-sided",             &grid_p,             "from cold"},
    };
    static const struct grid_row rows[] = {
        GRID_NOTE("20 (permanent)", NULL, "20", "cpu", "Tier 1"),
        GRID_NOTE("50 (permanent)", NULL, "50", "cpu", "Tier 1"),
        GRID_NOTE("200 (permanent)", NULL, "200", "cpu", "Tier 1"),
        GRID_NOTE("Variable (LRU)", NULL, "variable", "cpu", "Tier 2, all fit"),
    };
    static const struct grid_column small[] = {
        GRID_COLUMN("Tier", NULL),
        GRID_COLUMN("Hit rate", &rate),
        GRID_COLUMN("Access without the cache", &grid_base_call),
        GRID_COLUMN("Avg access time", &grid_new_call),
        GRID_COLUMN("Improvement", &grid_saving),
        GRID_COLUMN("95 % interval", &grid_saving_bounds),
        GRID_COLUMN("p, two-sided", &grid_p),
    };
    static const struct grid_row small_rows[] = {
        GRID_NOTE("Variable (LRU), half fits", "from cold", "variable-small", "cpu", "Tier 2"),
    };
    static const struct grid tables[] = {
        GRID("history-tiers", "History cache: CPU time of an access, from cold", "Lookback Window",
             columns, rows),
        GRID("history-tiers", "History cache too small for its windows", "Lookback Window", small,
             small_rows),
    };
    grid_section(f, 4, "Multi-Tier Cache", tables, COUNT(tables));
    say_hit_rate(f, "production", "a production run");
    say_hit_rate(f, "micro", "a micro run");
}

void chapter_layer2(struct fill *f)
{
    static const struct combined_row rows[] = {
        {"Additional (on top of Layer 1)", "adding layer2"},
        {"Cumulative (Layers 1+2)",        "layer1+layer2"},
    };
    static const struct pick cache =
        FILL_PICK("memory", "history-cache", "production", NULL,
                  MEASURE("value", WORDS_BYTES, "new.totals[peak_history_cache]"));
    fill_heading(f, 2, "Layer 2: Framework Data Access Optimizations");
    fill_heading(f, 3, "Overview");
    fill_say(
        f, BLOCK_TEXT,
        "array-return hands out views of columns where copies were made; history-cache keeps "
        "indicators in two tiers: the permanent windows leave last, others by least recent use.",
        NULL, 0);
    fill_heading(f, 3, "Performance Results");
    add_array_path(f);
    add_tiers(f);
    fill_heading(f, 3, "Layer 2 Combined");
    combined_table(f, "Layer 2 on top of layer 1, and both against no layer", rows, COUNT(rows));
    combined_target(f, "Memory overhead: {} of history cache (target: {}: {}).", &cache,
                    COMBINED_HISTORY);
}

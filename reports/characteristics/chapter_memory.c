/* What the layers hold in memory, what leaves when a cache is full, how it goes over time. */
#include "reports/characteristics/chapter.h"
#include "reports/characteristics/grid.h"
#include "reports/characteristics/memory_share.h"

#include "reports/plot_timeline.h"

#include <math.h>
#include <string.h>

/* ---- components ----------------------------------------------------------------------------------- */

static const struct {
    const char *label, *name, *total; /* total: that the layer's memory is read from */
} components[] = {
    {"Asset cache",               "asset-cache",   "peak_asset_cache"    },
    {"Data pre-grouping cache",   "pre-group",     "peak_grouped_columns"},
    {"HistoryCache (both tiers)", "history-cache", "peak_history_cache"  },
    {"Bundle connection pool",    "bundle-pool",   "peak_bundle_pool"    },
};

static void add_component(struct fill *f, struct table *t, int i)
{
    struct arena *a = f->document->arena;
    const char *now = arena_format(a, "new.totals[%s]", components[i].total);
    const char *was = arena_format(a, "base.totals[%s]", components[i].total);
    struct pick cells[] = {
        FILL_PICK("memory", components[i].name, "production", NULL,
                  MEASURE("difference", WORDS_BYTES, now, was)),
        FILL_PICK("memory", components[i].name, "production", NULL,
                  MEASURE("more", WORDS_SHARE, now, was, "base.totals[resident_peak]")),
        FILL_PICK("memory", components[i].name, "production", NULL,
                  MEASURE("value", WORDS_BYTES, "new.totals[resident_peak]")),
        FILL_PICK("memory", components[i].name, "production", NULL,
                  MEASURE("more", WORDS_SHARE, "new.totals[resident_peak]",
                          "base.totals[resident_peak]", "base.totals[resident_peak]")),
    };
    struct finding found[COUNT(cells)];
    for (int c = 0; c < COUNT(cells); c++)
        found[c] = fill_find(f, &cells[c]);
    fill_row(f, t, components[i].label, found, COUNT(found));
}

static void add_total(struct fill *f, struct table *t)
{
    struct pick now = FILL_PICK("memory", "all", "production", NULL,
                                MEASURE("value", WORDS_BYTES, "new.totals[resident_peak]"));
    struct pick more =
        FILL_PICK("memory", "all", "production", NULL,
                  MEASURE("more", WORDS_SHARE, "new.totals[resident_peak]",
                          "base.totals[resident_peak]", "base.totals[resident_peak]"));
    struct finding cells[] = {memory_share_bytes(f, "all"), memory_share_percent(f, "all"),
                              fill_find(f, &now), fill_find(f, &more)};
    fill_row(f, t, "Total with all optimizations", cells, COUNT(cells));
}

/* What the total is made of, the tables of layers besides the caches. */
static void add_parts(struct fill *f)
{
    static const struct column columns[] = {
        {"Component, all layers", false},
        {"More than the base",    true },
        {"vs baseline",           true },
    };
    static const char *const parts[][2] = {
        {"Asset cache",     "peak_asset_cache"    },
        {"Grouped columns", "peak_grouped_columns"},
        {"History cache",   "peak_history_cache"  },
        {"Bundle pool",     "peak_bundle_pool"    },
        {"Price tables",    "peak_price_tables"   },
        {"Checkpoint",      "peak_checkpoint"     },
    };
    struct arena *a = f->document->arena;
    if (!study_record(studies_find(f->studies, "memory"), "comparison", "all", "production"))
        return;
    struct table *t = table_new(a, "What the total is made of: peaks, all layers less base",
                                columns, COUNT(columns));
    for (int i = 0; i < COUNT(parts); i++) {
        const char *now = arena_format(a, "new.totals[%s]", parts[i][1]);
        const char *was = arena_format(a, "base.totals[%s]", parts[i][1]);
        struct pick bytes = FILL_PICK("memory", "all", "production", NULL,
                                      MEASURE("difference", WORDS_BYTES, now, was));
        struct pick share =
            FILL_PICK("memory", "all", "production", NULL,
                      MEASURE("more", WORDS_SHARE, now, was, "base.totals[resident_peak]"));
        const struct finding cells[] = {fill_find(f, &bytes), fill_find(f, &share)};
        fill_row(f, t, parts[i][0], cells, COUNT(cells));
    }
    document_table(f->document, t);
}

static void add_components(struct fill *f)
{
    static const struct column columns[] = {
        {"Component",                    false},
        {"Memory usage",                 true },
        {"vs baseline",                  true },
        {"Peak resident of the process", true },
        {"Peak resident, vs baseline",   true },
    };
    static const struct pick base =
        FILL_PICK("memory", "all", "production", NULL,
                  MEASURE("value", WORDS_BYTES, "base.totals[resident_peak]"));
    fill_heading(f, 3, "Memory Overhead Analysis");
    if (!fill_has(f, "memory"))
        return;
    fill_say_picks(f, BLOCK_TEXT, "Baseline (no caching): {} peak resident.", &base, 1);
    struct table *t =
        table_new(f->document->arena,
                  "Memory by component, production scale, one process: peaks, new less base",
                  columns, COUNT(columns));
    for (int i = 0; i < COUNT(components); i++)
        add_component(f, t, i);
    add_total(f, t);
    document_table(f->document, t);
    add_parts(f);
    memory_share_say(f, "All caches and tables together: {} of the base's peak (target: {}: {}).");
    document_add(f->document, BLOCK_TEXT,
                 "A component is counted as it is allocated; the peak resident size of the process "
                 "has in it "
                 "also what is no cache, and can be smaller with layers than without.");
}

/* ---- eviction ------------------------------------------------------------------------------------- */

static void add_eviction(struct fill *f)
{
    static const struct measure measures[] = {
        MEASURE("value", WORDS_COUNT, "new.counts.history_cache_hits"),
        MEASURE("value", WORDS_COUNT, "new.counts.history_cache_misses"),
        MEASURE("value", WORDS_COUNT, "new.counts.history_cache_evictions"),
        MEASURE("hit-rate", WORDS_SHARE, "new.counts.history_cache_hits",
                "new.counts.history_cache_misses"),
        MEASURE("value", WORDS_BYTES, "new.totals[peak_history_cache]"),
    };
    static const struct grid_column columns[] = {
        GRID_COLUMN("Hits", &measures[0]),      GRID_COLUMN("Misses", &measures[1]),
        GRID_COLUMN("Evictions", &measures[2]), GRID_COLUMN("Hit rate", &measures[3]),
        GRID_COLUMN("Peak", &measures[4]),
    };
    static const struct grid_row rows[] = {
        GRID_PLAIN("All windows fit", "from cold", "variable", NULL),
        GRID_PLAIN("Half of them fit", "from cold", "variable-small", NULL),
    };
    static const struct grid table =
        GRID("history-tiers", "Cache eviction: the least recently used leave at the limit",
             "History cache", columns, rows);
    grid_section(f, 3, "Memory Efficiency", &table, 1);
}

/* ---- over time ------------------------------------------------------------------------------------ */

static const struct grid_row sides[] = {
    GRID_PLAIN("No layer", "none", NULL, NULL),
    GRID_PLAIN("All layers", "all", NULL, NULL),
};

static void draw_timeline(struct fill *f)
{
    const struct study *s = studies_find(f->studies, "timeline");
    const struct json *records[COUNT(sides)];
    int n = 0;
    for (int i = 0; i < COUNT(sides); i++) {
        records[n] = study_record(s, "timeline", sides[i].name, NULL);
        n += json_count(json_get(records[n], "rows")) >= 2;
    }
    if (n > 0)
        plot_timeline(f->document, records, n);
}

static void add_timeline(struct fill *f)
{
    static const struct measure measures[] = {
        MEASURE("value", WORDS_BYTES, "peak.allocated"),
        MEASURE("value", WORDS_BYTES, "peak.resident"),
        MEASURE("value", WORDS_BYTES, "peak.rss"),
        MEASURE("milliseconds", WORDS_TIME, "interval_ms"),
    };
    static const struct grid_column columns[] = {
        GRID_COLUMN("Peak allocated", &measures[0]),
        GRID_COLUMN("Peak resident", &measures[1]),
        GRID_COLUMN("Peak of the processes", &measures[2]),
        GRID_COLUMN("Between samples", &measures[3]),
    };
    static const struct grid table = {.study = "timeline",
                                      .caption = "Memory over time: peaks of the samples",
                                      .first = "Side",
                                      .columns = columns,
                                      .column_count = COUNT(columns),
                                      .rows = sides,
                                      .row_count = COUNT(sides),
                                      .kind = "timeline"};
    if (grid_section(f, 3, "Profiling Data", &table, 1))
        draw_timeline(f);
}

void chapter_memory(struct fill *f)
{
    fill_heading(f, 2, "Memory Characteristics");
    add_components(f);
    add_eviction(f);
    add_timeline(f);
}

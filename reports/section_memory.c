#include "reports/section.h"

#include "reports/plot_memory.h"
#include "reports/scale.h"
#include "reports/tip.h"
#include "reports/words.h"

#include "harness/base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What a cache holds, in the order of the table. */
static const enum mem_component caches[] = {MEM_BUNDLES, MEM_GROUPS, MEM_ASSETS, MEM_HISTORY,
                                            MEM_CHECKPOINT};

static const double target_percent = 2; /* of all caches, of the base's peak */
static const double flat_percent = 5;   /* memory that grows less is called flat */

/* As the probe names its rows: "bundle pool" -> "peak_bundle_pool". */
static double component_peak(const struct json *record, const char *side,
                             enum mem_component component)
{
    char name[40];
    snprintf(name, sizeof name, "peak_%s", mem_component_name(component));
    for (char *p = name; *p; p++)
        *p = *p == ' ' ? '_' : *p;
    return scale_total(record, side, name);
}

static double caches_peak(const struct json *record, const char *side)
{
    double sum = 0;
    for (int i = 0; i < COUNT(caches); i++)
        sum += component_peak(record, side, caches[i]);
    return sum;
}

bool section_has_memory(const struct model_file *f, struct arena *a)
{
    (void)a;
    for (int i = 0; i < f->cell_count; i++)
        if (isfinite(caches_peak(f->cells[i].record, "new")))
            return true;
    return false;
}

static void add_bytes(struct table *t, double bytes)
{
    table_number(t, bytes, words(t->arena, WORDS_BYTES, bytes));
}

/* ---- by component ---------------------------------------------------------------------------------- */

static void add_share(struct table *t, const struct json *record)
{
    double more = caches_peak(record, "new") - caches_peak(record, "base");
    double share = 100 * more / scale_total(record, "base", "resident_peak");
    table_toned(t, share < target_percent ? TONE_GOOD : TONE_BAD, share,
                arena_format(t->arena, "%+.2f %%", share));
}

static void add_components(struct table *t, const struct model_cell *cell)
{
    const struct json *record = cell->record;
    double base = scale_total(record, "base", "resident_peak");
    double now = scale_total(record, "new", "resident_peak");
    if (!isfinite(caches_peak(record, "new")) || !isfinite(caches_peak(record, "base")))
        return;
    table_about(t, tip_field(t->arena, cell, "totals"));
    table_text(t, cell->id);
    add_bytes(t, base);
    add_bytes(t, now);
    table_number(t, now / base, words(t->arena, WORDS_RATIO, now / base));
    add_share(t, record);
    for (int i = 0; i < COUNT(caches); i++)
        add_bytes(t, component_peak(record, "new", caches[i]));
    add_bytes(t, component_peak(record, "new", MEM_RESULTS));
    add_bytes(t, component_peak(record, "new", MEM_BASE));
    add_bytes(t, scale_total(record, "new", "child_resident_peak"));
}

void section_memory(struct document *d, const struct model_file *f, int level)
{
    static const struct column columns[] = {
        {"Comparison",                  false},
        {"Peak resident, base",         true },
        {"Peak resident, new",          true },
        {"New / base",                  true },
        {"Caches more, of base's peak", true },
        {"Bundle pool",                 true },
        {"Grouped columns",             true },
        {"Asset cache",                 true },
        {"History cache",               true },
        {"Checkpoint",                  true },
        {"Results",                     true },
        {"The rest",                    true },
        {"Largest worker",              true },
    };
    (void)level;
    struct table *t =
        table_new(d->arena, "Memory: peaks of a run, by component those of the new side", columns,
                  COUNT(columns));
    for (int i = 0; i < f->cell_count; i++)
        add_components(t, &f->cells[i]);
    document_table(d, t);
    document_add(d, BLOCK_TEXT,
                 "Each component of memory is counted as it is allocated (usable bytes), its peak "
                 "is the most that it held at once. \"Caches more\" is the sum of the five caches' "
                 "peaks, new less base, as a share of the base's peak resident size; the target is "
                 "less than %g %%. A worker's size has in it what it shares with its parent.",
                 target_percent);
}

/* ---- against the number of backtests ------------------------------------------------------------------ */

static const char *const readings[] = {"resident_peak", "peak_results", "peak_checkpoint",
                                       "peak_base"};
static const char *const reading_names[] = {"peak resident", "results", "checkpoint", "the rest"};

static bool has_peaks(const struct scale_series *s)
{
    for (int i = 0; i < s->count; i++)
        if (!isfinite(scale_total(s->points[i].cell->record, "base", "resident_peak")) ||
            !isfinite(scale_total(s->points[i].cell->record, "new", "resident_peak")))
            return false;
    return true;
}

bool section_has_growth(const struct model_file *f, struct arena *a)
{
    struct scale_list list = scale_series(f, a);
    for (int i = 0; i < list.count; i++)
        if (has_peaks(&list.series[i]))
            return true;
    return false;
}

/* From the smallest scale to the largest, in percent of the smallest. */
static double growth_of(const struct scale_series *s, const char *side, const char *reading)
{
    double first = scale_total(s->points[0].cell->record, side, reading);
    double last = scale_total(s->points[s->count - 1].cell->record, side, reading);
    return 100 * (last / first - 1);
}

static void add_growth(struct table *t, const struct scale_series *s, const char *side,
                       const char *reading)
{
    struct stats_line line = scale_total_fit(s, side, reading, t->arena);
    double growth = growth_of(s, side, reading);
    table_about(t, tip_series(t->arena, s, WORDS_BYTES, (double)NAN, (double)NAN));
    add_bytes(t, scale_total(s->points[0].cell->record, side, reading));
    add_bytes(t, scale_total(s->points[s->count - 1].cell->record, side, reading));
    table_toned(t, fabs(growth) <= flat_percent ? TONE_GOOD : TONE_PLAIN, growth,
                words(t->arena, WORDS_PERCENT, growth));
    table_about(t, tip_series(t->arena, s, WORDS_BYTES, line.each.low, line.each.high));
    add_bytes(t, line.n > 0 ? line.each.estimate : (double)NAN);
}

/* A side that was shown already is not shown again: many comparisons share a base. */
static void add_series(struct table *t, const struct scale_series *s, const char *side)
{
    const char *label = scale_side_label(t->arena, s, side);
    for (int row = 0; row < table_rows(t); row++)
        if (strcmp(table_row(t, row)[1].text, label) == 0)
            return;
    for (int i = 0; i < COUNT(readings); i++) {
        if (i > 0 && !(growth_of(s, side, readings[i]) > flat_percent))
            continue;
        table_text(t, s->name);
        table_text(t, label);
        table_text(t, reading_names[i]);
        add_growth(t, s, side, readings[i]);
    }
}

void section_growth(struct document *d, const struct model_file *f, int level)
{
    static const struct column columns[] = {
        {"Comparison",             false},
        {"Side",                   false},
        {"Peak of",                false},
        {"At the fewest",          true },
        {"At the most",            true },
        {"Growth",                 true },
        {"Per backtest, by a fit", true },
    };
    (void)level;
    struct scale_list list = scale_series(f, d->arena);
    struct table *t = table_new(
        d->arena,
        "Memory from the fewest backtests to the most, and what each adds (least squares)", columns,
        COUNT(columns));
    for (int i = 0; i < list.count; i++) {
        if (!has_peaks(&list.series[i]))
            continue;
        add_series(t, &list.series[i], "base");
        add_series(t, &list.series[i], "new");
    }
    document_table(d, t);
    document_add(d, BLOCK_TEXT,
                 "Flat, and marked so, is what grows by no more than %g %% from the fewest to the "
                 "most. Components stand here that grow by more.",
                 flat_percent);
    plot_memory(d, &list);
}

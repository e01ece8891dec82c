#include "reports/section.h"

#include "reports/plot_timeline.h"
#include "reports/words.h"

#include "harness/base/mem.h"
#include "harness/result/series.h"

#include <math.h>
#include <string.h>

bool section_has_timeline(const struct model_file *f, struct arena *a)
{
    (void)a;
    return f->timeline_count > 0;
}

const char *section_timeline_sentence(struct arena *a, const struct model_file *f)
{
    if (f->timeline_count == 0)
        return arena_format(a, "%d side%s profiled; nothing is compared.", f->profile_count,
                            f->profile_count == 1 ? "" : "s");
    const struct json *most = f->timelines[0];
    for (int i = 1; i < f->timeline_count; i++)
        if (series_peak(f->timelines[i], "rss") > series_peak(most, "rss"))
            most = f->timelines[i];
    return arena_format(a, "Memory over time of %d side%s: at most %s resident, by %s.",
                        f->timeline_count, f->timeline_count == 1 ? "" : "s",
                        words(a, WORDS_BYTES, series_peak(most, "rss")), at_text(most, "id"));
}

/* ---- peaks ------------------------------------------------------------------------------------- */

/* What was only seen may have been more between two rows. */
static void add_peak(struct table *t, const struct json *record, const char *column)
{
    double bytes = series_peak(record, column);
    const char *shown = words(t->arena, WORDS_BYTES, bytes);
    table_number(t, bytes,
                 !isfinite(bytes) || series_peak_is_true(record, column)
                     ? shown
                     : arena_format(t->arena, "\xE2\x89\xA5 %s", shown));
}

static double seconds_of(const struct json *record)
{
    double seconds = (double)NAN;
    const struct json *rows = json_get(record, "rows");
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        seconds = series_value(row, 0);
    return seconds;
}

static void add_row(struct table *t, const struct json *record, const char *file)
{
    double ns = seconds_of(record) * 1e9, interval_ns = at_number(record, "interval_ms") * 1e6;
    double processes = at_number(record, "processes");
    table_about(t, arena_format(t->arena,
                                "%s in %s, timeline: one run, %d rows; no pairs, no interval",
                                at_text(record, "id"), file, json_count(json_get(record, "rows"))));
    table_text(t, at_text(record, "id"));
    table_number(t, ns, words(t->arena, WORDS_TIME, ns));
    add_peak(t, record, "rss");
    add_peak(t, record, "resident");
    add_peak(t, record, "allocated");
    for (int i = 0; i < MEM_COMPONENT_COUNT; i++)
        add_peak(t, record, mem_component_name((enum mem_component)i));
    table_number(t, processes, words(t->arena, WORDS_COUNT, processes));
    table_number(t, interval_ns, words(t->arena, WORDS_TIME, interval_ns));
    table_text(t, *at_text(record, "files.dat") ? at_text(record, "files.dat") : WORDS_NONE);
}

static const struct column first[] = {
    {"Side",            false},
    {"Run",             true },
    {"RSS",             true },
    {"Heap, resident",  true },
    {"Heap, allocated", true },
};
static const struct column last[] = {
    {"Processes",  true },
    {"A row each", true },
    {"Data",       false},
};
enum { COLUMNS = COUNT(first) + MEM_COMPONENT_COUNT + COUNT(last) };

/* One a component between those. */
static const struct column *columns_of(struct arena *a)
{
    struct column *columns = ARENA_NEW(a, struct column, COLUMNS);
    memcpy(columns, first, sizeof first);
    for (int i = 0; i < MEM_COMPONENT_COUNT; i++)
        columns[COUNT(first) + i] =
            (struct column){mem_component_name((enum mem_component)i), true};
    memcpy(columns + COLUMNS - COUNT(last), last, sizeof last);
    return columns;
}

static void add_table(struct document *d, const struct model_file *f)
{
    struct table *t =
        table_new(d->arena, "Peaks of memory of a whole run", columns_of(d->arena), COLUMNS);
    for (int i = 0; i < f->timeline_count; i++)
        add_row(t, f->timelines[i], f->name);
    document_table(d, t);
}

/* ---- figures: those of one scale side by side ----------------------------------------------------- */

static bool drawn_before(const struct model_file *f, int i)
{
    for (int k = 0; k < i; k++)
        if (strcmp(at_text(f->timelines[k], "scale"), at_text(f->timelines[i], "scale")) == 0)
            return true;
    return false;
}

static void add_scale(struct document *d, const struct model_file *f, const char *scale)
{
    const struct json **records = ARENA_NEW(d->arena, const struct json *, f->timeline_count);
    int n = 0;
    for (int i = 0; i < f->timeline_count; i++)
        if (strcmp(at_text(f->timelines[i], "scale"), scale) == 0)
            records[n++] = f->timelines[i];
    document_add(d, BLOCK_GRID, "%s", "");
    plot_timeline(d, records, n);
    document_add(d, BLOCK_GRID_END, "%s", "");
}

void section_timeline(struct document *d, const struct model_file *f, int level)
{
    (void)level;
    document_add(
        d, BLOCK_TEXT,
        "Each side ran once more in a process of its own, whole, while a thread wrote down what "
        "was "
        "held; nothing was timed beside it. RSS is that of the worker and its child processes "
        "together (pages that they share count once for each); heap and components are the "
        "worker's own. Figures of one scale have the same axes of bytes, and of time where no run "
        "is more "
        "than three times as long as another.");
    for (int i = 0; i < f->timeline_count; i++)
        if (!drawn_before(f, i))
            add_scale(d, f, at_text(f->timelines[i], "scale"));
    add_table(d, f);
    document_add(
        d, BLOCK_TEXT,
        "A peak is the true one, kept by the allocator or the system; with \"\xE2\x89\xA5\" "
        "it is the largest that was seen, and may have been more between two rows.");
}

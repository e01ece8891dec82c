#include "reports/plot_timeline.h"

#include "reports/escape.h"
#include "reports/model.h"
#include "reports/palette.h"
#include "reports/plot.h"
#include "reports/words.h"

#include "harness/base/mem.h"
#include "harness/result/series.h"

#include <math.h>

enum { WIDTH = 400, HEIGHT = 580, HEIGHT_LINES = 320, SHOWN_MAX = MEM_COMPONENT_COUNT };

static const double worth_showing =
    0.005; /* of the highest stack: a component that is less is not drawn */

static const double same_time_up_to =
    3; /* longest run over the shortest: beyond, each has its own axis */

/* The lines of the process. */
static const struct {
    const char *column;
    enum palette colour;
} lines[] = {
    {"rss",       PALETTE_INK },
    {"resident",  PALETTE_BASE},
    {"allocated", PALETTE_NEW },
};

/* From the foot of the stack to its top: what stays first, what comes and goes above it. */
static const struct {
    enum mem_component component;
    enum palette colour;
} layers[SHOWN_MAX] = {
    {MEM_BASE,       PALETTE_QUIET },
    {MEM_RESULTS,    PALETTE_BASE  },
    {MEM_CHECKPOINT, PALETTE_BROWN },
    {MEM_BUNDLES,    PALETTE_NEW   },
    {MEM_GROUPS,     PALETTE_FASTER},
    {MEM_TABLES,     PALETTE_OCHRE },
    {MEM_ASSETS,     PALETTE_PURPLE},
    {MEM_HISTORY,    PALETTE_SKY   },
};

/* ---- what all figures of a group share ---------------------------------------------------------- */

struct axes {
    double shortest, seconds; /* of the runs; seconds: the end of the time axis */
    double lines, stack;      /* the most of either panel; stack 0: no components are told */
    double second, byte;      /* a unit of the axes */
    const char *time_unit, *byte_unit;
};

static int component_column(const struct json *record, int layer)
{
    return series_column(record, mem_component_name(layers[layer].component));
}

static double or_zero(double value)
{
    return isfinite(value) ? value : 0;
}

static double stack_height(const struct json *record, const struct json *row)
{
    double sum = 0;
    for (int i = 0; i < SHOWN_MAX; i++)
        sum += or_zero(series_value(row, component_column(record, i)));
    return sum;
}

static double length_of(const struct json *record)
{
    double seconds = 0;
    const struct json *rows = json_get(record, "rows");
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        seconds = series_value(row, 0);
    return seconds;
}

static void widen(struct axes *axes, const struct json *record)
{
    const struct json *rows = json_get(record, "rows");
    axes->seconds = fmax(axes->seconds, length_of(record));
    axes->shortest = fmin(axes->shortest, length_of(record));
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        axes->stack = fmax(axes->stack, stack_height(record, row));
    for (int i = 0; i < COUNT(lines); i++)
        axes->lines = fmax(axes->lines, or_zero(series_peak(record, lines[i].column)));
}

static void choose_units(struct axes *axes)
{
    bool short_run = axes->seconds < 1, small = axes->lines < 0x1p20;
    axes->second = short_run ? 1e-3 : 1;
    axes->time_unit = short_run ? "ms" : "s";
    axes->byte = small ? 0x1p10 : 0x1p20;
    axes->byte_unit = small ? "KiB" : "MiB";
}

static struct axes axes_of(const struct json *const *records, int count)
{
    struct axes axes = {.shortest = INFINITY};
    for (int i = 0; i < count; i++)
        widen(&axes, records[i]);
    return axes;
}

/* Of one figure: bytes as all of them, and the time too where that leaves every run to be seen. */
static struct axes axes_for(struct axes group, const struct json *record)
{
    if (group.seconds > same_time_up_to * group.shortest)
        group.seconds = length_of(record);
    group.seconds = group.seconds > 0 ? group.seconds : 1e-3;
    choose_units(&group);
    return group;
}

/* ---- data: seconds, three lines, the stack's edges ------------------------------------------------- */

/* Layers that are drawn: those that hold something worth it somewhere in the group. */
static int shown_layers(const struct json *record, const struct axes *axes, int shown[SHOWN_MAX])
{
    int n = 0;
    for (int i = 0; i < SHOWN_MAX; i++) {
        const struct json *rows = json_get(record, "rows");
        int column = component_column(record, i);
        double most = 0;
        for (const struct json *row = json_first(rows); row && column > 0; row = json_next(row))
            most = fmax(most, or_zero(series_value(row, column)));
        if (most > worth_showing * axes->stack)
            shown[n++] = i;
    }
    return n;
}

static void add_data(struct text *s, const struct json *record, const struct axes *axes,
                     const int *shown, int n)
{
    const struct json *rows = json_get(record, "rows");
    text_puts(s, "$series << EOD\n");
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        double edge = 0;
        text_printf(s, "%.9g", series_value(row, 0) / axes->second);
        for (int i = 0; i < COUNT(lines); i++)
            text_printf(s, " %.9g",
                        series_value(row, series_column(record, lines[i].column)) / axes->byte);
        for (int i = 0; i < n; i++) {
            text_printf(s, " %.9g", edge / axes->byte);
            edge += or_zero(series_value(row, component_column(record, shown[i])));
        }
        text_printf(s, " %.9g\n", edge / axes->byte);
    }
    text_puts(s, "EOD\n");
}

/* ---- the panels -------------------------------------------------------------------------------- */

/* top, bottom: of the panel, as parts of the picture's height. */
static void add_panel(struct text *s, struct arena *a, const struct axes *axes, const char *name,
                      double most, double top, double bottom)
{
    double high = most * 1.15 / axes->byte;
    text_printf(s,
                "set lmargin at screen 0.13\nset rmargin at screen 0.97\nset tmargin at screen "
                "%.3f\nset bmargin at screen %.3f\nset xrange [0:%.9g]\nset yrange [0:%.9g]\n"
                "set xlabel 'time since the start (%s)' offset 0,0.4\n",
                top, bottom, axes->seconds / axes->second, high, axes->time_unit);
    plot_tics(s, "x", 0, axes->seconds / axes->second, false, 5);
    plot_tics(s, "y", 0, high, false, 4);
    plot_label(s, arena_format(a, "%s (%s)", name, axes->byte_unit),
               "graph 0, graph 1 offset 0,0.7", "left", palette_gnuplot(PALETTE_INK));
}

/* Names, so many in a row, each behind a square of its colour, below a panel that ends at `bottom`. gnuplot's
 * own key breaks its lines by a guess at the width of texts. */
static void add_name(struct text *s, struct arena *a, int number, int in_a_row, const char *name,
                     enum palette colour, double bottom, double height)
{
    int row = number / in_a_row;
    const char *place =
        arena_format(a, "screen %.3f, screen %.4f", 0.13 + 0.9 / in_a_row * (number % in_a_row),
                     bottom - (66 + 19 * row) / height);
    plot_label(s, "\xE2\x96\xA0", place, "left", palette_gnuplot(colour));
    plot_label(s, name, arena_format(a, "%s offset 1.8,0", place), "left",
               palette_gnuplot(PALETTE_INK));
}

static void add_peak(struct text *s, struct arena *a, const struct json *record,
                     const struct axes *axes)
{
    double peak = series_peak(record, "rss");
    if (!isfinite(peak))
        return;
    text_printf(s,
                "set arrow from graph 0, first %.9g to graph 1, first %.9g nohead lc rgb %s dt 3\n",
                peak / axes->byte, peak / axes->byte, palette_gnuplot(PALETTE_SLOWER));
    plot_label(s,
               arena_format(a, "%s %s",
                            series_peak_is_true(record, "rss") ? "peak RSS" : "largest RSS seen",
                            words(a, WORDS_BYTES, peak)),
               arena_format(a, "graph 0.99, first %.9g offset 0,0.6", peak / axes->byte), "right",
               palette_gnuplot(PALETTE_SLOWER));
}

static void add_lines(struct text *s, struct arena *a, const struct json *record,
                      const struct axes *axes, double bottom, double height)
{
    int n = 0;
    add_panel(s, a, axes, "the process", axes->lines, 1 - 32 / height, bottom);
    add_peak(s, a, record, axes);
    for (int i = 0; i < COUNT(lines); i++)
        if (isfinite(series_peak(record, lines[i].column)))
            add_name(s, a, n++, COUNT(lines), lines[i].column, lines[i].colour, bottom, height);
    const char *before = "plot ";
    for (int i = 0; i < COUNT(lines); i++) {
        if (!isfinite(series_peak(record, lines[i].column)))
            continue;
        text_printf(s, "%s$series using 1:%d with lines lc rgb %s lw 2 title '%s'", before, 2 + i,
                    palette_gnuplot(lines[i].colour), lines[i].column);
        before = ", ";
    }
    text_puts(s, "\n");
}

static void add_stack(struct text *s, struct arena *a, const struct axes *axes, const int *shown,
                      int n)
{
    const double bottom = 0.26;
    text_puts(s, "unset label\nunset arrow\n");
    add_panel(s, a, axes, "by component", axes->stack, 0.50, bottom);
    for (int i = 0; i < n; i++)
        add_name(s, a, i, 2, mem_component_name(layers[shown[i]].component),
                 layers[shown[i]].colour, bottom, HEIGHT);
    for (int i = 0; i < n; i++) {
        int low = 2 + COUNT(lines) + i;
        text_printf(s,
                    "%s$series using 1:%d:%d with filledcurves lc rgb %s fs transparent solid 0.7 "
                    "title '%s'",
                    i ? ", " : "plot ", low, low + 1, palette_gnuplot(layers[shown[i]].colour),
                    mem_component_name(layers[shown[i]].component));
    }
    text_puts(s, "\n");
}

static void add_figure(struct document *d, const struct json *record, const struct axes *axes)
{
    int shown[SHOWN_MAX], n = shown_layers(record, axes, shown);
    bool has_stack = axes->stack > 0;
    struct figure *f = document_figure(d, "timeline", at_text(record, "id"));
    f->width = WIDTH;
    f->height = has_stack ? HEIGHT : HEIGHT_LINES;
    f->title = arena_format(d->arena, "%s: memory over time", at_text(record, "id"));
    f->description = arena_format(
        d->arena,
        "Resident and allocated memory of %s over time%s; the peaks stand in the table of this "
        "section.",
        at_text(record, "label"), n ? ", and below what each component holds, stacked" : "");
    plot_preamble(&f->script);
    add_data(&f->script, record, axes, shown, n);
    text_puts(&f->script, "set multiplot\n");
    add_lines(&f->script, d->arena, record, axes, has_stack ? 0.70 : 0.28, f->height);
    if (n > 0)
        add_stack(&f->script, d->arena, axes, shown, n);
    text_puts(&f->script, "unset multiplot\n");
}

void plot_timeline(struct document *d, const struct json *const *records, int count)
{
    struct axes group = axes_of(records, count);
    for (int i = 0; i < count; i++) {
        struct axes axes = axes_for(group, records[i]);
        if (json_count(json_get(records[i], "rows")) > 1)
            add_figure(d, records[i], &axes);
    }
}

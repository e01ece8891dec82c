#include "reports/plot_forest.h"

#include "reports/decided.h"
#include "reports/escape.h"
#include "reports/palette.h"
#include "reports/plot.h"
#include "reports/words.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

enum { WIDTH = 720, ROW_HEIGHT = 30, AROUND = 96, NAME_CHARACTERS = 24 };

struct range {
    double lo, hi;
};

static void widen(struct range *r, double value)
{
    if (isfinite(value) && value > 0) {
        r->lo = fmin(r->lo, value);
        r->hi = fmax(r->hi, value);
    }
}

/* What is drawn in one figure: the comparisons of a scale that one clock decided. */
struct drawn {
    const struct model_file *file;
    const char *scale, *metric;
    double margin_percent;
};

static bool is_drawn(const struct drawn *drawn, const struct model_cell *cell)
{
    return strcmp(cell->scale, drawn->scale) == 0 &&
           strcmp(decided_metric(cell->record), drawn->metric) == 0;
}

/* Everything that is drawn, the margin included, and some room at both ends. */
static struct range range_of(const struct drawn *drawn)
{
    const struct model_file *f = drawn->file;
    struct range r = {1, 1 + drawn->margin_percent / 100};
    for (int i = 0; i < f->cell_count; i++) {
        const struct json *by = decided_contrast(f->cells[i].record, drawn->metric);
        if (!is_drawn(drawn, &f->cells[i]))
            continue;
        widen(&r, at_number(by, "ratio"));
        widen(&r, at_number(by, "lower"));
        widen(&r, at_number(by, "upper"));
    }
    double room = pow(r.hi / r.lo, 0.06);
    return (struct range){r.lo / room, r.hi * room};
}

static void add_frame(struct text *s, const struct drawn *drawn, const char *title, int rows)
{
    struct range r = range_of(drawn);
    double margin = 1 + drawn->margin_percent / 100;
    plot_preamble(s);
    text_printf(s,
                "set logscale x\nset xrange [%.12g:%.12g]\nset yrange [0.4:%d.6]\nunset ytics\n"
                "set border 1\nset lmargin at screen 0.27\nset rmargin at screen 0.71\n"
                "set tmargin at screen %.4f\nset bmargin at screen %.4f\n"
                "set xlabel '%s, new / base (ratio, logarithmic axis)'\n",
                r.lo, r.hi, rows, 1 - 30.0 / (AROUND + ROW_HEIGHT * rows),
                66.0 / (AROUND + ROW_HEIGHT * rows), title);
    plot_tics(s, "x", r.lo, r.hi, true, 5);
    text_printf(s,
                "set object rectangle from first %.12g, graph 0 to first %.12g, graph 1 fc rgb %s "
                "fs transparent solid 0.10 noborder behind\n",
                margin, r.hi, palette_gnuplot(PALETTE_SLOWER));
    text_printf(s,
                "set arrow from first 1, graph 0 to first 1, graph 1 nohead lc rgb %s lw 1.5\n"
                "set arrow from first %.12g, graph 0 to first %.12g, graph 1 nohead lc rgb %s "
                "lw 1 dt 2\n",
                palette_gnuplot(PALETTE_INK), margin, margin, palette_gnuplot(PALETTE_SLOWER));
}

/* At the end of the line of no change and of the margin: what they are. Close together they would
 * be written over each other, so each leans away from the other. */
static void add_line_names(struct text *s, struct arena *a, double margin_percent)
{
    plot_label(s, "no change", "first 1, graph 1 offset -0.3,0.7", "right",
               palette_gnuplot(PALETTE_QUIET));
    plot_label(s, arena_format(a, "margin %+g %%", margin_percent),
               arena_format(a, "first %.12g, graph 1 offset 0.3,0.7", 1 + margin_percent / 100),
               "left", palette_gnuplot(PALETTE_SLOWER));
}

static enum palette verdict_colour(const char *verdict)
{
    return strcmp(verdict, "faster") == 0   ? PALETTE_FASTER
           : strcmp(verdict, "slower") == 0 ? PALETTE_SLOWER
                                            : PALETTE_QUIET;
}

static void add_row_labels(struct text *s, struct arena *a, const struct model_cell *cell, int y)
{
    const struct json *by = decided_contrast(cell->record, decided_metric(cell->record));
    struct text name = {0};
    escape_clip(&name, cell->name, NAME_CHARACTERS);
    plot_label(s, name.p, arena_format(a, "screen 0.255, first %d", y), "right",
               palette_gnuplot(PALETTE_INK));
    text_done(&name);
    plot_label(s,
               arena_format(
                   a, "%s (%s)", words(a, WORDS_RATIO, at_number(by, "ratio")),
                   words_interval(a, WORDS_RATIO, at_number(by, "lower"), at_number(by, "upper"))),
               arena_format(a, "screen 0.725, first %d", y), "left", palette_gnuplot(PALETTE_INK));
}

/* A missing interval (too few pairs) is drawn as the point alone. */
static void add_row(struct text *plot, struct text *data, const struct model_cell *cell, int y)
{
    static const char *const points[] = {
        [PALETTE_FASTER] = "pt 7", [PALETTE_SLOWER] = "pt 9", [PALETTE_QUIET] = "pt 5"};
    const char *metric = decided_metric(cell->record);
    const struct json *by = decided_contrast(cell->record, metric);
    double ratio = at_number(by, "ratio");
    double lower = at_number(by, "lower"), upper = at_number(by, "upper");
    bool known = isfinite(lower) && isfinite(upper) && lower > 0;
    enum palette colour = verdict_colour(decided_verdict(cell->record, metric));
    text_printf(data, "$row%d << EOD\n%.12g %d %.12g %.12g\nEOD\n", y, ratio, y,
                known ? lower : ratio, known ? upper : ratio);
    text_printf(plot, "%s$row%d using 1:2:3:4 with xerrorbars lc rgb %s lw 2 %s ps 0.7 title ",
                plot->n ? ", " : "plot ", y, palette_gnuplot(colour), points[colour]);
    escape_gnuplot(plot, cell->name);
}

/* Of the comparisons that are drawn the first one's: a gate holds a metric to one margin. */
static double margin_of(const struct drawn *drawn)
{
    const struct model_file *f = drawn->file;
    for (int i = 0; i < f->cell_count; i++)
        if (is_drawn(drawn, &f->cells[i]))
            return decided_margin(f->cells[i].record, drawn->metric, f->margin_percent);
    return f->margin_percent;
}

static int rows_of(const struct drawn *drawn)
{
    int rows = 0;
    for (int i = 0; i < drawn->file->cell_count; i++)
        rows += is_drawn(drawn, &drawn->file->cells[i]);
    return rows;
}

void plot_forest(struct document *d, const struct model_file *f, const char *scale,
                 const char *metric)
{
    struct text plot = {0};
    struct figure *figure = document_figure(d, "forest", scale);
    struct drawn drawn = {.file = f, .scale = scale, .metric = metric};
    const char *title = decided_title(metric);
    int rows = rows_of(&drawn), y = 0;
    title = arena_format(d->arena, "%c%s", toupper((unsigned char)*title), title + 1);
    drawn.margin_percent = margin_of(&drawn);
    figure->width = WIDTH;
    figure->height = AROUND + ROW_HEIGHT * rows;
    figure->title =
        arena_format(d->arena, "%s, new / base%s%s", title, *scale ? " at scale " : "", scale);
    figure->description =
        arena_format(d->arena,
                     "Forest plot: ratio and interval of %d comparison%s; the figures "
                     "stand in the table of this section.",
                     rows, rows == 1 ? "" : "s");
    add_frame(&figure->script, &drawn, title, rows);
    add_line_names(&figure->script, d->arena, drawn.margin_percent);
    for (int i = 0; i < f->cell_count; i++) {
        if (!is_drawn(&drawn, &f->cells[i]))
            continue;
        add_row_labels(&figure->script, d->arena, &f->cells[i], rows - y);
        add_row(&plot, &figure->script, &f->cells[i], rows - y);
        y++;
    }
    text_puts(&plot, "\n");
    text_add(&figure->script, plot.p, plot.n);
    text_done(&plot);
}

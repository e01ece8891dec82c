#include "reports/plot_ladder.h"

#include "reports/escape.h"
#include "reports/palette.h"
#include "reports/plot.h"
#include "reports/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 720, ROW_HEIGHT = 30, AROUND = 96, NAME_CHARACTERS = 24 };

static int slowest_first(const void *a, const void *b)
{
    double x = (*(const struct speed_row *const *)a)->ns.estimate;
    double y = (*(const struct speed_row *const *)b)->ns.estimate;
    return (x < y) - (x > y);
}

struct ladder {
    const struct speed_row **rows;
    int count;
    double lo, hi;  /* of the axis */
    double ceiling; /* NAN: none */
};

static void widen(struct ladder *l, double value)
{
    if (isfinite(value) && value > 0) {
        l->lo = fmin(l->lo, value);
        l->hi = fmax(l->hi, value);
    }
}

static struct ladder ladder_of(const struct speed_list *list, const char *scale, struct arena *a)
{
    struct ladder l = {ARENA_NEW(a, const struct speed_row *, list->count), 0, INFINITY, 0, NAN};
    for (int i = 0; i < list->count; i++) {
        const struct speed_row *row = &list->rows[i];
        if (strcmp(row->scale, scale) != 0)
            continue;
        l.rows[l.count++] = row;
        l.ceiling = fmin(l.ceiling, row->dense_ns);
        widen(&l, row->ns.estimate);
        widen(&l, row->ns.low);
        widen(&l, row->ns.high);
    }
    widen(&l, l.ceiling);
    double room = pow(l.hi / l.lo, 0.06);
    l.lo /= room;
    l.hi *= room;
    qsort(l.rows, (size_t)l.count, sizeof *l.rows, slowest_first);
    return l;
}

static void add_frame(struct text *s, const struct ladder *l)
{
    double height = AROUND + ROW_HEIGHT * l->count;
    plot_preamble(s);
    text_printf(s,
                "set logscale x\nset xrange [%.12g:%.12g]\nset yrange [0.4:%d.6]\nunset ytics\n"
                "set border 1\nset lmargin at screen 0.27\nset rmargin at screen 0.66\n"
                "set tmargin at screen %.4f\nset bmargin at screen %.4f\n"
                "set xlabel 'ns of CPU time a bar-backtest (logarithmic axis)'\n",
                l->lo, l->hi, l->count, 1 - 30.0 / height, 66.0 / height);
    plot_tics(s, "x", l->lo, l->hi, true, 5);
    if (!isfinite(l->ceiling))
        return;
    text_printf(s,
                "set arrow from first %.12g, graph 0 to first %.12g, graph 1 nohead lc rgb %s "
                "lw 1.5 dt 2\n",
                l->ceiling, l->ceiling, palette_gnuplot(PALETTE_INK));
}

static void add_labels(struct text *s, struct arena *a, const struct ladder *l, int i)
{
    const struct speed_row *row = l->rows[i];
    double factor = l->rows[0]->ns.estimate / row->ns.estimate;
    struct text name = {0};
    escape_clip(&name, row->name, NAME_CHARACTERS);
    plot_label(s, name.p, arena_format(a, "screen 0.255, first %d", l->count - i), "right",
               palette_gnuplot(PALETTE_INK));
    text_done(&name);
    plot_label(s,
               arena_format(a, "%s ns (%s)%s", words(a, WORDS_PLAIN, row->ns.estimate),
                            words_interval(a, WORDS_PLAIN, row->ns.low, row->ns.high),
                            i ? arena_format(a, ", %s", words(a, WORDS_TIMES, factor)) : ""),
               arena_format(a, "screen 0.675, first %d", l->count - i), "left",
               palette_gnuplot(PALETTE_INK));
}

/* A missing interval (too few pairs) is drawn as the point alone. */
static void add_row(struct text *plot, struct text *data, const struct ladder *l, int i)
{
    const struct speed_row *row = l->rows[i];
    double ns = row->ns.estimate;
    bool known = isfinite(row->ns.low) && isfinite(row->ns.high) && row->ns.low > 0;
    enum palette colour = i ? PALETTE_FASTER : PALETTE_QUIET;
    text_printf(data, "$step%d << EOD\n%.12g %d %.12g %.12g\nEOD\n", i, ns, l->count - i,
                known ? row->ns.low : ns, known ? row->ns.high : ns);
    text_printf(plot, "%s$step%d using 1:2:3:4 with xerrorbars lc rgb %s lw 2 pt %d ps 0.7 title ",
                plot->n ? ", " : "plot ", i, palette_gnuplot(colour), i ? 7 : 5);
    escape_gnuplot(plot, row->name);
}

void plot_ladder(struct document *d, const struct speed_list *list, const char *scale)
{
    struct ladder l = ladder_of(list, scale, d->arena);
    if (l.count < 2)
        return;
    struct text plot = {0};
    struct figure *figure = document_figure(d, "ladder", scale);
    figure->width = WIDTH;
    figure->height = AROUND + ROW_HEIGHT * l.count;
    figure->title =
        arena_format(d->arena, "CPU time a bar-backtest%s%s", *scale ? " at scale " : "", scale);
    figure->description =
        arena_format(d->arena,
                     "Ladder: nanoseconds a bar-backtest of %d sets of layers, slowest first; the "
                     "figures stand in the table of this section.",
                     l.count);
    add_frame(&figure->script, &l);
    if (isfinite(l.ceiling))
        plot_label(&figure->script, "dense ceiling",
                   arena_format(d->arena, "first %.12g, graph 1 offset 0,0.7", l.ceiling), "center",
                   palette_gnuplot(PALETTE_QUIET));
    for (int i = 0; i < l.count; i++) {
        add_labels(&figure->script, d->arena, &l, i);
        add_row(&plot, &figure->script, &l, i);
    }
    text_puts(&plot, "\n");
    text_add(&figure->script, plot.p, plot.n);
    text_done(&plot);
}

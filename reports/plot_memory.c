#include "reports/plot_memory.h"

#include "reports/palette.h"
#include "reports/plot.h"
#include "reports/words.h"

#include <math.h>

enum { WIDTH = 720, HEIGHT = 300 };

struct range {
    double lo, hi;
};

static const struct {
    const char *side;
    enum palette colour;
    const char *point;
} sides[] = {
    {"base", PALETTE_BASE, "pt 5"},
    {"new",  PALETTE_NEW,  "pt 7"},
};

static double mebibytes(const struct scale_point *p, const char *side)
{
    return scale_total(p->cell->record, side, "resident_peak") / 0x1p20;
}

static const double worth_drawing = 1.25; /* largest peak over the smallest */

/* Every peak of the series, with room for a name above and below; false: one is missing, or there is no
 * growth to be seen. */
static bool range_of(const struct scale_series *s, struct range *y)
{
    *y = (struct range){INFINITY, 0};
    for (int i = 0; i < s->count; i++)
        for (int side = 0; side < COUNT(sides); side++) {
            double value = mebibytes(&s->points[i], sides[side].side);
            if (!(value > 0))
                return false;
            y->lo = fmin(y->lo, value);
            y->hi = fmax(y->hi, value);
        }
    double ratio = y->hi / y->lo, room = pow(ratio, 0.15) * 1.03;
    *y = (struct range){y->lo / room, y->hi * room};
    return ratio > worth_drawing;
}

static void add_data(struct text *script, const struct scale_series *s)
{
    for (int side = 0; side < COUNT(sides); side++) {
        text_printf(script, "$%s << EOD\n", sides[side].side);
        for (int i = 0; i < s->count; i++)
            text_printf(script, "%.12g %.12g\n", s->points[i].backtests,
                        mebibytes(&s->points[i], sides[side].side));
        text_puts(script, "EOD\n");
    }
}

/* The last point's name and size, right of it. */
static void add_names(struct text *script, struct arena *a, const struct scale_series *s)
{
    const struct scale_point *last = &s->points[s->count - 1];
    double base = mebibytes(last, "base"), now = mebibytes(last, "new");
    for (int side = 0; side < COUNT(sides); side++) {
        double value = mebibytes(last, sides[side].side);
        double other = side == 0 ? now : base;
        const char *lean = value > other || (value == other && side == 0) ? "0.4" : "-0.4";
        plot_label(
            script,
            arena_format(a, "%s %s", sides[side].side, words(a, WORDS_BYTES, value * 0x1p20)),
            arena_format(a, "first %.12g, first %.12g offset 1,%s", last->backtests, value, lean),
            "left", palette_gnuplot(sides[side].colour));
    }
}

static void add_figure(struct document *d, const struct scale_series *s, struct range y)
{
    struct figure *f = document_figure(d, "memory", s->name);
    struct text *script = &f->script;
    double first = s->points[0].backtests, last = s->points[s->count - 1].backtests;
    f->width = WIDTH;
    f->height = HEIGHT;
    f->title = arena_format(d->arena, "%s: peak memory against the number of backtests", s->name);
    f->description = arena_format(d->arena,
                                  "Peak resident memory of base and new side at %d numbers of "
                                  "backtests; the figures stand in the table of this section.",
                                  s->count);
    plot_preamble(script);
    text_printf(
        script,
        "set logscale xy\nset xrange [%.12g:%.12g]\nset yrange [%.12g:%.12g]\n"
        "set lmargin at screen 0.10\nset rmargin at screen 0.80\nset tmargin at screen 0.90\n"
        "set xlabel 'backtests (logarithmic axis)'\n",
        first / 1.3, last * 1.3, y.lo, y.hi);
    plot_label(script, "MiB", "graph 0, graph 1 offset 0,0.7", "left",
               palette_gnuplot(PALETTE_INK));
    plot_tics(script, "x", first / 1.3, last * 1.3, true, 5);
    plot_tics(script, "y", y.lo, y.hi, true, 5);
    add_data(script, s);
    add_names(script, d->arena, s);
    for (int side = 0; side < COUNT(sides); side++)
        text_printf(script, "%s$%s using 1:2 with linespoints lc rgb %s lw 2 %s ps 0.7 title '%s'",
                    side ? ", " : "plot ", sides[side].side, palette_gnuplot(sides[side].colour),
                    sides[side].point, sides[side].side);
    text_puts(script, "\n");
}

void plot_memory(struct document *d, const struct scale_list *list)
{
    for (int i = 0; i < list->count; i++) {
        struct range y;
        if (range_of(&list->series[i], &y))
            add_figure(d, &list->series[i], y);
    }
}

#include "reports/plot_rows.h"

#include "reports/escape.h"
#include "reports/palette.h"

#include <math.h>

enum { ROW_HEIGHT = 30, AROUND = 96, NAME_CHARACTERS = 24 };

int plot_rows_height(int count)
{
    return AROUND + ROW_HEIGHT * count;
}

void plot_rows_widen(struct plot_rows *rows, double value)
{
    if (!isfinite(value) || (rows->logarithmic && value <= 0))
        return;
    rows->lo = fmin(rows->lo, value);
    rows->hi = fmax(rows->hi, value);
}

void plot_rows_room(struct plot_rows *rows)
{
    enum { PERCENT = 6 };
    if (rows->logarithmic) {
        double room = pow(rows->hi / rows->lo, PERCENT / 100.0);
        rows->lo /= room;
        rows->hi *= room;
    } else {
        double room = (rows->hi - rows->lo) * PERCENT / 100.0;
        rows->lo -= room;
        rows->hi += room;
    }
}

void plot_rows_frame(struct text *script, const struct plot_rows *rows)
{
    double height = plot_rows_height(rows->count);
    plot_preamble(script);
    text_printf(script,
                "%sset xrange [%.12g:%.12g]\nset yrange [0.4:%d.6]\nunset ytics\n"
                "set border 1\nset lmargin at screen 0.27\nset rmargin at screen 0.71\n"
                "set tmargin at screen %.4f\nset bmargin at screen %.4f\n"
                "set xlabel '%s'\n",
                rows->logarithmic ? "set logscale x\n" : "", rows->lo, rows->hi, rows->count,
                1 - 30.0 / height, 66.0 / height, rows->label);
    plot_tics(script, "x", rows->lo, rows->hi, rows->logarithmic, 5);
}

void plot_rows_name(struct text *script, struct arena *a, int y, const char *name)
{
    struct text clipped = {0};
    escape_clip(&clipped, name, NAME_CHARACTERS);
    plot_label(script, clipped.p, arena_format(a, "screen 0.255, first %d", y), "right",
               palette_gnuplot(PALETTE_INK));
    text_done(&clipped);
}

void plot_rows_value(struct text *script, struct arena *a, int y, const char *value)
{
    plot_label(script, value, arena_format(a, "screen 0.725, first %d", y), "left",
               palette_gnuplot(PALETTE_INK));
}

void plot_rows_line(struct text *script, double x, const char *colour, bool dashed)
{
    text_printf(script,
                "set arrow from first %.12g, graph 0 to first %.12g, graph 1 nohead lc rgb %s "
                "lw %s\n",
                x, x, colour, dashed ? "1 dt 2" : "1.5");
}

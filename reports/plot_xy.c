#include "reports/plot_xy.h"

#include <math.h>

void plot_axis_widen(struct plot_axis *axis, double value)
{
    if (!isfinite(value) || (axis->logarithmic && value <= 0))
        return;
    axis->lo = fmin(axis->lo, value);
    axis->hi = fmax(axis->hi, value);
}

double plot_axis_at(const struct plot_axis *axis, int i, int n)
{
    double share = (double)i / (n - 1);
    return axis->logarithmic ? axis->lo * pow(axis->hi / axis->lo, share)
                             : axis->lo + (axis->hi - axis->lo) * share;
}

void plot_xy_frame(struct text *script, const struct plot_axis *x, const struct plot_axis *y,
                   int height, double right)
{
    plot_preamble(script);
    text_printf(
        script,
        "%s%sset xrange [%.12g:%.12g]\nset yrange [%.12g:%.12g]\n"
        "set lmargin at screen %.3f\nset rmargin at screen %.3f\nset tmargin at screen %.4f\n"
        "set bmargin at screen %.4f\nset xlabel '%s'\n",
        x->logarithmic ? "set logscale x\n" : "", y->logarithmic ? "set logscale y\n" : "", x->lo,
        x->hi, y->lo, y->hi, right > 0.9 ? 0.13 : 0.10, right, 1 - 36.0 / height, 66.0 / height,
        x->label);
    plot_label(script, y->label, "graph 0, graph 1 offset -4,0.8", "left",
               palette_gnuplot(PALETTE_INK));
    plot_tics(script, "x", x->lo, x->hi, x->logarithmic, 6);
    plot_tics(script, "y", y->lo, y->hi, y->logarithmic, 6);
}

static void begin(struct text *plot)
{
    text_puts(plot, plot->n ? ", " : "plot ");
}

void plot_xy_line(struct text *plot, const char *name, enum palette colour, const char *dashes)
{
    begin(plot);
    text_printf(plot, "$%s using 1:2 with lines lc rgb %s lw 2 %s notitle", name,
                palette_gnuplot(colour), dashes);
}

void plot_xy_points(struct text *plot, const char *name, enum palette colour, int point)
{
    begin(plot);
    text_printf(plot, "$%s using 1:2:3:4 with yerrorbars lc rgb %s %s pt %d notitle", name,
                palette_gnuplot(colour), point == PLOT_RING ? "lw 2.5 ps 0.9" : "lw 1.5 ps 0.7",
                point);
}

void plot_xy_band(struct text *plot, const char *name, enum palette colour)
{
    begin(plot);
    text_printf(plot,
                "$%s using 1:2:3 with filledcurves fc rgb %s fs transparent solid 0.18 noborder "
                "notitle",
                name, palette_gnuplot(colour));
}

void plot_xy_stripe(struct text *script, double lo, double hi, enum palette colour)
{
    if (lo < hi)
        text_printf(script,
                    "set object rectangle from first %.12g, graph 0 to first %.12g, graph 1 fc rgb "
                    "%s fs transparent solid 0.10 noborder behind\n",
                    lo, hi, palette_gnuplot(colour));
}

void plot_xy_mark(struct text *script, double x, enum palette colour, const char *dashes)
{
    text_printf(script,
                "set arrow from first %.12g, graph 0 to first %.12g, graph 1 nohead lc rgb %s "
                "lw 1.5 %s\n",
                x, x, palette_gnuplot(colour), dashes);
}

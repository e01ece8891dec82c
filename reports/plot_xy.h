/* Figures of two measured axes: frame, round numbers at both, points with intervals, curves with bands.
 *
 *     plot_xy_frame(script, arena, &x, &y);
 *     plot_xy_points(script, "base", PALETTE_BASE, 5);      // what the plot command is made of, joined by commas
 */
#ifndef CUPEL_REPORTS_PLOT_XY_H
#define CUPEL_REPORTS_PLOT_XY_H

#include "reports/palette.h"
#include "reports/plot.h"

/* gnuplot's number of an open circle: for points that are not like the others. */
enum { PLOT_RING = 6 };

struct plot_axis {
    double lo, hi;
    bool logarithmic;
    const char *label; /* with its unit; no quotes in it */
};

/* As plot_rows_widen. */
void plot_axis_widen(struct plot_axis *axis, double value);

/* height: of the figure, px. Names of curves stand right of `right`, a share of the width. */
void plot_xy_frame(struct text *script, const struct plot_axis *x, const struct plot_axis *y,
                   int height, double right);

/* The i-th of n places along the axis, both ends among them; even on its scale. */
double plot_axis_at(const struct plot_axis *axis, int i, int n);

/* Parts of a plot command: of the data blocks $NAME (x, y), $NAME (x, y, low, high), $NAME (x, low, high). */
void plot_xy_line(struct text *plot, const char *name, enum palette colour, const char *dashes);
void plot_xy_points(struct text *plot, const char *name, enum palette colour, int point);
void plot_xy_band(struct text *plot, const char *name, enum palette colour);

/* A shaded stripe between two x, from bottom to top; without it where lo >= hi. */
void plot_xy_stripe(struct text *script, double lo, double hi, enum palette colour);

/* A vertical line at x. */
void plot_xy_mark(struct text *script, double x, enum palette colour, const char *dashes);

#endif

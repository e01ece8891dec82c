/* Figures of one row a thing: names on the left, figures on the right, a logarithmic or plain axis between.
 *
 *     const struct plot_rows rows = {.count = n, .lo = 0.1, .hi = 2, .logarithmic = true, .label = "ratio"};
 *     figure->height = plot_rows_height(n);
 *     plot_rows_frame(script, &rows);
 *     plot_rows_name(script, arena, y, "none");
 */
#ifndef CUPEL_REPORTS_PLOT_ROWS_H
#define CUPEL_REPORTS_PLOT_ROWS_H

#include "reports/plot.h"

enum { PLOT_ROWS_WIDTH = 720 };

struct plot_rows {
    int count; /* rows stand at y = 1 .. count, the first at the top is `count` */
    double lo, hi;
    bool logarithmic;
    const char *label; /* of the axis, with its unit; no quotes in it */
};

int plot_rows_height(int count);

/* lo and hi for the values seen so far (lo INFINITY, hi 0 or -INFINITY to begin with). What is not finite, or on a
 * logarithmic axis not above 0, does not count. */
void plot_rows_widen(struct plot_rows *rows, double value);

/* Some room at both ends. */
void plot_rows_room(struct plot_rows *rows);

void plot_rows_frame(struct text *script, const struct plot_rows *rows);
void plot_rows_name(struct text *script, struct arena *a, int y, const char *name);
void plot_rows_value(struct text *script, struct arena *a, int y, const char *value);

/* A line from top to bottom at x; dashed: as gnuplot's dt 2. */
void plot_rows_line(struct text *script, double x, const char *colour, bool dashed);

#endif

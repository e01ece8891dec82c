/* gnuplot as a child process: a figure's script goes in, an <svg> element comes out that follows the
 * page's colours and shares no id with another figure.
 *
 *     text_printf(&figure->script, "plot ...\n");
 *     plot_render(&plotter, figure, e);
 */
#ifndef CUPEL_REPORTS_PLOT_H
#define CUPEL_REPORTS_PLOT_H

#include "reports/document.h"

struct plotter {
    const char *folder; /* for the script and gnuplot's answers; exists, removed by the caller */
};

/* Sets figure->svg. Error: gnuplot is not installed, or its own first message. */
bool plot_render(const struct plotter *p, struct figure *f, struct err *e) MUST_CHECK;

/* The same picture as PNG, on a white page, twice the size. */
bool plot_png(const struct plotter *p, const struct figure *f, const char *path,
              struct err *e) MUST_CHECK;

/* The figure's <svg> as a file of its own: with page colour, style and names of its languages. */
void plot_standalone(const struct figure *f, struct text *out);

/* ---- what several figures draw alike ---- */

/* Font, border, tics and margins of the house. */
void plot_preamble(struct text *script);

/* About `most` round numbers between lo and hi (both above 0 when logarithmic). axis: "x". */
void plot_tics(struct text *script, const char *axis, double lo, double hi, bool logarithmic,
               int most);

/* A text at a place: "first 1, graph 0.5"; align: "left", "right", "center". */
void plot_label(struct text *script, const char *label, const char *place, const char *align,
                const char *colour);

#endif

/* The forest plot: one row a comparison, its ratio new/base with the interval, on a logarithmic
 * axis, with the line of no change and the margin.
 */
#ifndef CUPEL_REPORTS_PLOT_FOREST_H
#define CUPEL_REPORTS_PLOT_FOREST_H

#include "reports/document.h"
#include "reports/model.h"

/* Adds the figure of one scale's comparisons to the document; its script is complete. */
void plot_forest(struct document *d, const struct model_file *f, const char *scale,
                 const char *metric);

#endif

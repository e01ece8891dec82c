/* One comparison's pairs: CPU time of both sides as points over a box of the quartiles, outliers
 * named by their pair, and below it the ratio of every pair with the estimate and its interval.
 */
#ifndef CUPEL_REPORTS_PLOT_SAMPLES_H
#define CUPEL_REPORTS_PLOT_SAMPLES_H

#include "reports/document.h"
#include "reports/model.h"

/* Adds the figure to the document; its script is complete. */
void plot_samples(struct document *d, const struct model_cell *cell);

#endif

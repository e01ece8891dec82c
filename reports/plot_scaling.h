/* Speed-up and efficiency against workers: what was measured with intervals, the Universal Scalability Law with its
 * band, the cores of the machine; beyond them, or beyond the last point, it is extrapolation and says so.
 */
#ifndef CUPEL_REPORTS_PLOT_SCALING_H
#define CUPEL_REPORTS_PLOT_SCALING_H

#include "reports/document.h"
#include "reports/scaling.h"

/* Adds two figures, side by side. */
void plot_scaling(struct document *d, const struct scaling_series *s);

#endif

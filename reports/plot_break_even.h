/* Cost against the number of backtests, both axes logarithmic: what was measured with intervals, a line a side
 * with its band, and where they cross, with the interval in which neither is proven the cheaper.
 */
#ifndef CUPEL_REPORTS_PLOT_BREAK_EVEN_H
#define CUPEL_REPORTS_PLOT_BREAK_EVEN_H

#include "reports/document.h"
#include "reports/scale.h"

/* Adds the figure of one series; there is none when its lines cannot be fitted. */
void plot_break_even(struct document *d, const struct scale_series *s);

#endif

/* The ladder: one row a set of layers, nanoseconds a bar-backtest on a logarithmic axis, slowest first,
 * with the dense ceiling as a line.
 */
#ifndef CUPEL_REPORTS_PLOT_LADDER_H
#define CUPEL_REPORTS_PLOT_LADDER_H

#include "reports/document.h"
#include "reports/speed.h"

/* Adds the figure of one scale; with fewer than two rows there is none. */
void plot_ladder(struct document *d, const struct speed_list *list, const char *scale);

#endif

/* Peak resident memory against the number of backtests: a line a side, both axes logarithmic. */
#ifndef CUPEL_REPORTS_PLOT_MEMORY_H
#define CUPEL_REPORTS_PLOT_MEMORY_H

#include "reports/document.h"
#include "reports/scale.h"

/* Adds a figure for each series whose peaks are known and not all alike; their scripts are complete. */
void plot_memory(struct document *d, const struct scale_list *list);

#endif

/* Shares of a program's parts before and after, a row a part, with the intervals of both. */
#ifndef CUPEL_REPORTS_PLOT_BOTTLENECKS_H
#define CUPEL_REPORTS_PLOT_BOTTLENECKS_H

#include "reports/bottlenecks.h"
#include "reports/document.h"

/* about: for title and file name. None without rows. */
void plot_bottlenecks(struct document *d, const char *about, const struct bottlenecks *b);

#endif

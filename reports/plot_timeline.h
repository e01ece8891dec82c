/* Memory over time: above, the process (RSS, resident and allocated heap, its peak marked), below, what
 * each component holds, one upon the other. */
#ifndef CUPEL_REPORTS_PLOT_TIMELINE_H
#define CUPEL_REPORTS_PLOT_TIMELINE_H

#include "reports/document.h"

#include "harness/base/json.h"

/* Adds a figure a record (result/series.h, with two rows or more), all of `count` on the same axes of bytes,
 * and of time where their runs are about as long, so that they may be held against each other. Their scripts are complete. */
void plot_timeline(struct document *d, const struct json *const *records, int count);

#endif

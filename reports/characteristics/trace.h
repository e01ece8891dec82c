/* What stands in a cell or a sentence of the document, and where it is from: an entry of trace.json.
 *
 *     trace_add(f, "Key metrics", "Speedup", "Value", &finding);
 *     {"section":, "table":, "row":, "column":, "kind":, "text":, "file":, "record":, "rule":, "fields":,
 *      "value":, "low":, "high":}
 */
#ifndef CUPEL_REPORTS_CHARACTERISTICS_TRACE_H
#define CUPEL_REPORTS_CHARACTERISTICS_TRACE_H

#include "reports/characteristics/fill.h"

/* Of a sentence: table "", its words with their gaps as the row. */
void trace_add(struct fill *f, const char *table, const char *row, const char *column,
               const struct finding *x);

#endif

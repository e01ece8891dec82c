/* By which clock a comparison was decided: what its sentence, its row and its figures show first.
 *
 *     const char *metric = decided_metric(cell->record);  // "cpu", "net", "wall"
 *     decided_contrast(cell->record, metric), decided_title(metric), decided_verdict(cell->record, metric)
 */
#ifndef CUPEL_REPORTS_DECIDED_H
#define CUPEL_REPORTS_DECIDED_H

#include "harness/base/json.h"

/* The gate's, where the record compares both sides by it; else "cpu": nobody judged, or an exact count was. */
const char *decided_metric(const struct json *record);

/* "CPU time", "wall time less queue", "wall time". */
const char *decided_title(const char *metric);

/* New against base by that metric: an object of the record, NULL when there is none. */
const struct json *decided_contrast(const struct json *record, const char *metric);

/* "faster", "slower" or "no difference proven", by the metric's interval; of CPU time the record's own word. */
const char *decided_verdict(const struct json *record, const char *metric);

/* The margin that the gate held it to, in per cent; `other`: nothing was judged by this metric. */
double decided_margin(const struct json *record, const char *metric, double other);

#endif

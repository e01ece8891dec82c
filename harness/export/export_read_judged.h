/* What was decided of a benchmark: the verdict of a gate, the metrics that it judged, what compares the sides. */
#ifndef CUPEL_EXPORT_EXPORT_READ_JUDGED_H
#define CUPEL_EXPORT_EXPORT_READ_JUDGED_H

#include "harness/export/export_model.h"

/* pairs 0: the record has none. */
void export_read_contrast(struct export_contrast *c, const struct json *contrast);

/* State, verdict, metric and whether it fails. Error: the gate's verdict is none. */
bool export_read_verdict(struct export_benchmark *b, const struct json *gate,
                         struct err *e) MUST_CHECK;

/* The list of the gate, or the one metric that older gates, runs and bench have. After sides and contrasts. */
void export_read_judged(struct export_benchmark *b, const struct json *gate, struct arena *a);

#endif

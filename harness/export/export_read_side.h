/* One side of a record: its series, what they sum up to, memory, how its runs ended. */
#ifndef CUPEL_EXPORT_EXPORT_READ_SIDE_H
#define CUPEL_EXPORT_EXPORT_READ_SIDE_H

#include "harness/export/export_model.h"

/* side: the record's member `which`, not an object: the side stays absent. pairs: the record's. */
bool export_read_side(struct export_side *s, const struct json *side, const struct json *pairs,
                      const char *which, struct arena *a, struct err *e) MUST_CHECK;

/* What `cupel bench` has of each run. */
void export_read_runs(struct export_side *s, const struct json *record, struct arena *a);

#endif

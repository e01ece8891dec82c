/* From the record of one benchmark to its struct. */
#ifndef CUPEL_EXPORT_EXPORT_READ_H
#define CUPEL_EXPORT_EXPORT_READ_H

#include "harness/export/export_model.h"

/* A "comparison", "benchmark" (one side: the new one), "skipped" or "failed" record. Error: names the
 * benchmark and the field. */
bool export_read_benchmark(struct export_benchmark *b, const struct json *record, struct arena *a,
                           struct err *e) MUST_CHECK;

/* Is this record of a benchmark? */
bool export_read_is_benchmark(const struct json *record);

/* Of a "profile-pair" record: "profile: step_x +12.0 points, ...; out/micro.html". "": it shows no change. */
const char *export_read_changed(const struct json *pair, struct arena *a);

#endif

/* Memory over time as it stands in a "timeline" record, and in a worker's answer: named columns of bytes
 * behind one of seconds, rows of numbers or null, the peak of each column.
 *
 *     if (series_check(record, e))
 *         double peak = series_peak(record, "rss");
 *
 *     {"interval_ms":0.2,"processes":1,"columns":["seconds","allocated","resident","rss","base",...],
 *      "rows":[[0.0,...],...],"peak":{"allocated":n,...},"peak_sampled":["allocated","resident"]}
 *
 * peak_sampled: columns whose peak is only the largest value seen; of the others it is the true one.
 */
#ifndef CUPEL_RESULT_SERIES_H
#define CUPEL_RESULT_SERIES_H

#include "harness/base/err.h"
#include "harness/base/json.h"

enum { SERIES_ROWS_MAX = 500, SERIES_COLUMNS_MAX = 40 };

/* Whatever wrote it: is every row as long as the columns, the time rising, each column named once?
 * Error: names the field. */
bool series_check(const struct json *series, struct err *e) MUST_CHECK;

int series_column(const struct json *series, const char *name); /* its place; -1: there is none */

/* The number of this column in a row (an element of "rows"), bytes; NAN: null. */
double series_value(const struct json *row, int column);

double series_peak(const struct json *series, const char *name); /* NAN: not known */
bool series_peak_is_true(const struct json *series, const char *name);

#endif

/* The sides of a cell against each other, metric by metric: as statistics, as words, as JSON. */
#ifndef CUPEL_RESULT_RECORD_CONTRAST_H
#define CUPEL_RESULT_RECORD_CONTRAST_H

#include "harness/base/json.h"
#include "harness/result/cell.h"
#include "harness/stats/compare.h"

#define RECORD_LEVEL 0.95 /* of every interval in a record */

/* The contrast of a metric over the pairs so far; r->count >= 1. */
struct stats_comparison record_contrast(const struct cell_result *r, int metric);

/* Ratio new/base and the relative half-width of its interval; NAN where there is none yet. */
void record_estimate(const struct cell_result *r, int metric, double *ratio, double *half_width);

/* "faster", "slower" when the interval of CPU time excludes 1, else "no difference proven". */
const char *record_verdict(const struct cell_result *r);

/* exp() of a bound of a log-ratio; NAN (null in JSON) for one that so few pairs cannot give. */
double record_ratio_bound(double log_bound);

/* Median of one side's values, nanoseconds. */
double record_median(const struct cell_result *r, int side, int metric);

/* The contrast of a metric, as it stands in a record. Owner: the caller. */
struct json *record_contrast_json(const struct cell_result *r, int metric);

/* An interval as a member of an object: estimate, lower, upper, level. The member. */
struct json *record_put_interval(struct json *o, const char *key, struct stats_interval i);

/* Room for n doubles. Owner: the caller, mem_free(MEM_BASE, ...). */
double *record_numbers(int n);

#endif

/* From a measured cell to its record (results/schema.json): the statistics of each side, the contrast
 * of the sides per metric, the pairs themselves.
 */
#ifndef CUPEL_RESULT_RECORD_H
#define CUPEL_RESULT_RECORD_H

#include "harness/base/json.h"
#include "harness/result/cell.h"
#include "harness/stats/compare.h"

#define RECORD_LEVEL 0.95 /* of every interval in a record */

enum { RECORD_MIN_PAIRS = 2 }; /* with fewer there is no spread, and no record */

/* A "comparison" record; r->count >= RECORD_MIN_PAIRS. `gate`: what the gate decided, owned from here; NULL: not a gate.
 * complete: false when the cell was cut short. Owner of the result: the caller. */
struct json *record_comparison(const struct cell_result *r, struct json *gate, bool complete);

/* The names, as an array. Owner: the caller. */
struct json *record_groups(const struct plan_groups *groups);

/* One side as it stands in a record, for records of other kinds. Owner: the caller. */
struct json *record_side(const struct cell_result *r, int which);

/* The contrast of a metric over the pairs so far; r->count >= 1. */
struct stats_comparison record_contrast(const struct cell_result *r, int metric);

/* Ratio new/base and the relative half-width of its interval; NAN where there is none yet. */
void record_estimate(const struct cell_result *r, int metric, double *ratio, double *half_width);

/* "faster", "slower" when the interval of CPU time excludes 1, else "no difference proven". */
const char *record_verdict(const struct cell_result *r);

/* exp() of a bound of a log-ratio; NAN (null in JSON) for one that so few pairs cannot give. */
double record_ratio_bound(double log_bound);

/* An interval as a member of an object: estimate, lower, upper, level. The member. */
struct json *record_put_interval(struct json *o, const char *key, struct stats_interval i);

/* Median of one side's values, nanoseconds. */
double record_median(const struct cell_result *r, int side, int metric);

#endif

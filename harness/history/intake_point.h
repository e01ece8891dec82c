/* Points that the metrics of a side give: times, counts, totals. `p` holds all of a point but its metric. */
#ifndef CUPEL_HISTORY_INTAKE_POINT_H
#define CUPEL_HISTORY_INTAKE_POINT_H

#include "harness/base/json.h"
#include "harness/history/intake.h"

/* Of two of one name the first counts: counts come before totals. One whose value is none is left out. */
void intake_point_add(struct intake *in, const struct intake_point *p);

/* The median of a metric's values, which the summary has by the metric's name. Error: they are no times. */
bool intake_point_timing(struct intake *in, struct intake_point p, const struct json *summary,
                         struct err *e) MUST_CHECK;

/* Counts that every pair counted the same, and instructions. */
void intake_point_counts(struct intake *in, const struct intake_point *p, const struct json *side);

/* Exact totals, and a few that vary a little. */
void intake_point_totals(struct intake *in, const struct intake_point *p, const struct json *side);

#endif

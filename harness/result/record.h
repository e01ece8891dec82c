/* From a measured cell to its record (results/schema.json): the statistics of each side, the contrast
 * of the sides per metric, the pairs themselves.
 */
#ifndef CUPEL_RESULT_RECORD_H
#define CUPEL_RESULT_RECORD_H

#include "harness/result/record_contrast.h"

enum { RECORD_MIN_PAIRS = 2 }; /* with fewer there is no spread, and no record */

/* A "comparison" record; r->count >= RECORD_MIN_PAIRS. `gate`: what the gate decided, owned from here; NULL: not a gate.
 * complete: false when the cell was cut short. Owner of the result: the caller. */
struct json *record_comparison(const struct cell_result *r, struct json *gate, bool complete);

/* The names, as an array. Owner: the caller. */
struct json *record_groups(const struct plan_groups *groups);

#endif

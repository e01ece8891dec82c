/* One side of a cell: what ran, what it said of itself, its values by metric and what they sum up to. */
#ifndef CUPEL_RESULT_RECORD_SIDE_H
#define CUPEL_RESULT_RECORD_SIDE_H

#include "harness/base/json.h"
#include "harness/result/cell.h"

/* One side as it stands in a record, for records of other kinds. Owner: the caller. */
struct json *record_side(const struct cell_result *r, int which);

#endif

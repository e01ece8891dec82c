/* What the sides of a pair say of themselves: the first pair's is kept, all others are checked against it.
 */
#ifndef CUPEL_RUN_PAIR_RESULTS_H
#define CUPEL_RUN_PAIR_RESULTS_H

#include "harness/result/cell.h"
#include "harness/run/side.h"

/* What a side says is checked against its earlier pairs and what the scenario expects, and kept. build stays
 * the caller's, of `found` the rest. Error: MISMATCH. */
bool pair_keep(struct cell_result *result, int side, const struct json *build,
               struct side_results *found, struct err *e) MUST_CHECK;

/* Do the sides agree with each other (result/agree.h)? Error: MISMATCH. */
bool pair_sides_agree(const struct cell_result *r, struct err *e) MUST_CHECK;

#endif

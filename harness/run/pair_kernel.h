/* A pair of a kernel: two fresh worker processes on the same CPU, prepared, warmed, measured by turns
 * (pair_turns.h) between two readings of the core's ceilings, asked for their results (pair_results.h).
 */
#ifndef CUPEL_RUN_PAIR_KERNEL_H
#define CUPEL_RUN_PAIR_KERNEL_H

#include "harness/run/pair_runner.h"

/* pair->first is set; the rest is written. Errors: as pair_run. */
bool pair_kernel(struct pair_runner *r, struct cell_result *result, struct cell_pair *pair,
                 struct err *e) MUST_CHECK;

#endif

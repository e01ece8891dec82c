/* How many instructions one run of a side takes: counted by valgrind's callgrind in a worker of its own
 * (run/counted.h), within the kernel's step and finish only, in all threads; of a REPEAT kernel
 * COUNTED_ITERATIONS. Exact where time is noisy; about fifty times slower.
 *
 *     struct json *known = json_object();
 *     if (!instructions_of(&cell->new, known, &result.sides[SIDE_NEW], &runner, e)) ...
 */
#ifndef CUPEL_RUN_INSTRUCTIONS_H
#define CUPEL_RUN_INSTRUCTIONS_H

#include "harness/result/cell.h"
#include "harness/run/pair.h"

/* known: what was counted before, by side: the base of many cells is counted once; added to.
 * Sets instructions of `out`, or the reason why they are not to be had: no valgrind, or one that cannot
 * run this build; several processes. Error: the side fails in its own words, or
 * MISMATCH: its results are others than out's. */
bool instructions_of(const struct plan_side *side, struct json *known, struct cell_side *out,
                     struct pair_runner *r, struct err *e) MUST_CHECK;

#endif

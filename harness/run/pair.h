/* One pair: two fresh processes that do the same work by turns, on the same CPU, in coin-flip order.
 *
 * REPEAT kernels are cut into slices of about 4 ms with the same number of iterations on both sides;
 * the pair's number is the Hodges-Lehmann estimate over its slices. ONCE kernels do jobs lo..hi on
 * both sides, turn by turn, to the end and the last flush; the pair's number is the ratio of sums.
 * Commands run whole, by turns. Source of the design: measured, design notes of the gate (short,
 * finely alternating slices are the cheapest precision; both processes alive cancels drift).
 */
#ifndef CUPEL_RUN_PAIR_H
#define CUPEL_RUN_PAIR_H

#include "harness/run/pair_runner.h"

/* Runs one more pair of the cell and adds it. Error: a side failed, in its own words; MISMATCH when
 * the results of the sides differ from each other, from earlier pairs (result/agree.h), or from what
 * the scenario expects; INTERRUPTED. */
bool pair_run(struct pair_runner *r, struct cell_result *result, struct err *e) MUST_CHECK;

/* For pairs that are made in another way: added when both sides, whose results were kept (pair_keep), agree.
 * MISMATCH as above. */
bool pair_add(struct cell_result *result, struct cell_pair *pair, struct err *e) MUST_CHECK;

#endif

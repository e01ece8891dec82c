/* The two processes of a pair by turns: the same work on both, one after the other, a coin decides who begins.
 *
 *     pair_turns_repeat(&both, pair, e)          // a REPEAT kernel: slices of about 4 ms
 *     pair_turns_once(&both, &work, pair, e)     // a ONCE kernel: all jobs, and the last flush
 */
#ifndef CUPEL_RUN_PAIR_TURNS_H
#define CUPEL_RUN_PAIR_TURNS_H

#include "harness/run/pair_runner.h"
#include "harness/run/side.h"

struct pair_both {
    struct pair_runner *runner;
    struct side_process side[SIDES];
};

/* The cell's first calibrates the iterations of a slice, which stay for its other pairs. */
bool pair_turns_repeat(struct pair_both *b, struct cell_pair *pair, struct err *e) MUST_CHECK;

bool pair_turns_once(struct pair_both *b, const struct side_work *work, struct cell_pair *pair,
                     struct err *e) MUST_CHECK;

/* Jobs 0..end (or until enough_ns have gone by) by turns, counted in *turns, sums into `sum` if there is
 * one. */
bool pair_turns_jobs(struct pair_both *b, const struct side_work *work, double enough_ns,
                     struct probe_slice *sum, int *turns, struct err *e) MUST_CHECK;

#endif

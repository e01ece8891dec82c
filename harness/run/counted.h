/* One whole run of a side in a fresh process, to be counted rather than timed: everything in one step, so
 * that no count depends on how a clock cut the work. Exact metrics and baselines are made of it.
 *
 *     struct counted c;
 *     if (counted_run(&c, &cell->new, COUNTED_PLAIN, &runner, e))
 *         ... counted_value(&c, METRIC_FSYNCS) ...
 *     counted_done(&c);
 */
#ifndef CUPEL_RUN_COUNTED_H
#define CUPEL_RUN_COUNTED_H

#include "harness/plan/judging.h"
#include "harness/result/cell.h"
#include "harness/run/pair.h"
#include "harness/run/side.h"

enum { COUNTED_ITERATIONS = 100 }; /* of a REPEAT kernel: the same number in every run */

/* Under valgrind: instructions are counted, and time means nothing. */
enum counted_how { COUNTED_PLAIN, COUNTED_VALGRIND };

struct counted {
    struct side_results results;
    struct json *build;
    struct side_work work;    /* preparing; jobs of a ONCE kernel */
    struct probe_slice slice; /* step and finish */
    bool has_delay;
    double instructions; /* COUNTED_VALGRIND only */
    char unable[200];    /* why valgrind did not run it: nothing else is there then; "" */
};

/* Error: the side fails in its own words. Owner: the caller, counted_done, after an error too. */
bool counted_run(struct counted *c, const struct plan_side *side, enum counted_how how,
                 struct pair_runner *r, struct err *e) MUST_CHECK;
void counted_done(struct counted *c);

/* An exact metric of it, but for instructions; not available: with the reason. */
struct metric_range counted_value(const struct counted *c, int metric);

/* One more pair of a cell made of such runs, in coin-flip order: its slices as of one turn, its exact
 * metrics added to the ranges of the sides. Context: the const struct judging that tells whether
 * instructions are wanted. A campaign_rule's `measure`. Error: as pair_run. */
bool counted_pair(const void *judging, struct pair_runner *r, struct cell_result *result,
                  struct err *e) MUST_CHECK;

#endif

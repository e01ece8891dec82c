/* A whole run of a side in a process of its own: prepared with a state folder of its own where it stores
 * something, everything in one step, finished. What counted runs, profiles and instructions share.
 *
 *     struct side_process p = SIDE_PROCESS_NONE;
 *     struct side_work work;
 *     struct probe_slice slice;
 *     bool ok = side_start(&p, side, &r->rng, e) && whole_prepare(&p, r, &work, e) &&
 *               whole_work(&p, &work, COUNTED_ITERATIONS, &slice, e);
 *     side_stop(&p);
 */
#ifndef CUPEL_RUN_WHOLE_H
#define CUPEL_RUN_WHOLE_H

#include "harness/run/pair_runner.h"
#include "harness/run/side.h"

/* Its state folder, if it gets one, is a fresh one of the runner's, the same for every such run. */
bool whole_prepare(struct side_process *p, struct pair_runner *r, struct side_work *work,
                   struct err *e) MUST_CHECK;

/* All jobs of a ONCE kernel, `iterations` of another, and finish; *slice: of both together. */
bool whole_work(struct side_process *p, const struct side_work *work, long iterations,
                struct probe_slice *slice, struct err *e) MUST_CHECK;

#endif

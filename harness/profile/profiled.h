/* Where the time of one side goes: its work sampled, whole, in fresh processes again and again until
 * there are samples enough. Preparing is not sampled, nothing is timed beside it.
 *
 *     struct profiled p;
 *     struct profiled_rule rule = {.samples = 2000, .budget_s = 20};
 *     if (profiled_side(&p, &cell->new, &rule, &runner, e)) ... p.stacks ...
 *     profiled_done(&p);
 */
#ifndef CUPEL_PROFILE_PROFILED_H
#define CUPEL_PROFILE_PROFILED_H

#include "harness/profile/sampler.h"
#include "harness/run/pair.h"

struct profiled_rule {
    struct sampler_options
        sampler; /* hz 0: SAMPLER_HZ, or as many as make 20 samples a run; a little else in each run */
    long samples;    /* enough; at least one run is made */
    double budget_s; /* no run begins later, in wall time */
};

struct profiled {
    struct stacks stacks;       /* of all runs, a sample a weight of 1 */
    struct sampler_facts facts; /* sums over the runs */
    long runs;
    double work;              /* runs; of a REPEAT kernel iterations */
    struct probe_slice slice; /* sums over the runs; of a command: the whole of it */
    struct json *build;       /* what the worker says of itself; NULL for a command */
};

/* A kernel's side, or a command: that is sampled from its first instruction. Error: the side fails or
 * the sampler does, in its own words; INTERRUPTED. Owner: the caller, profiled_done, after an error
 * too. */
bool profiled_side(struct profiled *p, const struct plan_side *side,
                   const struct profiled_rule *rule, struct pair_runner *r,
                   struct err *e) MUST_CHECK;
void profiled_done(struct profiled *p);

/* CPU time for the same work, after / before; 1 where that cannot be told. Not paired: a rough figure, for
 * scaling one profile to the other. */
double profiled_cost_ratio(const struct profiled *before, const struct profiled *after);

#endif

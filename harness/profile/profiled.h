/* Where the time of a side goes: its work sampled, whole, in fresh processes again and again until
 * there are samples enough. Preparing is not sampled, nothing is timed beside it.
 *
 *     struct profiled p[2] = {0};
 *     struct profiled_rule rule = {.samples = 2000, .budget_s = 20};
 *     if (profiled_sides(p, (const struct plan_side *[]){&cell->base, &cell->new}, 2, &rule, &runner, e))
 *         ... p[1].stacks, profiled_cost_ratio(&p[0], &p[1]) ...
 *     profiled_done(&p[0]), profiled_done(&p[1]);
 */
#ifndef CUPEL_PROFILE_PROFILED_H
#define CUPEL_PROFILE_PROFILED_H

#include "harness/profile/sampler.h"
#include "harness/run/pair.h"
#include "harness/stats/proportion.h"

struct profiled_rule {
    struct sampler_options
        sampler; /* hz 0: SAMPLER_HZ, or as many as make 20 samples a run; a little else in each run */
    long samples;    /* enough; at least one run is made */
    double budget_s; /* of each side: no run begins after so much wall time of its own */
};

struct profiled {
    struct stacks stacks;       /* of all runs, a sample a weight of 1 */
    struct sampler_facts facts; /* sums over the runs */
    long runs;
    double work;              /* runs; of a REPEAT kernel iterations */
    struct probe_slice slice; /* sums over the runs; of a command: the whole of it */
    struct json *build;       /* what the worker says of itself; NULL for a command */
    struct profiled_cost { /* log of a run's CPU time for the work, over the runs that took any */
        int runs;
        double mean, squares; /* squares: sum of (value - mean)^2 */
    } cost;
    double spent_s;      /* wall time of all runs */
    struct names *names; /* read once for all runs */
};

#define PROFILED_RUNS 6 /* of each of several sides at least, for as long as the budget lasts */

/* Kernels' sides, or commands: those are sampled from their first instruction. Several take turns, run by run, so
 * that a machine that slows down does so to all. p[n], zeroed. Error: a side fails or the sampler does, in its
 * own words; INTERRUPTED. Owner: the caller, profiled_done of each, after an error too. */
bool profiled_sides(struct profiled *p, const struct plan_side *const *sides, int n,
                    const struct profiled_rule *rule, struct pair_runner *r,
                    struct err *e) MUST_CHECK;
void profiled_done(struct profiled *p);

/* CPU time for the same work, after / before: of the geometric means over the runs, with the error that their
 * scatter gives (stats_scale_of): as one run differs from the next, so may the machine between the sides.
 * A rough figure, for scaling one profile to the other; exactly 1, of unknown error, where it cannot be told. */
struct stats_scale profiled_cost_ratio(const struct profiled *before, const struct profiled *after);

/* A run's CPU time for a unit of work, in ns; without any (<= 0) it does not count. */
void profiled_cost_add(struct profiled_cost *c, double cost_ns);

#endif

/* The harness's half of one side of a pair: starts a worker process, asks, reads the answers.
 *
 *     struct side_process p;
 *     side_start(&p, &cell->base, &rng, e) && side_prepare(&p, ..., e) && side_step(&p, 0, 8, &slice, e)
 *     side_stop(&p);
 */
#ifndef CUPEL_RUN_SIDE_H
#define CUPEL_RUN_SIDE_H

#include "harness/base/rng.h"
#include "harness/plan/plan.h"
#include "harness/probe/probe.h"
#include "harness/run/protocol.h"

#include <sys/types.h>

struct side_process {
    const struct plan_side *side;
    pid_t pid; /* 0: not running */
    struct channel channel;
    bool has_delay;     /* its readings tell queueing apart from waiting */
    struct json *build; /* the answer to hello: version, commit, compiler, flags */
    double
        timeline_ms; /* memory is written down so often from preparing on; 0: not. Set when started */
};

#define SIDE_PROCESS_NONE                                                                          \
    {                                                                                              \
        .channel = {.fd = -1 }                                                                     \
    }

struct side_case {
    const char *state_dir; /* NULL for REPEAT kernels, and where nothing is kept */
    uint64_t seed;
    int cpu; /* to pin to; -1: none */
};

struct side_results {
    struct kernel_digest digest;
    struct json *counts;   /* object: name -> exact count of the kernel's own */
    struct json *totals;   /* what the probes saw over the whole run (probe/totals.h) */
    struct json *overhead; /* object: metric -> ns, the harness's own share of a slice */
};

/* A fresh process with ASLR on and an environment of random size (layout is sampled, not fixed:
 * Mytkowicz et al. 2009). Error: the program cannot be run, or speaks another protocol. */
bool side_start(struct side_process *p, const struct plan_side *side, struct rng *rng,
                struct err *e) MUST_CHECK;

/* The same under another program: its words come before the worker's. under NULL: none. */
bool side_start_under(struct side_process *p, const struct plan_side *side,
                      const char *const *under, struct rng *rng, struct err *e) MUST_CHECK;

struct side_work {
    long jobs, grain;           /* of a ONCE kernel; jobs is 0 for others */
    struct probe_slice prepare; /* what preparing took */
};

bool side_prepare(struct side_process *p, const struct side_case *c, struct side_work *out,
                  struct err *e) MUST_CHECK;
bool side_step(struct side_process *p, long lo, long hi, struct probe_slice *slice,
               struct err *e) MUST_CHECK;
bool side_finish(struct side_process *p, struct probe_slice *slice, struct err *e) MUST_CHECK;
bool side_release(struct side_process *p, struct err *e) MUST_CHECK;

/* Memory over time since preparing, which asked for it (timeline_ms). *series: checked (result/series.h),
 * the caller's. Error: this worker keeps none. */
bool side_timeline(struct side_process *p, struct json **series, struct err *e) MUST_CHECK;

/* jemalloc's heap profile so far, to a file. Error: the worker has none, and says why. */
bool side_heap(struct side_process *p, const char *path, struct err *e) MUST_CHECK;

/* Owner of counts and totals: the caller, side_results_done. */
bool side_results(struct side_process *p, struct side_results *out, struct err *e) MUST_CHECK;
void side_results_done(struct side_results *r);

/* Asks it to quit and waits; kills it when it does not listen. SIDE_PROCESS_NONE is fine. */
void side_stop(struct side_process *p);

#endif

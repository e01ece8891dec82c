/* What was measured of one cell: pairs of fresh processes, and what each side said of itself. */
#ifndef CUPEL_RESULT_CELL_H
#define CUPEL_RESULT_CELL_H

#include "harness/plan/plan.h"
#include "harness/probe/ceiling.h"
#include "harness/probe/probe.h"

enum { SIDE_BASE, SIDE_NEW, SIDES };

struct cell_pair {
    int first;  /* the side that was started and prepared first; of a command: that ran first */
    int slices; /* turns of the baton */
    long iterations; /* REPEAT: per slice; ONCE: jobs in all; a command: runs */
    struct probe_slice prepare[SIDES];
    struct probe_slice work[SIDES];       /* summed over the slices */
    double log_ratio[PROBE_METRIC_COUNT]; /* ln(new/base), the pair's one number per metric */
    bool has_ceiling;
    struct ceiling ceiling[2]; /* on the CPU of the pair, before and after its turns */
};

struct cell_side {
    struct kernel_digest digest;                     /* exact is "" for a command */
    struct json *build, *counts, *totals, *overhead; /* as side.h; NULL for a command; owned */
    bool counts_vary;                        /* not the same in every pair, as they should be */
    double instructions;                     /* of one run under valgrind; 0: not counted */
    char instructions_reason[200];           /* why they were asked for and are not there; "" */
    struct metric_range exact[METRIC_COUNT]; /* of counted runs (run/counted.h) only */
};

struct cell_result {
    const struct plan_cell *cell;
    struct cell_pair *pairs;
    int count, capacity;
    struct cell_side sides[SIDES];
    bool has_delay;  /* "net" is a metric of its own */
    double best_ipc; /* the best that the ceilings of the campaign have seen; 0: none */
};

void cell_init(struct cell_result *r, const struct plan_cell *cell);
void cell_done(struct cell_result *r);
void cell_add(struct cell_result *r, const struct cell_pair *pair);

/* Nanoseconds of one side per iteration (REPEAT), per run (ONCE, command): out[r->count]. */
void cell_values(const struct cell_result *r, int side, int metric, double *out);
void cell_log_ratios(const struct cell_result *r, int metric, double *out);

/* Which metrics this cell has: "net" only where the queueing of all its runs is known. */
bool cell_has_metric(const struct cell_result *r, int metric);

#endif

/* Who makes the pairs of a campaign: its random numbers, CPUs, state folder, and what it learnt of the cell at
 * hand.
 *
 *     pair_runner_open(&runner, seed, folder, e);
 *     for each cell: pair_runner_next_cell(&runner); pair_run(&runner, result, e) ...    // pair.h
 *     pair_runner_close(&runner);
 */
#ifndef CUPEL_RUN_PAIR_RUNNER_H
#define CUPEL_RUN_PAIR_RUNNER_H

#include "harness/base/rng.h"
#include "harness/result/cell.h"
#include "harness/run/external.h"

enum { PAIR_CPUS_MAX = 256 };

/* Told of every turn of both sides, those of calibration and warm-up among them: for recording. */
struct pair_watch {
    void (*turn)(void *context, int first, const struct probe_slice slices[SIDES]);
    void *context;
};

/* How runs of a command ended that were measured all the same. */
struct pair_ends {
    long runs, failed, left; /* left: processes that live on */
};

struct pair_runner {
    struct rng rng;        /* orders, CPUs, layout padding: all from one logged seed */
    uint64_t seed;         /* handed to the kernels: both sides of all pairs work on the same */
    char state_root[1024]; /* a folder of this run's own, for ONCE kernels */
    int cpus[PAIR_CPUS_MAX];
    int cpu_count;   /* 0: not pinned */
    long iterations; /* of the cell at hand, calibrated in its first pair */
    double best_ipc; /* of all ceilings so far (probe/ceiling.h) */
    bool has_made_root;
    struct external external;      /* how commands are run: the caller sets its options */
    struct external_output output; /* of the cell's commands, where it is checked */
    struct pair_ends ends[SIDES];  /* of the cell's commands */
    struct pair_watch watch;       /* zero: nobody looks */
};

/* folder: below which the sides get their state folders. Error: it cannot be written. */
bool pair_runner_open(struct pair_runner *r, uint64_t seed, const char *folder,
                      struct err *e) MUST_CHECK;
void pair_runner_close(struct pair_runner *r);

/* A new cell begins: calibration starts anew. */
void pair_runner_next_cell(struct pair_runner *r);

#endif

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

#include "harness/base/rng.h"
#include "harness/result/cell.h"
#include "harness/run/external.h"
#include "harness/run/side.h"

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

/* Runs one more pair of the cell and adds it. Error: a side failed, in its own words; MISMATCH when
 * the results of the sides differ from each other, from earlier pairs (result/agree.h), or from what
 * the scenario expects; INTERRUPTED. */
bool pair_run(struct pair_runner *r, struct cell_result *result, struct err *e) MUST_CHECK;

/* For pairs that are made in another way: what a side says of itself is checked against its earlier pairs
 * and what the scenario expects, and kept; then the pair is added when both sides agree. build stays the
 * caller's, of `found` the rest. MISMATCH as above. */
bool pair_keep(struct cell_result *result, int side, const struct json *build,
               struct side_results *found, struct err *e) MUST_CHECK;
bool pair_add(struct cell_result *result, struct cell_pair *pair, struct err *e) MUST_CHECK;

#endif

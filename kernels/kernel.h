/* The contract between a workload and the harness. A kernel is a const record of this type; the
 * harness sees nothing else of it. Public: plugins (.so) export
 *     const struct kernel *cupel_kernel(void);
 *
 * Life of one side of a measurement, in a fresh process:
 *     resolve(layers) . prepare(case) . step(lo, hi) step(...) ... . finish . digest . counts . release
 * prepare is timed apart; step and finish are the measured work, cut into slices by the harness.
 * A kernel never prints, never reads a clock, and touches files only below its state folder (and
 * the inputs that its settings name).
 */
#ifndef CUPEL_KERNELS_KERNEL_H
#define CUPEL_KERNELS_KERNEL_H

#include "harness/base/err.h"
#include "harness/base/opt.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Raised whenever a record's layout or a function's meaning changes. A kernel with another number
 * is refused, never guessed at. */
#define CUPEL_KERNEL_ABI 4

/* How the work may be cut into slices (design: pairs of processes that take turns). */
enum kernel_cut {
    KERNEL_REPEAT, /* step(ctx, lo, hi) does hi - lo equal iterations; any number, any time */
    KERNEL_ONCE,   /* jobs 0..jobs()-1, each done exactly once, in order; then finish */
};

struct kernel_layer {
    const char *name; /* the switch: "pre-group" */
    const char *why;  /* what it replaces by what, one line */
    const double
        *error; /* what it may change values by, as in struct kernel_sum; NULL or 0: no bit */
};

/* An exact count of what was done: opens, rows scanned, hits. */
struct kernel_count {
    const char *name;
    uint64_t value;
};

enum { KERNEL_COUNTS_MAX = 64, KERNEL_LAYERS_MAX = 64, KERNEL_DIGEST_HEX = 65 };
enum { KERNEL_SUMS_MAX = 32, KERNEL_SUM_NAME = 24 };
#define KERNEL_SUM_BELOW 1e280 /* larger values are not summed: the sum stays finite */

/* A metric over all results, in their order. Two runs whose values agree within error * max(1, |x|)
 * each have the same counts, and sums that agree within error * weight. */
struct kernel_sum {
    char name[KERNEL_SUM_NAME];
    double sum, weight; /* of the defined values x, and of max(1, |x|) */
    uint64_t defined,
        undefined; /* how many values; undefined ones (NaN, or too large) are not summed */
};

/* What the results were. Zeroed before the kernel fills it. */
struct kernel_digest {
    char exact[KERNEL_DIGEST_HEX]; /* SHA-256 in hex of all that is equal for every set of layers */
    char metrics[KERNEL_DIGEST_HEX]; /* of the bits of what layers may change within a bound; "":
                                      * there is no such thing */
    double
        error; /* that bound, the largest of the run's layers, as in struct kernel_sum; 0: none of
                   * them changes a bit, and so `metrics` is equal too */
    struct kernel_sum sums[KERNEL_SUMS_MAX]; /* of what `metrics` holds */
    int sum_count;
};

/* A part of the work, as a profile tells it: a sample belongs to the first row that names the frame
 * nearest to the leaf which any row names; what none names is "other". */
struct kernel_part {
    const char *name, *title; /* "group", "data filtering and grouping" */
    const char *const
        *functions;   /* NULL-terminated: how names of functions begin; "name$": the name */
    bool is_overhead; /* not what the work is for, but what it takes to get there */
};

struct kernel_case {
    const void *settings; /* the struct that `options` describes, filled and range-checked */
    uint64_t layers;      /* bit i: layers[i] is on */
    const char
        *state_dir; /* ONCE: exists, private and empty; NULL: nothing is kept. REPEAT: NULL */
    uint64_t seed;
};

struct kernel {
    uint32_t abi; /* CUPEL_KERNEL_ABI */
    const char *name, *summary;
    enum kernel_cut cut;
    const struct opt *options;
    size_t settings_size;
    const struct kernel_layer *layers; /* layer_count of them, at most KERNEL_LAYERS_MAX */
    int layer_count;

    /* Can these layers work together? If not, one sentence in e. NULL: any set can. */
    bool (*resolve)(uint64_t layers, struct err *e);

    /* How many processes or threads the work keeps busy at once: more than 1 is not pinned to one CPU.
     * NULL: 1. */
    long (*width)(const void *settings);

    /* The context of one run, or NULL with e. Owner: the caller, until release. */
    void *(*prepare)(const struct kernel_case *c, struct err *e);

    long (*jobs)(const void *ctx);  /* ONCE: how many; REPEAT: NULL */
    long (*grain)(const void *ctx); /* ONCE: jobs that belong together; a slice holds whole grains,
                                     * but for the last. NULL: 1 */
    bool (*step)(void *ctx, long lo, long hi, struct err *e);
    bool (*finish)(void *ctx, struct err *e); /* the last flush, measured too; NULL: none */

    /* After finish. out->exact is equal for every accepted layer set. */
    bool (*digest)(void *ctx, struct kernel_digest *out, struct err *e);

    /* Fills out[0..max), returns how many. NULL: none. */
    int (*counts)(const void *ctx, struct kernel_count *out, int max);

    /* The processes that work for this run now: children of this one, not yet waited for. Fills
     * out[0..max), returns how many. Their CPU time counts as it passes. NULL: none ever. */
    int (*pids)(const void *ctx, pid_t *out, int max);

    void (*release)(void *ctx);

    const struct kernel_part *parts; /* part_count of them; NULL: a profile has no parts */
    int part_count;
};

#endif

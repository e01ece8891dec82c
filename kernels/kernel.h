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
#define CUPEL_KERNEL_ABI 2

/* How the work may be cut into slices (design: pairs of processes that take turns). */
enum kernel_cut {
    KERNEL_REPEAT, /* step(ctx, lo, hi) does hi - lo equal iterations; any number, any time */
    KERNEL_ONCE,   /* jobs 0..jobs()-1, each done exactly once, in order; then finish */
};

struct kernel_layer {
    const char *name; /* the switch: "pre-group" */
    const char *why;  /* what it replaces by what, one line */
};

/* An exact count of what was done: opens, rows scanned, hits. */
struct kernel_count {
    const char *name;
    uint64_t value;
};

enum { KERNEL_COUNTS_MAX = 64, KERNEL_LAYERS_MAX = 64, KERNEL_DIGEST_HEX = 65 };

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

    /* SHA-256 of the results, in hex: equal for every accepted layer set. After finish. */
    bool (*digest)(void *ctx, char hex[KERNEL_DIGEST_HEX], struct err *e);

    /* Fills out[0..max), returns how many. NULL: none. */
    int (*counts)(const void *ctx, struct kernel_count *out, int max);

    /* The processes that work for this run now: children of this one, not yet waited for. Fills
     * out[0..max), returns how many. Their CPU time counts as it passes. NULL: none ever. */
    int (*pids)(const void *ctx, pid_t *out, int max);

    void (*release)(void *ctx);
};

#endif

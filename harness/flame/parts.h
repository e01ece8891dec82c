/* The parts of the work in a profile: where the time goes by a kernel's own table (struct kernel_part).
 *
 *     struct parts p = parts_of(kernel->parts, kernel->part_count, &stacks, &arena);
 *     printf("%s %.1f %%\n", p.rows[0].title, 100 * p.rows[0].share.estimate);
 *
 * Every sample belongs to one part: that of the frame nearest to the leaf which any row names, and of several rows
 * that name it the first. What none names is "other": neither computation nor overhead.
 */
#ifndef CUPEL_FLAME_PARTS_H
#define CUPEL_FLAME_PARTS_H

#include "harness/flame/stacks.h"
#include "harness/stats/interval.h"
#include "kernels/kernel.h"

struct parts_row {
    const char *name, *title; /* the kernel's; of the last row "other" */
    bool is_overhead;
    uint64_t weight;
    struct stats_interval
        share; /* 95 %, Clopper and Pearson's: samples taken as drawn independently. Weights that
                                  * are no samples: the bounds are the estimate. No samples: NAN, 0 and 1 */
};

struct parts {
    struct parts_row *rows; /* the kernel's in its order, then "other"; owner: the arena */
    int count;
    uint64_t total, computation,
        overhead; /* computation: of rows that are no overhead, without "other" */
    double ratio; /* overhead / computation; NAN without computation */
};

struct parts parts_of(const struct kernel_part *parts, int count, const struct stacks *s,
                      struct arena *a);

/* Does the row name this function? */
bool parts_names(const struct kernel_part *part, const char *function);

#endif

/* A differential flame graph: one profile's picture, coloured by what changed from or to another. Widths are shares of
 * one side's own whole. Both count as the same amount of work: shares are compared, or, with a scale, costs.
 *
 *     flame_diff_write(&before, &after, &(struct flame_diff){.before = "base", .after = "all"}, &out);
 *
 * Red with a triangle up: more after; blue with one down: less; the label begins with the change in points
 * (hundredths of the whole before). Grey: no change beyond noise (flame_diff_top.h says by
 * what method). Elements are those of flame_graph.h.
 */
#ifndef CUPEL_FLAME_FLAME_DIFF_H
#define CUPEL_FLAME_FLAME_DIFF_H

#include "harness/base/str.h"
#include "harness/flame/stacks.h"
#include "harness/stats/proportion.h"

#include <stdbool.h>

/* Texts are raw. */
struct flame_diff {
    const char *before, *after; /* what the two are called; NULL: "before", "after" */
    const char *title;          /* NULL: "From BEFORE to AFTER" */
    const char *subtitle;       /* told after what the sides are; may be NULL */
    const char *id;             /* as in flame_graph.h */
    bool by_before; /* widths are shares before: what vanished is seen. Else shares after */
    bool icicle;
    double least;
    struct stats_scale scale; /* of flame_diff_top.h; factor 0: not known */
};

void flame_diff_write(const struct stacks *before, const struct stacks *after,
                      const struct flame_diff *d, struct text *out); /* the whole file */
void flame_diff_inline(const struct stacks *before, const struct stacks *after,
                       const struct flame_diff *d,
                       struct text *out); /* for a page, as flame_graph_inline */

#endif

/* Which functions changed most between two profiles: the differential flame graph as a table.
 *
 *     int count;
 *     struct flame_diff_row *rows = flame_diff_top(&before, &after, stats_scale_exact(1.15), &arena, &count);
 *     printf("%s: %+.1f points\n", rows[0].frame.name, 100 * rows[0].self_change.estimate);
 *
 * Method. A change is scale * (its share after) - (its share before): in shares of what the work cost
 * before. Bounds are those of stats_proportion_change (Newcombe's, from Wilson's), samples taken as drawn
 * independently; all rows together hold at 95 % (Bonferroni: each at 1 - 0.05 / rows). A row whose bounds of
 * self leave out 0 is `shown`: no noise. Weights that are no samples have no noise that is known: their
 * bounds are the estimate, any change is shown.
 *
 * scale: what the same work costs after, by what it cost before (1.15: 15 % slower), with its own error, which
 * is in the bounds; where that is not known they are infinite and nothing is shown. Give a scale where it is
 * known: without it (1) both profiles count as equal work, and where one function takes more, all others
 * take less by as much together.
 */
#ifndef CUPEL_FLAME_FLAME_DIFF_TOP_H
#define CUPEL_FLAME_FLAME_DIFF_TOP_H

#include "harness/flame/pair.h"
#include "harness/stats/interval.h"
#include "harness/stats/proportion.h"

#include <stdbool.h>

struct flame_diff_row {
    struct stacks_frame frame;            /* as first seen */
    uint64_t self[2], total[2];           /* weights; [FLAME_BEFORE], [FLAME_AFTER] */
    double self_share[2], total_share[2]; /* of their side's whole */
    struct stats_interval self_change,
        total_change; /* shares of the before's cost: 0.023 is +2.3 points */
    bool shown;
};

/* A row for each function of either: those shown first, then by how much self changed, either way (equal: more
 * before less), then total, then name. NULL and 0: both are empty. Owner: the arena, texts too. */
struct flame_diff_row *flame_diff_top(const struct stacks *before, const struct stacks *after,
                                      struct stats_scale scale, struct arena *a, int *count);

/* Bounds of one change, as above, for `tests` of them together. */
struct stats_interval flame_diff_change(const struct flame_pair *p, uint64_t before, uint64_t after,
                                        struct stats_scale scale, int tests);
bool flame_diff_is_shown(struct stats_interval change);

#endif

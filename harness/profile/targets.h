/* What of a plan is to be profiled: every side once, however many comparisons it is in, and the
 * comparisons whose two sides can be drawn against each other.
 *
 *     struct targets t;
 *     if (targets_of(&t, &plan, "micro", &only, &arena, e))
 *         for (int i = 0; i < t.count; i++) ... t.sides[i] ...
 */
#ifndef CUPEL_PROFILE_TARGETS_H
#define CUPEL_PROFILE_TARGETS_H

#include "harness/plan/plan.h"

/* A new side is named by its comparison, a base by the layers that it has. */
struct target {
    const char *id, *name, *scale; /* "micro/all", "all", "micro" */
    const char *file;              /* what the names of its files begin with: of this one alone */
    const struct plan_side *side;
};

struct target_pair {
    const char *id, *file; /* id: the comparison's */
    int base, new;         /* indices of sides */
};

struct targets {
    struct target *sides;
    int count;
    struct target_pair *pairs;
    int pair_count;
};

/* scale: NULL: that of the plan's last cell, which is the largest. only: names of sides, by which
 * everything else is left out; none: all. In the arena; points into the plan. Error: no such scale or
 * side, or nothing that can be run. */
bool targets_of(struct targets *t, const struct plan *plan, const char *scale,
                const struct opt_texts *only, struct arena *a, struct err *e) MUST_CHECK;

/* "micro/asset-cache,pre-group" as part of a file's name: "micro-asset-cache-pre-group", of long ones the beginning.
 * Several ids may have the same: `file` above has a number then. */
const char *targets_slug(const char *id, struct arena *a);

#endif

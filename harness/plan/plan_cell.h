/* Cells of a plan, one by one: a base side and a new side at a scale, and whether they can be.
 */
#ifndef CUPEL_PLAN_PLAN_CELL_H
#define CUPEL_PLAN_PLAN_CELL_H

#include "harness/plan/plan.h"

/* What the cells of a scale have in common. */
struct plan_request {
    const struct scenario *scenario;
    const struct scenario_scale *scale;
    const struct plan_overrides *overrides;
};

/* Adds one, skipped where the kernel refuses a side; name NULL: made from the new side. It is the plan's last.
 * Error: also when another has its id. */
bool plan_cell_add(struct plan *p, const struct plan_request *r, const char *name,
                   const struct scenario_side *base, const struct scenario_side *new,
                   struct arena *a, struct err *e) MUST_CHECK;

/* For callers to whom a refused layer set is an error, not a skipped cell. */
bool plan_cell_check(const struct plan_cell *cell, struct arena *a, struct err *e) MUST_CHECK;

/* May the scenario's digests be expected of a cell under these overrides (settings or NULL)? */
bool plan_may_expect(const struct json *override_settings);

#endif

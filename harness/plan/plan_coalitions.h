/* One cell a set of groups of layers, from one group to all of them: what Shapley values are made of.
 */
#ifndef CUPEL_PLAN_PLAN_COALITIONS_H
#define CUPEL_PLAN_PLAN_COALITIONS_H

#include "harness/plan/plan_cell.h"

/* Adds the cells of c->groups. A coalition that the kernel refuses is skipped, and worth what the most of its
 * groups that can be together are. */
bool plan_coalitions(struct plan *p, const struct plan_request *r, const struct scenario_compare *c,
                     struct arena *a, struct err *e) MUST_CHECK;

#endif

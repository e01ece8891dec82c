/* One cell a layer: what each adds alone, with its need, to all others, or in its turn ("expand" of a scenario).
 */
#ifndef CUPEL_PLAN_PLAN_EXPAND_H
#define CUPEL_PLAN_PLAN_EXPAND_H

#include "harness/plan/plan_cell.h"

struct plan_expansion;

/* NULL: it is none of these. */
const struct plan_expansion *plan_expansion_named(const char *name);

/* Adds its cells; layers that this build does not have are skipped ones. */
bool plan_expand(struct plan *p, const struct plan_request *r, const struct plan_expansion *x,
                 const struct scenario_compare *c, struct arena *a, struct err *e) MUST_CHECK;

#endif

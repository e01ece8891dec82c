/* One side of a cell: a kernel with settings that it accepts and a set of its layers.
 */
#ifndef CUPEL_PLAN_PLAN_SIDE_H
#define CUPEL_PLAN_PLAN_SIDE_H

#include "harness/plan/plan.h"

/* A kernel side of a scale: settings merged and checked by the kernel's rows, layers parsed. The
 * merged object is added to p->settings. */
bool plan_kernel_side(struct plan *p, struct plan_side *side, const struct scenario *s,
                      const struct scenario_scale *scale, const struct scenario_side *from,
                      const struct plan_overrides *o, struct arena *a, struct err *e) MUST_CHECK;

/* A set of layers as text, in the order of the rows; in the arena. */
const char *plan_set_text(const struct kernel *k, uint64_t layers, struct arena *a);

/* Does the kernel accept it? */
bool plan_set_accepted(const struct kernel *k, uint64_t layers);

#endif

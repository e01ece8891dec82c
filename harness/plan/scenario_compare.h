/* One member of a scenario's "compare": two sides, what they are expanded to, groups of layers. */
#ifndef CUPEL_PLAN_SCENARIO_COMPARE_H
#define CUPEL_PLAN_SCENARIO_COMPARE_H

#include "harness/plan/scenario.h"

/* Error: names the field. Its scales are not known to be the scenario's. */
bool scenario_read_compare(struct scenario_compare *c, const struct json *object, struct arena *a,
                           struct err *e) MUST_CHECK;

#endif

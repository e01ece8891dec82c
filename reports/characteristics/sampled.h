/* What several chapters say of a profile: how much of it is overhead and computation, with bounds, and whether its
 * runs were long enough for their shares to be believed.
 *
 *     struct sampled s = sampled_of(f, "profile-micro", "all", "micro");
 *     fill_say(f, BLOCK_TEXT, "Overhead: {} ({}).", &s.overhead, 2);
 */
#ifndef CUPEL_REPORTS_CHARACTERISTICS_SAMPLED_H
#define CUPEL_REPORTS_CHARACTERISTICS_SAMPLED_H

#include "reports/characteristics/fill.h"

/* Bounds at 95 %: exact ones of a share of the samples (Clopper and Pearson); those of the ratio follow from those of
 * overhead among overhead and computation. */
struct sampled {
    struct finding overhead, overhead_bounds, computation, computation_bounds, ratio, ratio_bounds;
};

struct sampled sampled_of(const struct fill *f, const char *study, const char *name,
                          const char *scale);

/* Says so where a run of the side had fewer than twenty samples, at a rate that was the same in all runs. */
void sampled_warn(struct fill *f, const char *study, const char *const *names, int count,
                  const char *scale);

#endif

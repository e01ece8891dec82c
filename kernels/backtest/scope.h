/* What of a bundle a run is about: the symbols and the ranges that its settings ask for. The part of
 * bt_plan_make that looks at the bundle.
 */
#ifndef CUPEL_BACKTEST_SCOPE_H
#define CUPEL_BACKTEST_SCOPE_H

#include "kernels/backtest/plan.h"

/* Sets out->symbols and symbol_count: "all" and "longest:N" in the order of the bundle, names in theirs.
 * out->bundle_dir is set: errors name it. */
bool bt_scope_symbols(const struct bt_settings *s, struct bundle *b, struct arena *a,
                      struct bt_plan *out, struct err *e) MUST_CHECK;

/* Sets out->ranges, roles (but no stamps), range_count and ranges_dropped: from, to and last give one
 * range, `range` several, a walk-forward search the parts of its windows. */
bool bt_scope_ranges(const struct bt_settings *s, struct bundle *b, struct arena *a,
                     struct bt_plan *out, struct err *e) MUST_CHECK;

#endif

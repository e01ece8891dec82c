/* The waterfall: from the base's 1 down to all groups together, a step each group, its share as Shapley has it. The axis
 * is logarithmic: factors multiply, so that only there a step's length says what it is worth wherever it stands.
 */
#ifndef CUPEL_REPORTS_PLOT_WATERFALL_H
#define CUPEL_REPORTS_PLOT_WATERFALL_H

#include "reports/document.h"

#include "harness/stats/shapley.h"

/* about: of what, for title and file name ("scale micro"). names[v->players]. Whiskers: the intervals of the
 * steps, at their ends. None for refused values. */
void plot_waterfall(struct document *d, const char *about, const char *const *names,
                    const struct shapley_values *v);

#endif

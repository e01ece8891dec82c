/* What is computed in a verification: a strategy, a search, a price of fills. Small plans, on purpose
 * uneven: several ranges, ties, batches that do not come out even.
 */
#ifndef CUPEL_VERIFY_SUBJECT_H
#define CUPEL_VERIFY_SUBJECT_H

#include "harness/verify/material.h"
#include "kernels/backtest/settings.h"
#include "kernels/backtest/strategy.h"

/* Parameters that a strategy is tried with. */
struct subject_strategy {
    const char *name;
    const char *params[BT_PARAMS_MAX + 1]; /* a few combinations; NULL-terminated */
    const char *wide[BT_PARAMS_MAX + 1];   /* a hundred and more */
};

/* How combinations and ranges are chosen. */
struct subject_search {
    const char *name, *what;
    void (*set)(const struct material *m, struct bt_settings *s, struct arena *a);
    bool wide;
    bool filters; /* thresholds are measured: half of all pass the first */
};

extern const struct subject_strategy subject_strategies[]; /* a table that no name ends */
extern const struct subject_search subject_searches[];     /* too */

enum { SUBJECT_BATCH = 4, SUBJECT_CHECKPOINT_BATCH = 3 };

/* Settings over m->bundle. Everything lives in the arena. Error: a strategy that is not what the table
 * takes it for. */
bool subject_settings(const struct material *m, const struct subject_strategy *strategy,
                      const struct subject_search *search, const char *fill, struct arena *a,
                      struct bt_settings *out, struct err *e) MUST_CHECK;

#endif

/* The values that a search may give each parameter of a strategy.
 *
 *     --param fast=2:100      whole: LO:HI[:STEP], ends included
 *     --param band=1:3:0.5    real: LO:HI:STEP, ends included
 *     --param slow=10,20,50   a list
 *     --param band=1:3        real: anything between (continuous: search random only)
 *     --param risk=log:1:100  as likely below 10 as above (random only; LO > 0; a whole parameter
 *                             gets the nearest whole number)
 *
 * A space is read-only once made; of a range it holds the ends, not the values.
 */
#ifndef CUPEL_BACKTEST_SPACE_H
#define CUPEL_BACKTEST_SPACE_H

#include "harness/base/arena.h"
#include "harness/base/err.h"
#include "harness/base/opt.h"
#include "kernels/backtest/strategy.h"

enum bt_axis_kind {
    BT_AXIS_NONE, /* not given */
    BT_AXIS_LIST,
    BT_AXIS_STEPS,
    BT_AXIS_UNIFORM,
    BT_AXIS_LOG,
};

struct bt_axis {
    enum bt_axis_kind kind;
    double lo, hi, step;  /* but for a list */
    const double *listed; /* [n] */
    long n;               /* values there are, 0: a continuum. A whole log range has some, too */
};

struct bt_space {
    const struct bt_strategy *strategy;
    struct bt_axis axis[BT_PARAMS_MAX]; /* in the order of the strategy's rows */
};

/* `texts` in any order, each parameter once; those that are optional may be missing. Error: names
 * the parameter and what was expected. Lists live in the arena. */
bool bt_space_parse(const struct bt_strategy *strategy, struct opt_texts texts, struct arena *a,
                    struct bt_space *out, struct err *e) MUST_CHECK;

/* Value i of an axis, 0 <= i < n, ascending but for lists; not for a continuum. */
double bt_axis_value(const struct bt_axis *axis, long i);

/* Only random can search it. */
static inline bool bt_axis_is_drawn(const struct bt_axis *axis)
{
    return axis->kind == BT_AXIS_UNIFORM || axis->kind == BT_AXIS_LOG;
}

/* How many combinations there are, valid or not; 0 when there is a continuum, or over 2^62. A
 * strategy without parameters has one. */
int64_t bt_space_size(const struct bt_space *space);

#endif

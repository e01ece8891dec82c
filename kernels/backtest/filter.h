/* Filters of results, as users write them:
 *
 *     sharpe > 0.5 and trades >= 10
 *     not (max_drawdown < -0.3 or exposure == 0)
 *
 *     filter = unary { and|or unary }      and binds closer than or
 *     unary  = not unary | ( filter ) | side > >= < <= == != side
 *     side   = the name of a metric (row.h; - is as good as _) | a number; one metric at least
 *
 * A metric may be undefined (NaN). Logic then is three-valued (Kleene 1938): a comparison with it is
 * unknown, also under `not`; `unknown and false` is false, `unknown or true` is true, all else with
 * unknown is unknown; and what is unknown in the end does not pass. So neither `sharpe > 0` nor
 * `not sharpe > 0` passes where there is no Sharpe ratio.
 *
 * Parsed once into a short postfix program; evaluating it allocates nothing.
 */
#ifndef CUPEL_BACKTEST_FILTER_H
#define CUPEL_BACKTEST_FILTER_H

#include "harness/base/err.h"
#include "kernels/backtest/row.h"

enum { BT_FILTER_OPS_MAX = 64, BT_FILTER_DEPTH_MAX = 32 };

struct bt_filter_side {
    const struct bt_metric *metric; /* NULL: the number */
    double number;
};

enum bt_filter_kind {
    BT_FILTER_GT,
    BT_FILTER_GE,
    BT_FILTER_LT,
    BT_FILTER_LE,
    BT_FILTER_EQ,
    BT_FILTER_NE,
    BT_FILTER_NOT,
    BT_FILTER_AND,
    BT_FILTER_OR,
};

struct bt_filter {
    struct bt_filter_op {
        enum bt_filter_kind kind;
        struct bt_filter_side left, right; /* of a comparison */
    } op[BT_FILTER_OPS_MAX];
    int n;
};

/* The value of a metric for what is filtered, NaN where it is undefined. */
typedef double bt_filter_value(const void *what, const struct bt_metric *metric);

bool bt_filter_passes(const struct bt_filter *f, bt_filter_value *value, const void *what);

/* Over the mean row of rows[n] (bt_metric_mean). */
bool bt_filter_passes_rows(const struct bt_filter *f, const struct bt_row *rows, int n);

/* The same where values are known within bounds (row.h): unsure when exact ones might say another
 * thing. Unsure comparisons that do not matter (`unsure and false`) leave it sure. */
enum bt_filter_verdict { BT_FILTER_FAILS, BT_FILTER_PASSES, BT_FILTER_UNSURE };
typedef struct bt_estimate bt_filter_estimate(const void *what, const struct bt_metric *metric);
enum bt_filter_verdict bt_filter_judge(const struct bt_filter *f, bt_filter_estimate *value,
                                       const void *what);
enum bt_filter_verdict bt_filter_judge_rows(const struct bt_filter *f, const struct bt_row *rows,
                                            int n);

/* The metrics that it reads: bit i is bt_metrics[i]. */
uint64_t bt_filter_metrics(const struct bt_filter *f);

/* Does it read core metrics only, those that every run computes? */
bool bt_filter_is_core(const struct bt_filter *f);

#endif

/* One backtest over several date ranges in one row, and how steady a walk-forward was.
 *
 * A summary is a row again (row.h), one for each symbol, so that means over symbols, filters and
 * tables treat it as they treat a result. How each metric is put together stands in one table
 * (bt_summary_table): means weighted by the days of the ranges for ratios, sums for what is counted
 * and for money, the worst of drawdowns, the best and worst of months and years, and means weighted
 * by closed trades for what is a mean over trades. trade_hash is summed, as within a row.
 *
 * Order: ranges as given, left to right; mean = sum of (weight * value) / sum of weights, and where
 * only one range has a value that value itself, to the bit. An undefined (NaN) value is left out with
 * its weight; all undefined: NaN.
 */
#ifndef CUPEL_BACKTEST_SUMMARY_H
#define CUPEL_BACKTEST_SUMMARY_H

#include "kernels/backtest/row.h"

enum bt_summary_kind {
    BT_SUMMARY_DAYS,   /* mean, weighted by the days of the ranges */
    BT_SUMMARY_TRADES, /* mean, weighted by closed trades */
    BT_SUMMARY_SUM,
    BT_SUMMARY_MOST,
    BT_SUMMARY_LEAST,
};

struct bt_summary_rule {
    const char *metric;
    enum bt_summary_kind kind;
};

extern const struct bt_summary_rule bt_summary_table[]; /* a table that NULL ends */

/* The table by the places of bt_metrics, looked up once. A metric that is not in the table: the mean
 * by days, or the sum if it is whole. */
struct bt_summary_rules {
    enum bt_summary_kind kind[BT_METRICS_MAX];
    const struct bt_metric *closed; /* NULL: no such metric */
};
struct bt_summary_rules bt_summary_rules(void);

/* One symbol's row of one range, and the days of that range (bt_range_days). */
struct bt_summary_part {
    const struct bt_row *row;
    long days;
};

/* The row over parts[n], n >= 1. Allocates nothing. */
struct bt_row bt_summary_row(const struct bt_summary_rules *rules,
                             const struct bt_summary_part *parts, int n);

/* ---- walk-forward ----------------------------------------------------------------------------- */

/* Of the values that are defined. NaN where there are none; deviation: of the sample (n - 1), NaN
 * below two. */
struct bt_spread {
    int n;
    double mean, median, deviation, min, max;
};

/* Shape: v[n]; scratch[n] is overwritten. */
struct bt_spread bt_spread_of(const double *v, int n, double *scratch);

/* The coefficient of variation: deviation / |mean|; 0 where all are the same, even 0; infinite where
 * the mean alone is 0; NaN below two values. A parameter whose best values over the windows vary by
 * less than a fifth is called stable. */
#define BT_STABLE_BELOW 0.2
double bt_variation(const struct bt_spread *spread);
bool bt_is_stable(const struct bt_spread *spread);

/* Is the test worth less than 0.7 of the validation (or, of a validation below 0, below it by more
 * than 0.3 of its size)? An undefined value proves nothing: false. For objectives of which more is
 * better. */
#define BT_TEST_SHARE 0.7
bool bt_test_falls_short(double validation, double test);

#endif

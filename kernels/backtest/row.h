/* What one backtest was worth on one symbol: a row of numbers, and how each is called.
 *
 * Formulas, units and edge cases: numerics/metrics.h. A real is NaN where it is undefined (null in
 * JSON, an empty field in CSV). The core ones are always computed, the others with `metrics: all`;
 * otherwise wholes are 0 and reals NaN.
 *
 * A layer that sums in another order than the base is off by a bound that it declares (layers.h): real
 * x by at most error * max(1, |x|); undefined reals, wholes, exposure and the trades by nothing, and a
 * row without orders in nothing.
 */
#ifndef CUPEL_BACKTEST_ROW_H
#define CUPEL_BACKTEST_ROW_H

#include "harness/base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* field, is it core? */
#define BT_WHOLES(X)                                                                               \
    X(bars, true)                                                                                  \
    X(orders, true)                                                                                \
    X(trades, true)                                                                                \
    X(closed, false)                                                                               \
    X(wins, false)                                                                                 \
    X(drawdown_bars, false)

/* field, is it core?, the digest that holds it: no layer changes a bit of EXACT ones, BOUND ones may
 * change within a layer's rel_err (layers.h); in NO digest is what needs pow, see metric_cagr */
#define BT_REALS(X)                                                                                \
    X(total_return, true, BOUND)                                                                   \
    X(cagr, true, NO)                                                                              \
    X(sharpe, true, BOUND)                                                                         \
    X(max_drawdown, true, BOUND)                                                                   \
    X(exposure, true, EXACT)                                                                       \
    X(sortino, false, BOUND)                                                                       \
    X(calmar, false, NO)                                                                           \
    X(volatility, false, BOUND)                                                                    \
    X(win_rate, false, BOUND)                                                                      \
    X(profit_factor, false, BOUND)                                                                 \
    X(gross_profit, false, BOUND)                                                                  \
    X(gross_loss, false, BOUND)                                                                    \
    X(mean_trade, false, BOUND)                                                                    \
    X(best_month, false, BOUND)                                                                    \
    X(worst_month, false, BOUND)                                                                   \
    X(best_year, false, BOUND)                                                                     \
    X(worst_year, false, BOUND)

struct bt_row {
#define BT_ROW_WHOLE(field, core) int64_t field;
    BT_WHOLES(BT_ROW_WHOLE)
#undef BT_ROW_WHOLE
#define BT_ROW_REAL(field, core, digest) double field;
    BT_REALS(BT_ROW_REAL)
#undef BT_ROW_REAL
    uint64_t trade_hash; /* numerics/account.h */
    double
        error; /* bound on what BOUND reals are off: the rel_err of the layer that computed them */
};

/* With the others undefined. */
extern const struct bt_row bt_row_nothing;

/* Rows between processes of one program: of core metrics alone, or of all. */
size_t bt_row_packed_bytes(bool all);
void bt_row_pack(const struct bt_row *row, bool all, void *out);
void bt_row_unpack(const void *packed, bool all, struct bt_row *row);

enum bt_in_digest { BT_IN_NO_DIGEST, BT_IN_EXACT_DIGEST, BT_IN_BOUND_DIGEST };

/* Every number of a row by its name, wholes first (all of them exact); a table that NULL ends. */
struct bt_metric {
    const char *name;
    size_t offset;
    bool whole, core;
    enum bt_in_digest digest;
};
extern const struct bt_metric bt_metrics[];
enum { BT_METRICS_MAX = 64 };

const struct bt_metric *bt_metric_find(struct str name); /* NULL: no such metric */
double bt_metric_of(const struct bt_metric *metric, const struct bt_row *row);

/* The mean row over n symbols: wholes over all, reals over those for which they are defined (NaN
 * when there are none). A mean of whole numbers need not be whole, so each is asked for by name. */
double bt_metric_mean(const struct bt_metric *metric, const struct bt_row *rows, int n);

/* Is |a - b| <= error * max(1, |a|, |b|), or are both undefined, or infinite on one side? */
bool bt_is_near(double a, double b, double error);

/* ---- decisions by what a bound allows --------------------------------------------------------- */

/* How far the row's value may be off: 0 for what is exact; INFINITY where it is undefined. */
double bt_metric_bound(const struct bt_metric *metric, const struct bt_row *row);

/* The mean, and how far it may be from that of exact rows, with room to spare: BT_ROOM times the mean
 * of the rows' bounds. INFINITY where an inexact row is undefined: layers should agree on that, but
 * nothing is decided by it. */
#define BT_ROOM 4
struct bt_estimate {
    double value, bound;
};
struct bt_estimate bt_metric_estimate(const struct bt_metric *metric, const struct bt_row *rows,
                                      int n);

/* May the exact values stand in another order than these? (Equal ones count as an order.) */
bool bt_estimates_meet(struct bt_estimate a, struct bt_estimate b);

#endif

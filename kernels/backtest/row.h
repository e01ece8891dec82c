/* What one backtest was worth on one symbol: a row of numbers, and how each is called.
 *
 * Formulas, units and edge cases: numerics/metrics.h. A real is NaN where it is undefined (null in
 * JSON, an empty field in CSV). The core ones are always computed, the others with `metrics: all`;
 * otherwise wholes are 0 and reals NaN.
 */
#ifndef CUPEL_BACKTEST_ROW_H
#define CUPEL_BACKTEST_ROW_H

#include "harness/base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* field, is it core? */
#define BT_WHOLES(X)                                                                               \
    X(bars, true)                                                                                  \
    X(orders, true)                                                                                \
    X(trades, true)                                                                                \
    X(closed, false)                                                                               \
    X(wins, false)                                                                                 \
    X(drawdown_bars, false)

/* field, is it core?, is it in the digest? (not what needs pow, see metric_cagr) */
#define BT_REALS(X)                                                                                \
    X(total_return, true, true)                                                                    \
    X(cagr, true, false)                                                                           \
    X(sharpe, true, true)                                                                          \
    X(max_drawdown, true, true)                                                                    \
    X(exposure, true, true)                                                                        \
    X(sortino, false, true)                                                                        \
    X(calmar, false, false)                                                                        \
    X(volatility, false, true)                                                                     \
    X(win_rate, false, true)                                                                       \
    X(profit_factor, false, true)                                                                  \
    X(gross_profit, false, true)                                                                   \
    X(gross_loss, false, true)                                                                     \
    X(mean_trade, false, true)                                                                     \
    X(best_month, false, true)                                                                     \
    X(worst_month, false, true)                                                                    \
    X(best_year, false, true)                                                                      \
    X(worst_year, false, true)

struct bt_row {
#define BT_ROW_WHOLE(field, core) int64_t field;
    BT_WHOLES(BT_ROW_WHOLE)
#undef BT_ROW_WHOLE
#define BT_ROW_REAL(field, core, digest) double field;
    BT_REALS(BT_ROW_REAL)
#undef BT_ROW_REAL
    uint64_t trade_hash; /* numerics/account.h */
};

/* Every number of a row by its name, wholes first; a table that NULL ends. */
struct bt_metric {
    const char *name;
    size_t offset;
    bool whole, core, digest;
};
extern const struct bt_metric bt_metrics[];
enum { BT_METRICS_MAX = 64 };

const struct bt_metric *bt_metric_find(struct str name); /* NULL: no such metric */
double bt_metric_of(const struct bt_metric *metric, const struct bt_row *row);

/* The mean row over n symbols: wholes over all, reals over those for which they are defined (NaN
 * when there are none). A mean of whole numbers need not be whole, so each is asked for by name. */
double bt_metric_mean(const struct bt_metric *metric, const struct bt_row *rows, int n);

#endif

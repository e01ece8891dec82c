/* What an equity curve and its trades were worth. Shapes: equity[n], one value a bar, all > 0; cash:
 * what there was to begin with. Ratios are shares (0.1 is 10 %), money is in the unit of cash. An
 * undefined metric is NaN here, null in JSON and an empty field in CSV; JSON knows no infinity, so
 * that a quotient by 0 is undefined too. All sums go left to right.
 */
#ifndef CUPEL_NUMERICS_METRICS_H
#define CUPEL_NUMERICS_METRICS_H

#include "kernels/backtest/numerics/account.h"

#include <stdint.h>

/* ---- of the equity ---------------------------------------------------------------------------- */

/* equity[n-1] / cash. NaN when n is 0. */
double metric_growth(const double *equity, long n, double cash);

/* growth - 1. */
double metric_total_return(const double *equity, long n, double cash);

/* growth^(365.25 days / span) - 1; span: from the first bar's time to the last's, in seconds. NaN when
 * the span is 0 (one bar, or none). Not of the total return: near a ruin, 1 + (growth - 1) has lost
 * the digits that a small power brings back. It needs pow, whose last bit differs
 * between mathematics libraries: no digest holds it, nor Calmar's ratio, which is made of it. */
double metric_cagr(double growth, int64_t span_s);

/* Bar returns: r[0] = 0, r[t] = equity[t] / equity[t-1] - 1. */
void metric_returns(const double *equity, long n, double *r);

/* mean / standard deviation * sqrt(periods_per_year), risk-free rate 0, over returns r[n].
 * Order: mean = sum / n; deviation = sqrt(sum of (r - mean)^2 / (n - 1)); both sums left to right.
 * NaN when n < 2 or the deviation is 0. */
double metric_sharpe(const double *r, long n, double periods_per_year);

/* deviation * sqrt(periods_per_year), the deviation being that of metric_sharpe. NaN when n < 2. */
double metric_volatility(const double *r, long n, double periods_per_year);

/* mean / downside deviation * sqrt(periods_per_year), target 0. Order: mean = sum / n; downside =
 * sqrt(sum of min(r, 0)^2 / n), over all n returns and not only the negative ones (Sortino and Price
 * 1994). NaN when n < 2 or no return is negative. */
double metric_sortino(const double *r, long n, double periods_per_year);

/* The least of equity[t] / (largest equity up to t) - 1: at most 0. NaN when n is 0. */
double metric_max_drawdown(const double *equity, long n);

/* cagr / -max_drawdown. NaN when there was no drawdown, or one of the two is undefined. */
double metric_calmar(double cagr, double max_drawdown);

/* The longest run of bars below a former peak of equity, up to the bar that reaches it again or to the
 * end. 0 when there was none. */
int64_t metric_drawdown_bars(const double *equity, long n);

/* Share of the bars at whose close the position was long. NaN when n is 0. */
double metric_exposure(int64_t bars_long, long n);

/* Returns of periods (calendar months, years). ends[count]: the last bar of each period that has
 * bars, ascending. A return is equity[ends[k]] / equity[ends[k-1]] - 1; the first one's is over
 * cash, so that an incomplete first or last period counts as it is. NaN when count is 0. */
struct metric_periods {
    double best, worst;
};
struct metric_periods metric_periods(const double *equity, const long *ends, long count,
                                     double cash);

/* ---- of the trades ---------------------------------------------------------------------------- */

/* Of closed trades only: an open one has not earned or lost anything yet, and is the last. A trade
 * wins when it received more than it paid, fees included; one that received just that is neither a
 * win nor a loss. */
struct metric_trades {
    int64_t closed, wins;
    double gross_profit;  /* sum of received - paid over wins, money; 0 without any */
    double gross_loss;    /* sum of paid - received over losses, money, >= 0; 0 without any */
    double win_rate;      /* wins / closed; NaN without a closed trade */
    double profit_factor; /* gross_profit / gross_loss; NaN without a loss */
    double mean_trade;    /* sum of (received / paid - 1) / closed; NaN without a closed trade */
};
struct metric_trades metric_trades(const struct bt_trade *trades, long count);

#endif

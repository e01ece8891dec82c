/* What an equity curve was worth. Shapes: equity[n], one value a bar, all > 0. An undefined metric
 * is NaN here, null in JSON and an empty field in CSV.
 */
#ifndef CUPEL_NUMERICS_METRICS_H
#define CUPEL_NUMERICS_METRICS_H

#include <stdint.h>

/* equity[n-1] / cash - 1. NaN when n is 0. */
double metric_total_return(const double *equity, long n, double cash);

/* (1 + total return)^(365.25 days / span) - 1; span: from the first bar's time to the last's, in
 * seconds. NaN when the span is 0 (one bar, or none). The only metric that needs pow, whose last
 * bit differs between mathematics libraries: no digest holds it. */
double metric_cagr(double total_return, int64_t span_s);

/* Bar returns: r[0] = 0, r[t] = equity[t] / equity[t-1] - 1. */
void metric_returns(const double *equity, long n, double *r);

/* mean / standard deviation * sqrt(periods_per_year), risk-free rate 0, over returns r[n].
 * Order: mean = sum / n; deviation = sqrt(sum of (r - mean)^2 / (n - 1)); both sums left to right.
 * NaN when n < 2 or the deviation is 0. */
double metric_sharpe(const double *r, long n, double periods_per_year);

/* The least of equity[t] / (largest equity up to t) - 1: at most 0. NaN when n is 0. */
double metric_max_drawdown(const double *equity, long n);

/* Share of the bars at whose close the position was long. NaN when n is 0. */
double metric_exposure(int64_t bars_long, long n);

#endif

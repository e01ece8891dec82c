#include "kernels/backtest/numerics/metrics.h"

#include <math.h>

static const double undefined = (double)NAN;
static const double year_s = 365.25 * 86400;

double metric_total_return(const double *equity, long n, double cash)
{
    return n > 0 ? equity[n - 1] / cash - 1 : undefined;
}

double metric_cagr(double total_return, int64_t span_s)
{
    return span_s > 0 ? pow(1 + total_return, year_s / (double)span_s) - 1 : undefined;
}

void metric_returns(const double *equity, long n, double *r)
{
    if (n > 0)
        r[0] = 0;
    for (long t = 1; t < n; t++)
        r[t] = equity[t] / equity[t - 1] - 1;
}

double metric_sharpe(const double *r, long n, double periods_per_year)
{
    if (n < 2)
        return undefined;
    double sum = 0, squares = 0;
    for (long t = 0; t < n; t++)
        sum += r[t];
    double mean = sum / (double)n;
    for (long t = 0; t < n; t++)
        squares += (r[t] - mean) * (r[t] - mean);
    double deviation = sqrt(squares / (double)(n - 1));
    return deviation > 0 ? mean / deviation * sqrt(periods_per_year) : undefined;
}

double metric_max_drawdown(const double *equity, long n)
{
    if (n < 1)
        return undefined;
    double peak = equity[0], worst = 0;
    for (long t = 0; t < n; t++) {
        if (equity[t] > peak)
            peak = equity[t];
        double drawdown = equity[t] / peak - 1;
        if (drawdown < worst)
            worst = drawdown;
    }
    return worst;
}

double metric_exposure(int64_t bars_long, long n)
{
    return n > 0 ? (double)bars_long / (double)n : undefined;
}

#include "kernels/backtest/numerics/metrics.h"

#include <math.h>

static const double undefined = (double)NAN;
static const double year_s = 365.25 * 86400;

double metric_growth(const double *equity, long n, double cash)
{
    return n > 0 ? equity[n - 1] / cash : undefined;
}

double metric_total_return(const double *equity, long n, double cash)
{
    return metric_growth(equity, n, cash) - 1;
}

double metric_cagr(double growth, int64_t span_s)
{
    return span_s > 0 ? pow(growth, year_s / (double)span_s) - 1 : undefined;
}

void metric_returns(const double *equity, long n, double *r)
{
    if (n > 0)
        r[0] = 0;
    for (long t = 1; t < n; t++)
        r[t] = equity[t] / equity[t - 1] - 1;
}

static double mean_of(const double *r, long n)
{
    double sum = 0;
    for (long t = 0; t < n; t++)
        sum += r[t];
    return sum / (double)n;
}

static double deviation_of(const double *r, long n, double mean)
{
    double squares = 0;
    for (long t = 0; t < n; t++)
        squares += (r[t] - mean) * (r[t] - mean);
    return sqrt(squares / (double)(n - 1));
}

double metric_sharpe(const double *r, long n, double periods_per_year)
{
    if (n < 2)
        return undefined;
    double mean = mean_of(r, n);
    double deviation = deviation_of(r, n, mean);
    return deviation > 0 ? mean / deviation * sqrt(periods_per_year) : undefined;
}

double metric_volatility(const double *r, long n, double periods_per_year)
{
    return n < 2 ? undefined : deviation_of(r, n, mean_of(r, n)) * sqrt(periods_per_year);
}

double metric_sortino(const double *r, long n, double periods_per_year)
{
    if (n < 2)
        return undefined;
    double squares = 0;
    for (long t = 0; t < n; t++)
        if (r[t] < 0)
            squares += r[t] * r[t];
    double downside = sqrt(squares / (double)n);
    return downside > 0 ? mean_of(r, n) / downside * sqrt(periods_per_year) : undefined;
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

double metric_calmar(double cagr, double max_drawdown)
{
    return max_drawdown < 0 ? cagr / -max_drawdown : undefined;
}

int64_t metric_drawdown_bars(const double *equity, long n)
{
    int64_t below = 0, longest = 0;
    double peak = n > 0 ? equity[0] : 0;
    for (long t = 0; t < n; t++) {
        below = equity[t] < peak ? below + 1 : 0;
        if (equity[t] > peak)
            peak = equity[t];
        if (below > longest)
            longest = below;
    }
    return longest;
}

double metric_exposure(int64_t bars_long, long n)
{
    return n > 0 ? (double)bars_long / (double)n : undefined;
}

struct metric_periods metric_periods(const double *equity, const long *ends, long count,
                                     double cash)
{
    struct metric_periods p = {undefined, undefined};
    double before = cash;
    for (long k = 0; k < count; k++) {
        double earned = equity[ends[k]] / before - 1;
        before = equity[ends[k]];
        if (k == 0 || earned > p.best)
            p.best = earned;
        if (k == 0 || earned < p.worst)
            p.worst = earned;
    }
    return p;
}

struct metric_trades metric_trades(const struct bt_trade *trades, long count)
{
    struct metric_trades m = {0};
    double earned = 0;
    for (long i = 0; i < count && trades[i].exit_bar >= 0; i++) {
        double paid = trades[i].paid, received = trades[i].received;
        m.closed++;
        earned += received / paid - 1;
        if (received > paid) {
            m.wins++;
            m.gross_profit += received - paid;
        } else {
            m.gross_loss += paid - received;
        }
    }
    m.win_rate = m.closed ? (double)m.wins / (double)m.closed : undefined;
    m.profit_factor = m.gross_loss > 0 ? m.gross_profit / m.gross_loss : undefined;
    m.mean_trade = m.closed ? earned / (double)m.closed : undefined;
    return m;
}

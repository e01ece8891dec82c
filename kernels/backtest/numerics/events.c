#include "kernels/backtest/numerics/events_body.h"

#include "kernels/numerics/cpu.h"
#include "kernels/backtest/numerics/events_cpu.h"

#include <float.h>
#include <math.h>

struct events events_begin(void)
{
    return (struct events){.ratio = 1, .worst = 1, .growth = 1, .entry = -1};
}

static void account_plain(const struct price_tables *p, struct events *e, const uint64_t *position,
                          long word, int words)
{
    events_account_body(p, e, position, word, words);
}

events_account_fn *events_account_for(unsigned cpu)
{
    return cpu & CPU_AVX2 ? events_account_avx2 : account_plain;
}

/* ---- the end ---------------------------------------------------------------------------------- */

/* An open trade is marked at the last close. */
static void mark(const struct price_tables *p, struct events *e)
{
    const struct price_end *in = &p->entry[e->entry];
    double inverse = e->ratio * in->growth, close = p->low[0][p->n - 1].close;
    e->sum += in->sum + p->sum;
    e->squares += in->squares + p->squares;
    e->hash += in->hash;
    e->bars_long += p->n - e->entry;
    e->growth *= in->growth * close;
    events_held(p, e->entry, p->n, inverse, &e->worst);
}

/* Bounds on the rounding of the sums, of the deviation that is made of them, and of Sharpe's ratio.
 * Returns are quotients near 1 less 1: each is off by up to 1.5 eps a bar held and five a fill, here and
 * bar by bar together, and by more where it is large (`moved` bounds the sum of absolute returns, as
 * it bounds what the sum over trades passed through). */
static bool sharpe_of(const struct price_tables *p, const struct events *e, double periods_per_year,
                      double *sharpe)
{
    double n = (double)p->n, eps = DBL_EPSILON, steps = (double)e->orders + 2;
    double orders = (double)e->orders, bars = (double)e->bars_long + orders;
    double moved = sqrt(bars * e->squares);
    double sum_error = eps * (2 * steps * (p->largest_sum + fabs(p->sum)) + 1.5 * bars +
                              4 * orders + (orders + 4) * moved);
    double squares_error = 2 * eps * steps * (p->largest_squares + p->squares + e->squares);
    double mean = e->sum / n, about = e->squares - e->sum * mean;
    double about_error = squares_error + 2 * fabs(mean) * sum_error +
                         4 * eps * (e->squares + fabs(e->sum * mean)) +
                         6 * eps * sqrt(about) * (sqrt(bars) + sqrt(e->squares));
    *sharpe = (double)NAN;
    if (p->n < 2 || e->orders == 0)
        return true;
    if (!(about > 0))
        return false;
    double deviation = sqrt(about / (n - 1)), scale = sqrt(periods_per_year) / deviation;
    *sharpe = mean * scale;
    double error = sum_error / n * scale + fabs(*sharpe) * about_error / (2 * about);
    return error <= EVENTS_BOUND * fmax(1, fabs(*sharpe));
}

bool events_finish(const struct price_tables *p, struct events e, double periods_per_year,
                   double years_per_span, struct account_result *out)
{
    int64_t trades = (e.orders + 1) / 2;
    double peak = e.growth / e.ratio; /* before an open trade, as a share of cash */
    if (e.entry >= 0)
        mark(p, &e);
    *out = (struct account_result){.growth = e.growth,
                                   .total_return = e.growth - 1,
                                   .max_drawdown = e.worst - 1,
                                   .orders = e.orders,
                                   .trades = trades,
                                   .bars_long = e.bars_long,
                                   .hash = e.hash};
    double product_error = 4 * DBL_EPSILON * (double)trades * fmax(1, years_per_span);
    const double tiny = 1e-280, huge = 1e280;
    return sharpe_of(p, &e, periods_per_year, &out->sharpe) && product_error <= EVENTS_BOUND &&
           e.worst > tiny && e.growth > tiny && peak < huge;
}

/* The slots that compute, in their plainest correct form: indicators, accounting, evaluation. */
#include "kernels/backtest/base.h"

#include "kernels/backtest/run.h"
#include "kernels/backtest/signals.h"

#include "kernels/backtest/numerics/account.h"
#include "kernels/backtest/numerics/bands.h"
#include "kernels/backtest/numerics/ema.h"
#include "kernels/backtest/numerics/metrics.h"
#include "kernels/backtest/numerics/rsi.h"
#include "kernels/backtest/numerics/sma.h"
#include "kernels/store/dates.h"

#include <math.h>

const double bt_initial_cash = 100000;

/* ---- indicators ------------------------------------------------------------------------------- */

typedef void indicator_fn(struct bt_run *run, long window, const struct bt_series *s,
                          struct bt_indicator *out);

static int64_t *new_whole(struct bt_run *run, struct bt_indicator *out)
{
    int64_t *v = ARENA_NEW_RAW(&run->scratch, int64_t, out->n);
    out->column[out->columns++].whole = v;
    return v;
}

static double *new_real(struct bt_run *run, struct bt_indicator *out)
{
    double *v = ARENA_NEW_RAW(&run->scratch, double, out->n);
    out->column[out->columns++].real = v;
    return v;
}

static void make_sma(struct bt_run *run, long window, const struct bt_series *s,
                     struct bt_indicator *out)
{
    sma_sums(s->v, s->n, window, new_whole(run, out));
}

static void make_ema(struct bt_run *run, long window, const struct bt_series *s,
                     struct bt_indicator *out)
{
    ema_averages(s->v, s->n, window, new_real(run, out));
}

static void make_bands(struct bt_run *run, long window, const struct bt_series *s,
                       struct bt_indicator *out)
{
    int64_t *sums = new_whole(run, out);
    bands_roots(s->v, s->n, window, sums, new_real(run, out));
}

static void make_changes(struct bt_run *run, long window, const struct bt_series *s,
                         struct bt_indicator *out)
{
    int64_t *gains = new_whole(run, out);
    rsi_sums(s->v, s->n, window, gains, new_whole(run, out));
}

static void make_rsi_wilder(struct bt_run *run, long window, const struct bt_series *s,
                            struct bt_indicator *out)
{
    rsi_wilder(s->v, s->n, window, new_real(run, out));
}

/* clang-format off */
static const struct {
    indicator_fn *make;
    int lag;   /* the first bar that is defined is window - 1 + lag */
    bool sums; /* of `window` prices in int64: they must fit */
} kinds[BT_INDICATOR_KINDS] = {
    [BT_SMA]        = {make_sma,        0, true},
    [BT_EMA]        = {make_ema,        0, false},
    [BT_BANDS]      = {make_bands,      0, true},
    [BT_CHANGES]    = {make_changes,    1, true},
    [BT_RSI_WILDER] = {make_rsi_wilder, 1, true},
};
/* clang-format on */

bool bt_indicator_frame(const struct bt_ask *ask, const struct bt_series *s,
                        struct bt_indicator *out, struct err *e)
{
    long window = ask->window;
    *out = (struct bt_indicator){
        .window = window, .first = window - 1 + kinds[ask->kind].lag, .n = s->n};
    return !kinds[ask->kind].sums || sma_fits(s->largest, window) ||
           err_input(e, "window %ld: sums of that many prices as large as %.6f would pass 2^63",
                     window, (double)s->largest / BUNDLE_TICKS_PER_UNIT);
}

bool bt_indicator_base(const struct bt_indicator_link *self, struct bt_run *run,
                       const struct bt_ask *ask, const struct bt_series *s,
                       struct bt_indicator *out, struct err *e)
{
    (void)self;
    if (!bt_indicator_frame(ask, s, out, e))
        return false;
    kinds[ask->kind].make(run, ask->window, s, out);
    return true;
}

/* ---- accounting ------------------------------------------------------------------------------- */

/* An infinite equity (prices may jump from 1e-6 to 9e9 and back) leaves metrics undefined. */
static double defined(double x)
{
    return isfinite(x) ? x : (double)NAN;
}

/* The first second of the next calendar period (UTC): of a month, or of a year for months = 12. */
static int64_t next_period(int64_t time, int months)
{
    int64_t day = time / DATE_DAY_SECONDS - (time % DATE_DAY_SECONDS < 0);
    struct date d = date_from_days(day);
    int month = (d.month - 1) / months * months + months; /* from 0 */
    struct date next = {d.year + month / 12, month % 12 + 1, 1};
    return date_to_days(next) * DATE_DAY_SECONDS;
}

static struct metric_periods periods(struct bt_run *run, struct bt_col time, const double *equity,
                                     long n, int months)
{
    long count = 0, *ends = ARENA_NEW_RAW(&run->scratch, long, n);
    int64_t next = n ? next_period(bt_at(time, 0), months) : 0;
    for (long t = 1; t < n; t++)
        if (bt_at(time, t) >= next) {
            ends[count++] = t - 1;
            next = next_period(bt_at(time, t), months);
        }
    if (n)
        ends[count++] = n - 1;
    return metric_periods(equity, ends, count, bt_initial_cash);
}

/* What accounting gave, one value a bar. */
struct curve {
    const double *equity, *returns;
    long n;
    struct bt_col time;
};

int64_t bt_span_s(const struct bt_bars *bars)
{
    struct bt_col time = bars->field[BT_TIME];
    return bars->n ? bt_at(time, bars->n - 1) - bt_at(time, 0) : 0;
}

void bt_row_of_core(const struct bt_core *core, struct bt_row *row)
{
    *row = bt_row_nothing;
    row->bars = core->bars;
    row->orders = core->orders;
    row->trades = core->trades;
    row->total_return = defined(core->growth - 1);
    row->cagr = defined(metric_cagr(core->growth, core->span_s));
    row->sharpe = defined(core->sharpe);
    row->max_drawdown = defined(core->max_drawdown);
    row->exposure = metric_exposure(core->bars_long, core->bars);
    row->trade_hash = core->trade_hash;
}

static void fill_core(const struct bt_run *run, const struct curve *c, const struct bt_bars *bars,
                      const struct account_tally *tally, struct bt_row *row)
{
    const struct bt_core core = {
        .bars = c->n,
        .orders = tally->orders,
        .trades = tally->trades,
        .bars_long = tally->bars_long,
        .span_s = bt_span_s(bars),
        .growth = metric_growth(c->equity, c->n, bt_initial_cash),
        .sharpe = metric_sharpe(c->returns, c->n, run->plan.periods_per_year),
        .max_drawdown = metric_max_drawdown(c->equity, c->n),
        .trade_hash = tally->trade_hash,
    };
    bt_row_of_core(&core, row);
}

static void fill_others(struct bt_run *run, const struct curve *c, const struct bt_trade *trades,
                        struct bt_row *row)
{
    double per_year = run->plan.periods_per_year;
    struct metric_trades of_trades = metric_trades(trades, row->trades);
    struct metric_periods month = periods(run, c->time, c->equity, c->n, 1);
    struct metric_periods year = periods(run, c->time, c->equity, c->n, 12);
    row->closed = of_trades.closed;
    row->wins = of_trades.wins;
    row->drawdown_bars = metric_drawdown_bars(c->equity, c->n);
    row->sortino = defined(metric_sortino(c->returns, c->n, per_year));
    row->calmar = defined(metric_calmar(row->cagr, row->max_drawdown));
    row->volatility = defined(metric_volatility(c->returns, c->n, per_year));
    row->win_rate = of_trades.win_rate;
    row->profit_factor = defined(of_trades.profit_factor);
    row->gross_profit = defined(of_trades.gross_profit);
    row->gross_loss = defined(of_trades.gross_loss);
    row->mean_trade = defined(of_trades.mean_trade);
    row->best_month = defined(month.best);
    row->worst_month = defined(month.worst);
    row->best_year = defined(year.best);
    row->worst_year = defined(year.worst);
}

bool bt_account_base(const struct bt_account_link *self, struct bt_run *run,
                     const struct bt_position *p, struct bt_outcome *out, struct err *e)
{
    (void)self;
    (void)e;
    long n = p->close->n;
    bool all = run->plan.metrics_all;
    struct account_rules rules = {bt_initial_cash, run->plan.fee, BUNDLE_TICKS_PER_UNIT,
                                  run->plan.fill.delay};
    struct account_tally tally;
    double *equity = out->equity ? out->equity : ARENA_NEW_RAW(&run->scratch, double, n);
    double *returns = ARENA_NEW_RAW(&run->scratch, double, n);
    struct bt_trade *trades = out->trades;
    if (all && !trades)
        trades = ARENA_NEW_RAW(&run->scratch, struct bt_trade, bt_trades_max(n));
    account_long_flat(&rules, p->signal, p->fill->v, p->close->v, n, equity, trades, &tally);
    out->trade_count = out->trades ? tally.trades : 0;
    metric_returns(equity, n, returns);
    struct curve curve = {equity, returns, n, p->bars->field[BT_TIME]};
    fill_core(run, &curve, p->bars, &tally, out->row);
    if (all)
        fill_others(run, &curve, trades, out->row);
    return true;
}

/* ---- evaluation ------------------------------------------------------------------------------- */

static bool evaluate_one(struct bt_run *run, const double *values, struct bt_position position,
                         struct bt_outcome *out, struct err *e)
{
    return bt_signals(run, values, position.close, &position.signal, e) &&
           BT_CALL(run->ops.account, run, &position, out, e);
}

bool bt_evaluate_base(const struct bt_evaluate_link *self, struct bt_run *run,
                      const struct bt_job *job, const struct bt_bars *bars, struct bt_outcome *outs,
                      struct err *e)
{
    (void)self;
    struct bt_series close, fill;
    if (!BT_CALL(run->ops.history, run, bars, BT_CLOSE, &close, e) ||
        !BT_CALL(run->ops.history, run, bars, run->plan.fill.field, &fill, e))
        return false;
    for (int k = 0; k < job->n; k++) {
        struct bt_position position = {.fill = &fill, .close = &close, .bars = bars};
        struct arena_mark mark = arena_mark(&run->scratch);
        if (!evaluate_one(run, job->items[k].values, position, &outs[k], e))
            return false;
        arena_release(&run->scratch, mark);
    }
    return true;
}

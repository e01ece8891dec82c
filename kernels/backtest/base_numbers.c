/* The slots that compute, in their plainest correct form: indicators, accounting, evaluation. */
#include "kernels/backtest/base.h"

#include "kernels/backtest/run.h"

#include "kernels/backtest/numerics/account.h"
#include "kernels/backtest/numerics/bands.h"
#include "kernels/backtest/numerics/ema.h"
#include "kernels/backtest/numerics/metrics.h"
#include "kernels/backtest/numerics/rsi.h"
#include "kernels/backtest/numerics/sma.h"

#include <math.h>

static const double initial_cash = 100000;

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

bool bt_indicator_base(const struct bt_indicator_link *self, struct bt_run *run,
                       const struct bt_ask *ask, const struct bt_series *s,
                       struct bt_indicator *out, struct err *e)
{
    (void)self;
    long window = ask->window;
    if (kinds[ask->kind].sums && !sma_fits(s->largest, window))
        return err_input(e, "window %ld: sums of that many prices as large as %.6f would pass 2^63",
                         window, (double)s->largest / BUNDLE_TICKS_PER_UNIT);
    *out = (struct bt_indicator){
        .window = window, .first = window - 1 + kinds[ask->kind].lag, .n = s->n};
    kinds[ask->kind].make(run, window, s, out);
    return true;
}

/* ---- accounting ------------------------------------------------------------------------------- */

/* An infinite equity (prices may jump from 1e-6 to 9e9 and back) leaves metrics undefined. */
static double defined(double x)
{
    return isfinite(x) ? x : (double)NAN;
}

bool bt_account_base(const struct bt_account_link *self, struct bt_run *run,
                     const struct bt_position *p, struct bt_outcome *out, struct err *e)
{
    (void)self;
    (void)e;
    long n = p->close->n;
    struct account_rules rules = {initial_cash, run->plan.fee, BUNDLE_TICKS_PER_UNIT,
                                  run->plan.fill.delay};
    struct account_tally tally;
    double *equity = out->equity ? out->equity : ARENA_NEW_RAW(&run->scratch, double, n);
    double *returns = ARENA_NEW_RAW(&run->scratch, double, n);
    account_long_flat(&rules, p->signal, p->fill->v, p->close->v, n, equity, out->trades, &tally);
    out->trade_count = out->trades ? tally.trades : 0;
    metric_returns(equity, n, returns);
    struct bt_col time = p->bars->field[BT_TIME];
    int64_t span_s = n ? bt_at(time, n - 1) - bt_at(time, 0) : 0;
    double total_return = metric_total_return(equity, n, initial_cash);
    *out->row = (struct bt_row){
        .bars = n,
        .orders = tally.orders,
        .trades = tally.trades,
        .total_return = defined(total_return),
        .cagr = defined(metric_cagr(total_return, span_s)),
        .sharpe = defined(metric_sharpe(returns, n, run->plan.periods_per_year)),
        .max_drawdown = defined(metric_max_drawdown(equity, n)),
        .exposure = metric_exposure(tally.bars_long, n),
        .trade_hash = tally.trade_hash,
    };
    return true;
}

/* ---- evaluation ------------------------------------------------------------------------------- */

static bool evaluate_one(struct bt_run *run, const double *values, struct bt_position position,
                         struct bt_outcome *out, struct err *e)
{
    const struct bt_strategy *strategy = run->plan.strategy;
    struct bt_ask asks[BT_ASKS_MAX];
    struct bt_indicator indicators[BT_ASKS_MAX];
    int n = strategy->asks(values, asks);
    for (int i = 0; i < n; i++)
        if (!BT_CALL(run->ops.indicator, run, &asks[i], position.close, &indicators[i], e))
            return false;
    int8_t *signal = ARENA_NEW_RAW(&run->scratch, int8_t, position.close->n);
    strategy->signal(values, position.close, indicators, signal);
    position.signal = signal;
    return BT_CALL(run->ops.account, run, &position, out, e);
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
        if (!evaluate_one(run, bt_plan_values(&run->plan, job->backtests[k]), position, &outs[k],
                          e))
            return false;
        arena_release(&run->scratch, mark);
    }
    return true;
}

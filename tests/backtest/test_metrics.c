/* The metrics that are not core: by hand where one can see the answer, against plain statements in
 * long double over generated curves, and through the accounting slot with its calendar. */
#include "kernels/backtest/base.h"
#include "kernels/backtest/numerics/cross.h"
#include "kernels/backtest/numerics/metrics.h"
#include "kernels/backtest/run.h"
#include "kernels/store/dates.h"
#include "tests/backtest/prices.h"

#include "tests/test.h"

#include <math.h>
#include <string.h>

enum { BARS_MAX = 400, CASES = 1500 };

static bool near(long double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b);
    return fabsl(a - (long double)b) <= 1e-9L * fmaxl(fabsl(a), 1e-3L);
}

/* ---- of the equity ---------------------------------------------------------------------------- */

static void sortino_counts_falls_over_all_bars(void **state)
{
    (void)state;
    const double r[] = {0, 0.03, -0.01, 0.02}, up[] = {0, 0.1, 0.2}, one[] = {-0.1};
    /* mean 0.01, downside sqrt(0.0001 / 4) = 0.005 */
    assert_true(fabs(metric_sortino(r, 4, 1) - 2) < 1e-12);
    assert_true(fabs(metric_sortino(r, 4, 252) - 2 * sqrt(252)) < 1e-12);
    assert_true(isnan(metric_sortino(up, 3, 252)));
    assert_true(isnan(metric_sortino(one, 1, 252)));
}

static void volatility_is_the_deviation_of_a_year(void **state)
{
    (void)state;
    const double r[] = {0, 0.02, 0, 0.02}, flat[] = {0, 0};
    assert_true(fabs(metric_volatility(r, 4, 4) - 2 * sqrt(0.0004 / 3)) < 1e-15);
    assert_true(metric_volatility(flat, 2, 252) == 0);
    assert_true(isnan(metric_volatility(flat, 1, 252)));
}

static void calmar_is_growth_over_the_worst_fall(void **state)
{
    (void)state;
    assert_true(metric_calmar(0.1, -0.5) == 0.2);
    assert_true(metric_calmar(-0.1, -0.5) == -0.2);
    assert_true(isnan(metric_calmar(0.1, 0)));
    assert_true(isnan(metric_calmar((double)NAN, -0.5)));
    assert_true(isnan(metric_calmar(0.1, (double)NAN)));
}

static void time_below_the_peak_ends_where_it_is_reached_again(void **state)
{
    (void)state;
    const double e[] = {10, 9, 10, 9, 8, 9.9, 10, 11, 10, 10, 10, 10};
    assert_int_equal(metric_drawdown_bars(e, 12), 4); /* still below at the end */
    assert_int_equal(metric_drawdown_bars(e, 8), 3);
    assert_int_equal(metric_drawdown_bars(e, 3), 1);
    assert_int_equal(metric_drawdown_bars(e, 1), 0);
    assert_int_equal(metric_drawdown_bars(e, 0), 0);
}

static void a_period_is_held_against_the_end_of_the_one_before(void **state)
{
    (void)state;
    const double e[] = {100, 110, 55, 66, 66};
    const long ends[] = {1, 2, 4};
    struct metric_periods p = metric_periods(e, ends, 3, 100);
    assert_true(p.best == 66.0 / 55 - 1 && p.worst == 55.0 / 110 - 1);
    p = metric_periods(e, ends, 1, 100);
    assert_true(p.best == p.worst && p.best == 110.0 / 100 - 1);
    p = metric_periods(e, ends, 0, 100);
    assert_true(isnan(p.best) && isnan(p.worst));
}

/* ---- of the trades ---------------------------------------------------------------------------- */

static struct bt_trade trade(int64_t exit_bar, double paid, double received)
{
    return (struct bt_trade){.exit_bar = exit_bar, .paid = paid, .received = received};
}

static void trades_are_worth_what_closed_ones_brought(void **state)
{
    (void)state;
    const struct bt_trade list[] = {trade(2, 100, 150), trade(5, 150, 75), trade(7, 75, 100),
                                    trade(9, 100, 100), trade(-1, 100, 0)};
    struct metric_trades m = metric_trades(list, 5);
    assert_int_equal(m.closed, 4);
    assert_int_equal(m.wins, 2);
    assert_true(m.gross_profit == 75 && m.gross_loss == 75);
    assert_true(m.win_rate == 0.5 && m.profit_factor == 1);
    assert_true(fabs(m.mean_trade - (0.5 - 0.5 + 1.0 / 3 + 0) / 4) < 1e-15);
}

static void quotients_by_nothing_are_undefined(void **state)
{
    (void)state;
    const struct bt_trade open[] = {trade(-1, 100, 0)}, win[] = {trade(3, 100, 101)};
    struct metric_trades m = metric_trades(open, 1);
    assert_int_equal(m.closed, 0);
    assert_true(isnan(m.win_rate) && isnan(m.profit_factor) && isnan(m.mean_trade));
    assert_true(m.gross_profit == 0 && m.gross_loss == 0);
    m = metric_trades(win, 1);
    assert_true(m.win_rate == 1 && m.gross_profit == 1 && isnan(m.profit_factor));
    m = metric_trades(NULL, 0);
    assert_true(m.closed == 0 && isnan(m.win_rate));
}

/* ---- through the slot ------------------------------------------------------------------------- */

struct market {
    int64_t time[BARS_MAX], close[BARS_MAX];
    int8_t signal[BARS_MAX];
    long n;
};

struct account {
    struct bt_row row;
    struct bt_trade trades[BARS_MAX / 2 + 1];
    double equity[BARS_MAX];
    long trade_count;
};

static void account(const struct market *m, bool all, bool lists, struct account *out)
{
    struct bt_run run = {
        .plan = {.fee = 0.001, .periods_per_year = 252, .metrics_all = all}
    };
    struct bt_series closes = {.v = m->close, .n = m->n, .largest = price_most};
    struct bt_bars bars = {.n = m->n, .largest = price_most, .field = {{m->time, 1}}};
    struct bt_position position = {m->signal, &closes, &closes, &bars};
    struct bt_outcome o = {.row = &out->row};
    struct err e = {0};
    if (lists) {
        o.trades = out->trades;
        o.equity = out->equity;
    }
    assert_ok(bt_account_base(NULL, &run, &position, &o, &e), &e);
    out->trade_count = o.trade_count;
    arena_done(&run.scratch);
}

/* A random walk with irregular days: gaps, several bars a day, years without a bar. */
static void make_market(struct rng *r, struct market *m)
{
    int64_t p = 50000000, time = -5000 * (int64_t)DATE_DAY_SECONDS; /* from before 1970 on */
    m->n = (long)rng_below(r, BARS_MAX + 1);
    int64_t longest = rng_below(r, 2) ? 3 : 900;
    for (long t = 0; t < m->n; t++) {
        time += 1 + (int64_t)rng_below(r, (uint64_t)(longest * DATE_DAY_SECONDS));
        m->time[t] = time;
        m->close[t] = p = price_after(r, 0, p);
        m->signal[t] = (int8_t)((int)rng_below(r, 3) - 1);
    }
}

/* The year and month of a time, counted day by day from 1956. */
static void calendar(int64_t time, int *year, int *month)
{
    int64_t day = -5114; /* 1956-01-01 */
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (*year = 1956;; ++*year)
        for (*month = 0; *month < 12; ++*month) {
            bool leap = *year % 4 == 0 && (*year % 100 != 0 || *year % 400 == 0);
            day += days[*month] + (*month == 1 && leap);
            if (time < day * DATE_DAY_SECONDS)
                return;
        }
}

/* Best and worst return of months (or years): every bar that is the last of its own. */
static void plain_periods(const struct market *m, const double *equity, bool years,
                          long double *best, long double *worst)
{
    long double before = 100000;
    *best = *worst = (long double)NAN;
    for (long t = 0; t < m->n; t++) {
        int year, month, next_year = -1, next_month = -1;
        calendar(m->time[t], &year, &month);
        if (t + 1 < m->n)
            calendar(m->time[t + 1], &next_year, &next_month);
        if (year == next_year && (years || month == next_month))
            continue;
        long double earned = (long double)equity[t] / before - 1;
        before = (long double)equity[t];
        *best = isnan(*best) || earned > *best ? earned : *best;
        *worst = isnan(*worst) || earned < *worst ? earned : *worst;
    }
}

static void check_equity(const struct market *m, const struct account *a)
{
    long double sum = 0, falls = 0, squares = 0, peak = 0;
    long below = 0, longest = 0, n = m->n;
    for (long t = 0; t < n; t++) {
        long double r = t ? (long double)a->equity[t] / (long double)a->equity[t - 1] - 1 : 0;
        sum += r;
        falls += r < 0 ? r * r : 0;
        peak = fmaxl(peak, (long double)a->equity[t]);
        below = (long double)a->equity[t] < peak ? below + 1 : 0;
        longest = below > longest ? below : longest;
    }
    for (long t = 0; t < n; t++) {
        long double r = t ? (long double)a->equity[t] / (long double)a->equity[t - 1] - 1 : 0;
        squares += (r - sum / n) * (r - sum / n);
    }
    bool some = n >= 2;
    assert_int_equal(a->row.drawdown_bars, longest);
    assert_true(near(some ? sqrtl(squares / (n - 1)) * sqrtl(252) : NAN, a->row.volatility));
    assert_true(
        near(some && falls > 0 ? sum / n / sqrtl(falls / n) * sqrtl(252) : NAN, a->row.sortino));
    assert_true(near(a->row.max_drawdown < 0
                         ? (long double)a->row.cagr / -(long double)a->row.max_drawdown
                         : NAN,
                     a->row.calmar));
}

static void check_trades(const struct account *a)
{
    long double profit = 0, loss = 0, earned = 0;
    long closed = 0, wins = 0;
    assert_int_equal(a->trade_count, a->row.trades);
    for (long i = 0; i < a->trade_count; i++) {
        const struct bt_trade *t = &a->trades[i];
        if (t->exit_bar < 0)
            continue;
        /* A round trip pays the fee twice, whatever the cash. */
        long double ratio = (long double)t->exit_price / t->entry_price * 0.999L / 1.001L;
        assert_true(near(ratio, t->received / t->paid));
        closed++;
        wins += t->received > t->paid;
        earned += ratio - 1;
        profit += fmaxl(0, (long double)t->received - (long double)t->paid);
        loss += fmaxl(0, (long double)t->paid - (long double)t->received);
    }
    assert_int_equal(a->row.closed, closed);
    assert_int_equal(a->row.closed, a->row.orders - a->row.trades);
    assert_int_equal(a->row.wins, wins);
    assert_true(near(profit, a->row.gross_profit) && near(loss, a->row.gross_loss));
    assert_true(near(closed ? (long double)wins / closed : NAN, a->row.win_rate));
    assert_true(near(closed ? earned / closed : NAN, a->row.mean_trade));
    assert_true(near(loss > 0 ? profit / loss : NAN, a->row.profit_factor));
}

static void all_metrics_agree_with_plain_statements(void **state)
{
    (void)state;
    const uint64_t seed = 51;
    struct rng r = rng_seeded(seed);
    print_message("# seed %llu, %d cases\n", (unsigned long long)seed, CASES);
    for (int i = 0; i < CASES; i++) {
        static struct market m;
        static struct account a;
        long double best, worst;
        make_market(&r, &m);
        account(&m, true, true, &a);
        check_equity(&m, &a);
        check_trades(&a);
        plain_periods(&m, a.equity, false, &best, &worst);
        assert_true(near(best, a.row.best_month) && near(worst, a.row.worst_month));
        plain_periods(&m, a.equity, true, &best, &worst);
        assert_true(near(best, a.row.best_year) && near(worst, a.row.worst_year));
    }
}

/* Asked for or not, with lists or without: what is there is the same, what is not is undefined. */
static void what_is_not_asked_for_is_not_there(void **state)
{
    (void)state;
    struct rng r = rng_seeded(52);
    static struct market m;
    static struct account core, all, lists;
    do
        make_market(&r, &m);
    while (m.n < 300);
    account(&m, false, false, &core);
    account(&m, true, false, &all);
    account(&m, true, true, &lists);
    assert_memory_equal(&all.row, &lists.row, sizeof all.row);
    assert_int_equal(core.trade_count, 0);
    assert_true(core.row.trade_hash == all.row.trade_hash);
    for (const struct bt_metric *metric = bt_metrics; metric->name; metric++) {
        double of_core = bt_metric_of(metric, &core.row), of_all = bt_metric_of(metric, &all.row);
        assert_true(!isnan(of_all));
        if (metric->core)
            assert_true(of_core == of_all);
        else
            assert_true(metric->whole ? of_core == 0 : isnan(of_core));
    }
}

static void no_bars_are_worth_nothing(void **state)
{
    (void)state;
    static struct market m;
    static struct account a;
    account(&m, true, true, &a);
    for (const struct bt_metric *metric = bt_metrics; metric->name; metric++) {
        bool money = strncmp(metric->name, "gross_", 6) == 0;
        double value = bt_metric_of(metric, &a.row);
        assert_true(metric->whole || money ? value == 0 : isnan(value));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sortino_counts_falls_over_all_bars),
        TEST(volatility_is_the_deviation_of_a_year),
        TEST(calmar_is_growth_over_the_worst_fall),
        TEST(time_below_the_peak_ends_where_it_is_reached_again),
        TEST(a_period_is_held_against_the_end_of_the_one_before),
        TEST(trades_are_worth_what_closed_ones_brought),
        TEST(quotients_by_nothing_are_undefined),
        TEST(all_metrics_agree_with_plain_statements),
        TEST(what_is_not_asked_for_is_not_there),
        TEST(no_bars_are_worth_nothing),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}

/* Numerics against an independent plain statement: direct sums in 128 bits, accounting in long
 * double, all from the definitions and nothing shared but the headers. */
#include "kernels/backtest/numerics/account.h"
#include "kernels/backtest/numerics/cross.h"
#include "kernels/backtest/numerics/metrics.h"
#include "kernels/backtest/numerics/sma.h"

#include "tests/backtest/prices.h"

#include "tests/test.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

__extension__ typedef __int128 wide;

enum { BARS_MAX = 300, CASES = 3000 };

/* ---- the reference ---------------------------------------------------------------------------- */

struct reference {
    long double total_return, sharpe, max_drawdown, deviation;
    long orders, trades, bars_long;
    uint64_t trade_hash;
};

/* The sign of average(fast) - average(slow) at bar t. */
static int side_at(const int64_t *close, long t, long fast, long slow)
{
    wide f = 0, s = 0;
    for (long i = t - fast + 1; i <= t; i++)
        f += close[i];
    for (long i = t - slow + 1; i <= t; i++)
        s += close[i];
    f *= slow;
    s *= fast;
    return f > s ? 1 : f < s ? -1 : 0;
}

static struct reference reference_of(const int64_t *open, const int64_t *close, long n, long fast,
                                     long slow, double fee, bool next_open)
{
    struct reference r = {0};
    long double cash = 100, quantity = 0, equity[BARS_MAX] = {0}, peak = 0;
    long double sum = 0, squares = 0;
    bool below = false, want = false; /* want: the position that the signals so far ask for */
    long entry = -1;
    for (long t = 0; t < n; t++) {
        bool wanted_before = want;
        if (t >= slow - 1) {
            int side = side_at(close, t, fast, slow);
            below = below || side < 0;
            if (side > 0 && below)
                want = true;
            else if (side < 0)
                want = false;
        }
        bool long_now = next_open ? wanted_before : want;
        long double price = (long double)(next_open ? open[t] : close[t]) / 1000000;
        if (long_now && entry < 0) {
            quantity = cash / (price * (1 + (long double)fee));
            cash = 0;
            entry = t;
            r.orders++;
            r.trades++;
        } else if (!long_now && entry >= 0) {
            cash = quantity * price * (1 - (long double)fee);
            quantity = 0;
            r.trade_hash += trade_hash_of(entry, t);
            entry = -1;
            r.orders++;
        }
        r.bars_long += entry >= 0;
        equity[t] = cash + quantity * (long double)close[t] / 1000000;
        peak = equity[t] > peak ? equity[t] : peak;
        r.max_drawdown = fminl(r.max_drawdown, equity[t] / peak - 1);
        sum += t ? equity[t] / equity[t - 1] - 1 : 0;
    }
    if (entry >= 0)
        r.trade_hash += trade_hash_of(entry, -1);
    for (long t = 0; t < n; t++) {
        long double deviation = (t ? equity[t] / equity[t - 1] - 1 : 0) - sum / n;
        squares += deviation * deviation;
    }
    r.total_return = n ? equity[n - 1] / 100 - 1 : NAN;
    r.deviation = n > 1 ? sqrtl(squares / (n - 1)) : 0;
    r.sharpe = n > 1 && squares > 0 ? sum / n / sqrtl(squares / (n - 1)) * sqrtl(252) : NAN;
    return r;
}

/* ---- generated series ------------------------------------------------------------------------- */

static bool near(long double a, double b, double tolerance)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b);
    return fabsl(a - (long double)b) <= (long double)tolerance * fmaxl(fabsl(a), 1e-3L);
}

/* The list says the same as tally and equity: bars ascend, prices are those of the fills, cash is
 * handed from trade to trade, only the last may be open, nothing is written behind it. */
static void check_trades(const struct bt_trade *trades, const struct account_tally *tally,
                         const int64_t *fill, const double *equity, long n)
{
    uint64_t hash = 0;
    int64_t exits = 0;
    assert_true(tally->trades <= bt_trades_max(n));
    for (long i = 0; i < tally->trades; i++) {
        const struct bt_trade *t = &trades[i];
        bool open = t->exit_bar < 0;
        assert_true(t->entry_bar > (i ? trades[i - 1].exit_bar : -1) && t->entry_bar < n);
        assert_true(t->entry_price == fill[t->entry_bar]);
        assert_true(t->paid == (i ? trades[i - 1].received : 100));
        assert_true(open ? t->exit_bar == -1 && t->exit_price == 0 && t->received == 0
                         : t->exit_bar > t->entry_bar && t->exit_price == fill[t->exit_bar] &&
                               t->received == equity[t->exit_bar]);
        assert_true(!open || i == tally->trades - 1);
        exits += !open;
        hash += trade_hash_of(t->entry_bar, t->exit_bar);
    }
    assert_int_equal(tally->orders, tally->trades + exits);
    assert_true(hash == tally->trade_hash);
    if (tally->trades < BARS_MAX / 2 + 1)
        assert_int_equal(*(const unsigned char *)&trades[tally->trades], 0x5a);
}

static void check_case(const int64_t *open, const int64_t *close, long n, long fast, long slow,
                       double fee, bool next_open, bool is_wide)
{
    int64_t fast_sums[BARS_MAX], slow_sums[BARS_MAX];
    int8_t signal[BARS_MAX];
    double equity[BARS_MAX], returns[BARS_MAX];
    struct bt_trade trades[BARS_MAX / 2 + 1];
    struct account_rules rules = {100, fee, 1e6, next_open};
    struct account_tally tally;
    memset(trades, 0x5a, sizeof trades);
    sma_sums(close, n, fast, fast_sums);
    sma_sums(close, n, slow, slow_sums);
    cross_signals((struct cross_average){fast_sums, fast}, (struct cross_average){slow_sums, slow},
                  n, is_wide, signal);
    const int64_t *fill = next_open ? open : close;
    account_long_flat(&rules, signal, fill, close, n, equity, trades, &tally);
    check_trades(trades, &tally, fill, equity, n);
    metric_returns(equity, n, returns);

    struct reference r = reference_of(open, close, n, fast, slow, fee, next_open);
    assert_int_equal(tally.orders, r.orders);
    assert_int_equal(tally.trades, r.trades);
    assert_int_equal(tally.bars_long, r.bars_long);
    assert_true(tally.trade_hash == r.trade_hash);
    assert_true(near(r.total_return, metric_total_return(equity, n, 100), 1e-11));
    if (n > 0)
        assert_true(near(r.max_drawdown, metric_max_drawdown(equity, n), 1e-11));
    /* A return carries the rounding of a quotient near 1, 1e-16: where returns are not much larger
     * (price steps of 1e-13), their ratio is noise in any double arithmetic. */
    if (r.deviation > 1e-6 || r.orders == 0)
        assert_true(near(r.sharpe, metric_sharpe(returns, n, 252), 1e-8));
}

static void generated_series_agree_with_the_plain_reference(void **state)
{
    (void)state;
    const uint64_t seed = 20260101;
    struct rng r = rng_seeded(seed);
    print_message("# seed %llu, %d cases\n", (unsigned long long)seed, CASES);
    for (int i = 0; i < CASES; i++) {
        int64_t open[BARS_MAX], close[BARS_MAX], most = 1, p = 10000000;
        long n = i < 600 ? i / 6 : 1 + (long)rng_below(&r, BARS_MAX - 1);
        for (long t = 0; t < n; t++) {
            open[t] = p = price_after(&r, i % PRICE_SHAPES, p);
            close[t] = p = price_after(&r, i % PRICE_SHAPES, p);
            most = close[t] > most ? close[t] : most;
        }
        long fast = 1 + (long)rng_below(&r, 12), slow = fast + 1 + (long)rng_below(&r, 40);
        double fee = rng_below(&r, 3) ? 0.001 : rng_below(&r, 2) ? 0 : 0.5;
        bool needs_wide = cross_needs_wide(most, fast, slow);
        check_case(open, close, n, fast, slow, fee, i & 1, true);
        if (!needs_wide)
            check_case(open, close, n, fast, slow, fee, i & 1, false);
    }
}

/* ---- single facts ----------------------------------------------------------------------------- */

static void rolling_sums_are_exact_at_the_largest_prices(void **state)
{
    (void)state;
    int64_t x[60], sums[60];
    for (int i = 0; i < 60; i++)
        x[i] = price_most - i % 7;
    assert_true(sma_fits(price_most, 50));
    sma_sums(x, 60, 50, sums);
    for (long t = 49; t < 60; t++) {
        int64_t direct = 0;
        for (long i = t - 49; i <= t; i++)
            direct += x[i];
        assert_true(sums[t] == direct);
    }
}

static void the_limits_of_exactness_are_where_the_products_end(void **state)
{
    (void)state;
    assert_true(sma_fits(price_most, 1022));
    assert_false(sma_fits(price_most, 1023)); /* 1,024 times 2^53 is 2^63 */
    assert_false(cross_needs_wide(INT64_MAX / 6, 2, 3));
    assert_true(cross_needs_wide(INT64_MAX / 6 + 1, 2, 3));
    assert_true(cross_needs_wide(price_most, 50, 100));
    assert_false(cross_needs_wide(1000 * 1000000L, 50, 100));
}

/* averages of 2 and 3: the closes make fast < slow, then equal, then fast > slow, then equal, ... */
static void a_tie_does_nothing_and_entries_wait_for_below(void **state)
{
    (void)state;
    const int64_t rising[] = {1, 2, 3, 4, 5, 6};
    const int64_t close[] = {3, 3, 3, 2, 2, 2, 3, 3, 3, 2, 2, 2};
    const int8_t expected[] = {0, 0, 0, -1, -1, 0, 1, 1, 0, -1, -1, 0};
    int64_t fast[12], slow[12];
    int8_t signal[12];
    sma_sums(close, 12, 2, fast);
    sma_sums(close, 12, 3, slow);
    cross_signals((struct cross_average){fast, 2}, (struct cross_average){slow, 3}, 12, false,
                  signal);
    assert_memory_equal(signal, expected, sizeof expected);
    sma_sums(rising, 6, 2, fast);
    sma_sums(rising, 6, 3, slow);
    cross_signals((struct cross_average){fast, 2}, (struct cross_average){slow, 3}, 6, false,
                  signal);
    for (int t = 0; t < 6; t++)
        assert_int_equal(signal[t], BT_STAY); /* above from the start: no crossing yet */
}

static void a_signal_of_the_last_bar_has_no_next_open(void **state)
{
    (void)state;
    const int8_t signal[] = {0, 1};
    const int64_t price[] = {10000000, 20000000};
    struct account_rules rules = {100, 0, 1e6, 1};
    struct account_tally tally;
    double equity[2];
    account_long_flat(&rules, signal, price, price, 2, equity, NULL, &tally);
    assert_int_equal(tally.orders, 0);
    rules.delay = 0;
    account_long_flat(&rules, signal, price, price, 2, equity, NULL, &tally);
    assert_int_equal(tally.orders, 1);
    assert_int_equal(tally.trades, 1);
    assert_true(tally.trade_hash == trade_hash_of(1, -1));
}

static void fees_are_paid_on_both_sides(void **state)
{
    (void)state;
    const int8_t signal[] = {1, -1};
    const int64_t price[] = {10000000, 20000000};
    struct account_rules rules = {100, 0.25, 1e6, 0};
    struct account_tally tally;
    double equity[2];
    account_long_flat(&rules, signal, price, price, 2, equity, NULL, &tally);
    assert_true(equity[0] == 80);  /* 100 / (10 * 1.25) = 8 pieces at 10 */
    assert_true(equity[1] == 120); /* 8 * 20 * 0.75 */
    assert_int_equal(tally.bars_long, 1);
    assert_true(tally.trade_hash == trade_hash_of(0, 1));
}

static void undefined_metrics_are_nan(void **state)
{
    (void)state;
    const double flat[] = {0, 0, 0}, one[] = {0};
    assert_true(isnan(metric_sharpe(flat, 3, 252)));
    assert_true(isnan(metric_sharpe(one, 1, 252)));
    assert_true(isnan(metric_cagr(1.5, 0)));
    assert_true(isnan(metric_total_return(NULL, 0, 100)));
    assert_true(isnan(metric_max_drawdown(NULL, 0)));
    assert_true(isnan(metric_exposure(0, 0)));
}

static void growth_is_per_year_of_365_and_a_quarter_days(void **state)
{
    (void)state;
    assert_true(fabs(metric_cagr(1.21, 2 * 31557600) - 0.1) < 1e-12);
    assert_true(metric_cagr(1, 86400) == 0);
    assert_true(fabs(metric_cagr(1e-25, 25 * 31557600) + 0.9) <
                1e-12); /* a ruin keeps its digits */
}

static void drawdown_is_from_the_peak_so_far(void **state)
{
    (void)state;
    const double equity[] = {100, 120, 90, 130, 117};
    assert_true(metric_max_drawdown(equity, 5) == 90.0 / 120 - 1);
    assert_true(metric_max_drawdown(equity, 2) == 0);
}

static void trade_hashes_tell_trades_apart(void **state)
{
    (void)state;
    assert_true(trade_hash_of(1, 2) != trade_hash_of(2, 1));
    assert_true(trade_hash_of(1, 2) != trade_hash_of(1, 3));
    assert_true(trade_hash_of(1, -1) != trade_hash_of(1, 0));
    assert_true(trade_hash_of(1, 2) + trade_hash_of(3, 4) != trade_hash_of(1, 4));
    assert_true(trade_hash_of(1, 2) + trade_hash_of(3, 4) !=
                trade_hash_of(1, 3) + trade_hash_of(4, -1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(generated_series_agree_with_the_plain_reference),
        TEST(rolling_sums_are_exact_at_the_largest_prices),
        TEST(the_limits_of_exactness_are_where_the_products_end),
        TEST(a_tie_does_nothing_and_entries_wait_for_below),
        TEST(a_signal_of_the_last_bar_has_no_next_open),
        TEST(fees_are_paid_on_both_sides),
        TEST(undefined_metrics_are_nan),
        TEST(growth_is_per_year_of_365_and_a_quarter_days),
        TEST(drawdown_is_from_the_peak_so_far),
        TEST(trade_hashes_tell_trades_apart),
    };
    return cmocka_run_group_tests_name("numerics", tests, NULL, NULL);
}

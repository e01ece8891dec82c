/* Dense accounting against accounting bar by bar (account.h, metrics.h), plain code against AVX2, over
 * generated prices and positions of every turnover; and what it refuses to answer. */
#include "kernels/numerics/cpu.h"
#include "kernels/backtest/numerics/cross.h"
#include "kernels/backtest/numerics/dense.h"
#include "kernels/backtest/numerics/metrics.h"
#include "kernels/backtest/numerics/words.h"
#include "tests/backtest/prices.h"

#include "harness/base/arena.h"

#include "tests/test.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum {
    CASES = 1500,
    LENGTHS = 200, /* cases 0.. have 1 .. LENGTHS bars, twice each; later ones up to BARS_MAX */
    BARS_MAX = 2200,
    WORDS_MAX = BARS_MAX / WORDS_BARS + 1,
    STRIDE = WORDS_MAX + 3,
    MIXED = PRICE_SHAPES, /* every shape, bar by bar */
    WALK = 0,
};
static const double periods = 252, years = 0.04, within = 1e-10;

static unsigned cpu; /* what this machine has */
static struct arena arena;

struct series {
    long n;
    struct account_rules rules;
    int64_t fill[BARS_MAX], close[BARS_MAX];
};

struct lane {
    int8_t signal[BARS_MAX];
    struct account_tally tally;
    double total_return, sharpe, max_drawdown;
};

/* ---- what is generated ------------------------------------------------------------------------ */

static void make_series(struct rng *r, int shape, struct series *s)
{
    static const double fees[] = {0, 0.001, 0.5};
    int64_t p = 10000000;
    s->rules = (struct account_rules){100000, fees[rng_below(r, 3)], 1e6, (long)rng_below(r, 2)};
    for (long t = 0; t < s->n; t++) {
        int of_bar = shape == MIXED ? (int)rng_below(r, PRICE_SHAPES) : shape;
        s->fill[t] = p = price_after(r, of_bar, p);
        s->close[t] = p = price_after(r, of_bar, p);
        if (s->rules.delay == 0)
            s->fill[t] = p;
    }
}

/* Positions that change at a share of the bars, with signals that repeat what is so already. */
static void make_signal(struct rng *r, double turnover, long n, int8_t *signal)
{
    bool is_long = false;
    for (long t = 0; t < n; t++) {
        is_long ^= rng_unit(r) < turnover;
        signal[t] = is_long ? BT_ENTER : BT_EXIT;
        if (t > 0 && signal[t] == signal[t - 1] && rng_below(r, 2))
            signal[t] = BT_STAY;
    }
}

/* Every turnover from none to every bar. */
static double turnover_of(struct rng *r)
{
    static const double some[] = {0, 0.002, 0.02, 0.1, 0.5, 1};
    uint64_t i = rng_below(r, 8);
    return i < 6 ? some[i] : rng_unit(r);
}

static void reference(const struct series *s, struct lane *l)
{
    static double equity[BARS_MAX], returns[BARS_MAX];
    account_long_flat(&s->rules, l->signal, s->fill, s->close, s->n, equity, NULL, &l->tally);
    metric_returns(equity, s->n, returns);
    l->total_return = metric_total_return(equity, s->n, s->rules.cash);
    l->sharpe = metric_sharpe(returns, s->n, periods);
    l->max_drawdown = metric_max_drawdown(equity, s->n);
}

/* ---- accounting ------------------------------------------------------------------------------- */

static void make_words(const struct series *s, const struct lane *lanes, uint64_t *position)
{
    long rows = s->n - s->rules.delay;
    for (int k = 0; k < DENSE_LANES; k++) {
        words_of_signals(lanes[k].signal, s->n, position + k * STRIDE);
        words_end_after(position + k * STRIDE, words_of(s->n), rows, false);
    }
}

/* In calls of some words each: what a call leaves is all that the next one needs. */
static struct dense account(const struct dense_tables *p, const uint64_t *position, unsigned of_cpu,
                            int at_once)
{
    struct dense d = dense_begin();
    long all = p->rows > 0 ? words_of(p->rows) : 0;
    for (long word = 0; word < all; word += at_once) {
        int words = (int)(all - word < at_once ? all - word : at_once);
        dense_account_for(of_cpu)(p, &d, position + word, STRIDE, word, words);
    }
    return d;
}

static bool near(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b);
    return fabs(a - b) <= within * fmax(1, fabs(b));
}

/* Returns whether it answered. */
static bool check_lane(const struct dense_tables *p, const struct dense *d, int lane,
                       const struct lane *l)
{
    struct account_result r;
    bool answered = dense_finish(p, d, lane, periods, years, &r);
    assert_int_equal(r.orders, l->tally.orders);
    assert_int_equal(r.trades, l->tally.trades);
    assert_int_equal(r.bars_long, l->tally.bars_long);
    assert_true(r.hash == l->tally.trade_hash);
    if (!answered)
        return false;
    if (!near(r.total_return, l->total_return) || !near(r.sharpe, l->sharpe) ||
        !near(r.max_drawdown, l->max_drawdown))
        fail_msg("%ld bars, lane %d: return %.17g %.17g, sharpe %.17g %.17g, drawdown %.17g %.17g",
                 p->n, lane, r.total_return, l->total_return, r.sharpe, l->sharpe, r.max_drawdown,
                 l->max_drawdown);
    return true;
}

static int check_case(struct rng *r, const struct series *s)
{
    static struct lane lanes[DENSE_LANES];
    static uint64_t position[DENSE_LANES * STRIDE];
    struct dense_tables tables;
    int answered = 0;
    for (int k = 0; k < DENSE_LANES; k++) {
        make_signal(r, turnover_of(r), s->n, lanes[k].signal);
        reference(s, &lanes[k]);
    }
    make_words(s, lanes, position);
    arena_reset(&arena);
    dense_tables_make(&s->rules, s->fill, s->close, s->n, &arena, &tables);
    struct dense plain = account(&tables, position, 0, 1 + (int)rng_below(r, 16));
    struct dense fast = account(&tables, position, cpu, 1 + (int)rng_below(r, 16));
    assert_memory_equal(&plain, &fast, sizeof plain);
    for (int k = 0; k < DENSE_LANES; k++)
        answered += check_lane(&tables, &fast, k, &lanes[k]);
    return answered;
}

static void generated_positions_agree_with_accounting_bar_by_bar(void **state)
{
    (void)state;
    const uint64_t seed = 20260701;
    struct rng r = rng_seeded(seed);
    static struct series s;
    long answered[PRICE_SHAPES + 1] = {0}, asked[PRICE_SHAPES + 1] = {0};
    print_message("# seed %llu, %d cases of %d\n", (unsigned long long)seed, CASES, DENSE_LANES);
    for (int i = 0; i < CASES; i++) {
        int shape = i % (PRICE_SHAPES + 1);
        s.n = i < 2 * LENGTHS ? 1 + i / 2 : 1 + (long)rng_below(&r, BARS_MAX);
        make_series(&r, shape, &s);
        int answers = check_case(&r, &s);
        /* A stock is not refused unless nothing moves its equity, or fees eat all of it. */
        assert_true(shape != WALK || s.n < 20 || s.rules.fee != 0.001 || answers == DENSE_LANES);
        answered[shape] += answers;
        asked[shape] += DENSE_LANES;
    }
    for (int k = 0; k <= PRICE_SHAPES; k++)
        assert_true(2 * answered[k] > asked[k]);
}

/* ---- what is refused -------------------------------------------------------------------------- */

static bool answers(int64_t (*price)(long t), double fee, double turnover, long n, double span)
{
    static struct series s;
    static struct lane lanes[DENSE_LANES];
    static uint64_t position[DENSE_LANES * STRIDE];
    struct rng r = rng_seeded(1);
    struct dense_tables tables;
    struct account_result result;
    s.n = n;
    s.rules = (struct account_rules){100000, fee, 1e6, 0};
    for (long t = 0; t < n; t++)
        s.fill[t] = s.close[t] = price(t);
    for (int k = 0; k < DENSE_LANES; k++)
        make_signal(&r, turnover, n, lanes[k].signal);
    make_words(&s, lanes, position);
    arena_reset(&arena);
    dense_tables_make(&s.rules, s.fill, s.close, n, &arena, &tables);
    struct dense d = account(&tables, position, cpu, 16);
    return dense_finish(&tables, &d, 0, periods, span, &result);
}

static int64_t stock(long t)
{
    return 100000000 + t % 7 * 1000000 - t % 3 * 500000;
}

static int64_t still(long t)
{
    (void)t;
    return 3333333;
}

/* Steps of 1e-15 of the price: returns are the rounding of their quotients. */
static int64_t nearly_still(long t)
{
    return 9000000000000000 + t % 5 * 10;
}

static int64_t end_to_end(long t)
{
    return t & 1 ? 9000000000000000 : 1;
}

static void numbers_that_rounding_decides_are_refused(void **state)
{
    (void)state;
    assert_true(answers(stock, 0.001, 0.3, 2000, 0.1));
    assert_true(answers(stock, 0, 0.3, 2000, 0.1));
    assert_true(answers(still, 0.001, 0, 2000, 0.1)); /* without orders nothing is uncertain */
    assert_false(answers(still, 0, 0.3, 2000, 0.1));
    assert_false(answers(nearly_still, 0, 0.3, 2000, 0.1));
    assert_false(answers(end_to_end, 0, 0.3, 2000, 0.1)); /* out of the range of doubles */
    assert_false(answers(stock, 0.001, 0.3, 2000, 365.25 * 86400)); /* a span of a second */
}

static void one_bar_without_a_fill_has_no_rows(void **state)
{
    (void)state;
    const int64_t price[] = {10000000};
    struct account_rules rules = {100000, 0, 1e6, 1};
    struct dense_tables tables;
    struct account_result r;
    arena_reset(&arena);
    dense_tables_make(&rules, price, price, 1, &arena, &tables);
    assert_int_equal(tables.rows, 0);
    struct dense d = dense_begin();
    assert_true(dense_finish(&tables, &d, 0, periods, 0, &r));
    assert_true(r.total_return == 0 && isnan(r.sharpe) && r.max_drawdown == 0 && r.orders == 0);
}

static int look_at_cpu(void **state)
{
    (void)state;
    struct err e = {0};
    assert_ok(cpu_sets("", &cpu, &e), &e);
    if (!(cpu & CPU_AVX2))
        print_message("# no AVX2 here: plain code against itself\n");
    return 0;
}

static int forget(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(generated_positions_agree_with_accounting_bar_by_bar),
        TEST(numbers_that_rounding_decides_are_refused),
        TEST(one_bar_without_a_fill_has_no_rows),
    };
    return cmocka_run_group_tests_name("dense", tests, look_at_cpu, forget);
}

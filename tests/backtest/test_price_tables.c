/* Price tables against their definitions. */
#include "kernels/backtest/numerics/price_tables.h"

#include "tests/backtest/bars.h"
#include "tests/backtest/numerics.h"
#include "tests/test.h"

#include <math.h>

static void is_low(struct price_low low, const double *c, long from, long to)
{
    double least = c[from], inverse = 1 / c[from], fall = 1, high = c[from];
    for (long t = from; t < to; t++) {
        least = fmin(least, c[t]);
        inverse = fmin(inverse, 1 / c[t]);
        high = fmax(high, c[t]);
        fall = fmin(fall, c[t] / high);
    }
    assert_true(low.close == least && low.inverse == inverse);
    assert_true(fabs(low.fall - fall) <= 4 * 2.3e-16 * fall);
}

static void lows_over_any_stretch_are_those_of_a_scan(void **state)
{
    (void)state;
    static struct bars p = {.shape = "lows"};
    static double c[BARS_MAX];
    const long lengths[] = {1, 2, 255, 256, 257, 2100};
    const struct account_rules rules = {100, 0.001, 1e6, 0};
    struct rng r = rng_seeded(20260722);
    for (int i = 0; i < 6 * BARS_SHAPES; i++) {
        struct arena_mark mark = arena_mark(&numerics_arena);
        struct price_tables tables;
        p.n = lengths[i % 6];
        bars_shapes[i / 6].make(&r, &p);
        price_tables_make(&rules, p.close, p.close, p.n, numerics_cpu(), &numerics_arena, &tables);
        for (long t = 0; t < p.n; t++)
            c[t] = (double)p.close[t] / 1e6;
        for (int turn = 0; turn < 400; turn++) {
            long from = (long)rng_below(&r, (uint64_t)p.n);
            long most = turn % 4 ? p.n - from : p.n - from < 9 ? p.n - from : 9;
            long to = from + 1 + (long)rng_below(&r, (uint64_t)most);
            is_low(price_low_over(&tables, from, to), c, from, to);
        }
        is_low(price_low_over(&tables, 0, p.n), c, 0, p.n);
        for (int k = 0; k < PRICE_LEVELS && 1L << k <= p.n; k++)
            for (long t = 0; t + (1L << k) <= p.n; t += 1 + t % 7)
                is_low(tables.low[k][t], c, t, t + (1L << k));
        arena_release(&numerics_arena, mark);
    }
}

static void is_about(double ours, long double expected, long double scale)
{
    assert_true(fabsl(ours - expected) <= 1e-15L * (scale + fabsl(expected)));
}

/* In long double, from the formulas of price_tables.h; each return that a sum is made of is a double. */
static void ends_of_trades_are_as_defined(void **state)
{
    (void)state;
    static struct bars p = {.shape = "ends", .n = 3000};
    const struct account_rules rules = {100, 0.002, 1e6, 1};
    struct rng r = rng_seeded(20260723);
    struct price_tables t;
    bars_stock(&r, &p);
    price_tables_make(&rules, p.open, p.close, p.n, numerics_cpu(), &numerics_arena, &t);
    long double sum = 0, squares = 0, largest = 0;
    assert_true(t.n == p.n && t.delay == 1);
    for (long i = 0; i < p.n; i++) {
        long double c = p.close[i] / 1e6L, f = p.open[i] / 1e6L;
        long double before = i ? p.close[i - 1] / 1e6L : c;
        long double scale = 1 + i / 8.0L;
        long double in = i ? c / (f * 1.002L) - 1 : 0, out = f * 0.998L / before - 1;
        if (i) {
            is_about(t.exit[i].sum, out + sum, scale);
            is_about(t.exit[i].squares, out * out + squares, scale);
        }
        sum += c / before - 1;
        squares += (c / before - 1) * (c / before - 1);
        largest = fmaxl(largest, fabsl(in - sum));
        is_about(t.entry[i].sum, in - sum, scale);
        is_about(t.entry[i].squares, in * in - squares, scale);
        is_about(t.entry[i].growth, 1 / (f * 1.002L), 0);
        is_about(t.exit[i].growth, f * 0.998L, 0);
        assert_true(t.entry[i].hash == trade_hash_of_entry(i));
        assert_true(t.exit[i].hash == trade_hash_of_exit(i));
    }
    is_about(t.sum, sum, p.n / 8.0L);
    is_about(t.squares, squares, p.n / 8.0L);
    assert_true(t.largest_sum >= (double)largest * 0.999 &&
                t.largest_squares >= (double)squares * 0.999);
}

/* Of returns as doubles: what is added up has no rounding of its own, but for one at the end. */
static void sums_of_many_returns_are_rounded_once(void **state)
{
    (void)state;
    static struct bars p = {.shape = "sums", .n = BARS_MAX};
    const struct account_rules rules = {100, 0, 1e6, 0};
    struct rng r = rng_seeded(20260726);
    struct price_tables t;
    bars_stock(&r, &p);
    price_tables_make(&rules, p.close, p.close, p.n, numerics_cpu(), &numerics_arena, &t);
    long double sum = 0, squares = 0;
    for (long i = 1; i < p.n; i++) {
        double before = 1 / ((double)p.close[i - 1] / 1e6);
        double held = (double)p.close[i] / 1e6 * before - 1;
        sum += held;
        squares += (long double)held * held;
    }
    assert_true(fabsl(t.sum - sum) <= 2.3e-16L * fabsl(sum));
    assert_true(fabsl(t.squares - squares) <= 2.3e-16L * squares);
}

static void the_largest_of_all_ends_is_noted(void **state)
{
    (void)state;
    static struct bars p = {.shape = "largest", .n = 500};
    const struct account_rules rules = {100, 0.001, 1e6, 1};
    struct rng r = rng_seeded(20260725);
    for (int i = 0; i < BARS_SHAPES * 10; i++) {
        struct arena_mark mark = arena_mark(&numerics_arena);
        struct price_tables t;
        double sum = 0, squares = 0;
        bars_shapes[i % BARS_SHAPES].make(&r, &p);
        price_tables_make(&rules, p.open, p.close, p.n, numerics_cpu(), &numerics_arena, &t);
        for (long k = 0; k < p.n; k++) {
            sum = fmax(sum, fmax(fabs(t.entry[k].sum), fabs(t.exit[k].sum)));
            squares = fmax(squares, fmax(fabs(t.entry[k].squares), fabs(t.exit[k].squares)));
        }
        assert_true(t.largest_sum >= sum && t.largest_squares >= squares);
        arena_release(&numerics_arena, mark);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lows_over_any_stretch_are_those_of_a_scan),
        TEST(ends_of_trades_are_as_defined),
        TEST(sums_of_many_returns_are_rounded_once),
        TEST(the_largest_of_all_ends_is_noted),
    };
    return cmocka_run_group_tests_name("price_tables", tests, NULL, numerics_free);
}

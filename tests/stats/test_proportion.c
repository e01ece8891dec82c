#include "harness/stats/proportion.h"

#include "harness/base/rng.h"
#include "tests/test.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

static void assert_close(double found, double expected, double within)
{
    if (!(fabs(found - expected) <= within))
        fail_msg("expected %.9g, found %.9g", expected, found);
}

static void exact_bounds_are_those_of_tables(void **state)
{
    (void)state;
    struct stats_interval r = stats_proportion(3, 10, 0.95); /* R: binom.test(3, 10) */
    assert_close(r.estimate, 0.3, 1e-15);
    assert_close(r.low, 0.06673951, 1e-8);
    assert_close(r.high, 0.65245285, 1e-8);
    r = stats_proportion(0, 20, 0.95); /* 1 - 0.025^(1/20) */
    assert_close(r.low, 0, 0);
    assert_close(r.high, 1 - pow(0.025, 1.0 / 20), 1e-12);
    r = stats_proportion(20, 20, 0.9);
    assert_close(r.low, pow(0.05, 1.0 / 20), 1e-12);
    assert_close(r.high, 1, 0);
    assert_true(isnan(stats_proportion(0, 0, 0.95).estimate));
}

/* By their definition: as few as k, or as many, have the probability of the error. */
static void exact_bounds_are_found_everywhere(void **state)
{
    (void)state;
    for (double n = 1; n <= STATS_PROPORTION_EXACT; n = floor(n * 1.9) + 1)
        for (double k = 0; k <= n; k += 1 + floor(n / 23)) {
            struct stats_interval r = stats_proportion(k, n, 0.95);
            assert_true(r.low <= k / n && r.high >= k / n && r.low >= 0 && r.high <= 1);
            if (k > 0)
                assert_close(gsl_cdf_binomial_Q((unsigned)k - 1, r.low, (unsigned)n), 0.025, 1e-8);
            if (k < n)
                assert_close(gsl_cdf_binomial_P((unsigned)k, r.high, (unsigned)n), 0.025, 1e-8);
        }
    struct stats_interval exact = stats_proportion(30000, 100000, 0.95);
    struct stats_interval more = stats_proportion(30001, 100003, 0.95);
    assert_close(exact.low, more.low, 1e-4);
    assert_close(exact.high, more.high, 1e-4);
}

/* Newcombe 1998, Statistics in Medicine 17:857, table I: 81 of 263; 15 of 148; 0 of 20. */
static void wilson_bounds_are_those_of_newcombe(void **state)
{
    (void)state;
    struct stats_interval r = stats_proportion_wilson(81, 263, 0.95);
    assert_close(r.low, 0.2553, 5e-5);
    assert_close(r.high, 0.3662, 5e-5);
    r = stats_proportion_wilson(15, 148, 0.95);
    assert_close(r.low, 0.0624, 5e-5);
    assert_close(r.high, 0.1605, 5e-5);
    r = stats_proportion_wilson(0, 20, 0.95);
    assert_close(r.low, 0, 0);
    assert_close(r.high, 0.1611, 5e-5);
}

/* Newcombe 1998, Statistics in Medicine 17:873, table II, method 10: 56/70 - 48/80 and 9/10 - 3/10. */
static void differences_are_those_of_newcombe(void **state)
{
    (void)state;
    struct stats_interval r = stats_proportion_change(48, 80, 56, 70, stats_scale_exact(1), 0.95);
    assert_close(r.estimate, 0.2, 1e-12);
    assert_close(r.low, 0.0524, 5e-5);
    assert_close(r.high, 0.3339, 5e-5);
    r = stats_proportion_change(3, 10, 9, 10, stats_scale_exact(1), 0.95);
    assert_close(r.low, 0.1705, 5e-5);
    assert_close(r.high, 0.8090, 5e-5);
    r = stats_proportion_change(0, 10, 10, 10, stats_scale_exact(1), 0.95);
    assert_close(r.low, 0.6075, 5e-5);
    assert_close(r.high, 1, 1e-12);
}

/* A side that takes 1.25 times as long for the same work: 0.4 of it is worth 0.5 of the first. */
static void a_scale_turns_shares_into_amounts(void **state)
{
    (void)state;
    struct stats_interval r =
        stats_proportion_change(500, 1000, 400, 1000, stats_scale_exact(1.25), 0.95);
    assert_close(r.estimate, 0, 1e-12);
    assert_true(r.low < 0 && r.high > 0 && r.high - r.low < 0.12);
    assert_true(isnan(stats_proportion_change(1, 0, 1, 2, stats_scale_exact(1), 0.95).estimate));
    assert_true(isinf(stats_proportion_change(1, 0, 1, 2, stats_scale_exact(1), 0.95).high));
}

/* Bounds of a scale: R, exp(t.test(log(b), log(a))$conf.int) of logs 0, 0.1, 0.2 and 0.3, 0.5, 0.4. */
static void a_scale_has_students_bounds(void **state)
{
    (void)state;
    struct stats_scale s = stats_scale_of(0.1, 0.01, 3, 0.4, 0.01, 3);
    assert_close(s.factor, exp(0.3), 1e-12);
    assert_close(s.freedom, 4, 1e-9);
    struct stats_interval r = stats_scale_bounds(s, 0.95);
    assert_close(log(r.low), 0.3 - 2.7764451 * sqrt(0.02 / 3), 1e-7);
    assert_close(log(r.high), 0.3 + 2.7764451 * sqrt(0.02 / 3), 1e-7);
    r = stats_scale_bounds(stats_scale_exact(1.5), 0.95);
    assert_true(r.low == 1.5 && r.high == 1.5);
    s = stats_scale_of(0.1, 0.01, 2, 0.4, 0.01, 30); /* too few */
    assert_true(isnan(s.log_error) && isinf(stats_scale_bounds(s, 0.95).high));
    r = stats_proportion_change(500, 1000, 400, 1000, s, 0.95);
    assert_true(isfinite(r.estimate) && isinf(r.low) && isinf(r.high));
}

static double drawn(struct rng *r, double share, int n)
{
    double k = 0;
    for (int i = 0; i < n; i++)
        k += rng_unit(r) < share;
    return k;
}

/* Mean and variance of the logs of n runs' costs around 1. */
static void drawn_costs(struct rng *r, double spread, int n, double *mean, double *variance)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < n; i++) {
        double x = spread * rng_normal(r);
        sum += x;
        squares += x * x;
    }
    *mean = sum / n;
    *variance = (squares - sum * sum / n) / (n - 1);
}

/* Of 2000 profiles whose runs cost the one more and the other less, at least 93 of 100 intervals hold the true
 * change; with the ratio of costs taken as exact hardly any do where the runs scatter. */
static void bounds_hold_though_the_scale_was_measured(void **state)
{
    (void)state;
    static const struct {
        double before, after, factor, spread; /* shares, true ratio of costs, scatter of a run */
        int runs;
    } rows[] = {
        {0.99, 0.99, 1.2, 0.10, 12},
        {0.99, 0.99, 1.2, 0.30, 6 },
        {0.30, 0.40, 1.5, 0.10, 6 },
        {0.02, 0.05, 0.5, 0.20, 12},
        {0.50, 0.50, 1.0, 0.02, 3 },
        {0.50, 0.50, 1.0, 0.00, 6 },
    };
    const int times = 2000, samples = 500;
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        struct rng r = rng_seeded(row + 1);
        int held = 0, held_exact = 0;
        for (int i = 0; i < times; i++) {
            double k1 = drawn(&r, rows[row].before, samples), m1, v1;
            double k2 = drawn(&r, rows[row].after, samples), m2, v2;
            drawn_costs(&r, rows[row].spread, rows[row].runs, &m1, &v1);
            drawn_costs(&r, rows[row].spread, rows[row].runs, &m2, &v2);
            struct stats_scale s = stats_scale_of(m1, v1, rows[row].runs,
                                                  m2 + log(rows[row].factor), v2, rows[row].runs);
            double truth = rows[row].factor * rows[row].after - rows[row].before;
            struct stats_interval x = stats_proportion_change(k1, samples, k2, samples, s, 0.95);
            held += x.low <= truth && truth <= x.high;
            x = stats_proportion_change(k1, samples, k2, samples, stats_scale_exact(s.factor),
                                        0.95);
            held_exact += x.low <= truth && truth <= x.high;
        }
        if (held < 0.93 * times)
            fail_msg("row %zu: %d of %d intervals hold", row, held, times);
        if (row < 2 && held_exact > 0.5 * times)
            fail_msg("row %zu: the scale's error makes no difference here", row);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(exact_bounds_are_those_of_tables),          TEST(exact_bounds_are_found_everywhere),
        TEST(wilson_bounds_are_those_of_newcombe),       TEST(differences_are_those_of_newcombe),
        TEST(a_scale_turns_shares_into_amounts),         TEST(a_scale_has_students_bounds),
        TEST(bounds_hold_though_the_scale_was_measured),
    };
    return cmocka_run_group_tests_name("proportion", tests, NULL, NULL);
}

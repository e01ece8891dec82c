#include "harness/stats/proportion.h"

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
    struct stats_interval r = stats_proportion_change(48, 80, 56, 70, 1, 0.95);
    assert_close(r.estimate, 0.2, 1e-12);
    assert_close(r.low, 0.0524, 5e-5);
    assert_close(r.high, 0.3339, 5e-5);
    r = stats_proportion_change(3, 10, 9, 10, 1, 0.95);
    assert_close(r.low, 0.1705, 5e-5);
    assert_close(r.high, 0.8090, 5e-5);
    r = stats_proportion_change(0, 10, 10, 10, 1, 0.95);
    assert_close(r.low, 0.6075, 5e-5);
    assert_close(r.high, 1, 1e-12);
}

/* A side that takes 1.25 times as long for the same work: 0.4 of it is worth 0.5 of the first. */
static void a_scale_turns_shares_into_amounts(void **state)
{
    (void)state;
    struct stats_interval r = stats_proportion_change(500, 1000, 400, 1000, 1.25, 0.95);
    assert_close(r.estimate, 0, 1e-12);
    assert_true(r.low < 0 && r.high > 0 && r.high - r.low < 0.12);
    assert_true(isnan(stats_proportion_change(1, 0, 1, 2, 1, 0.95).estimate));
    assert_true(isinf(stats_proportion_change(1, 0, 1, 2, 1, 0.95).high));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(exact_bounds_are_those_of_tables),    TEST(exact_bounds_are_found_everywhere),
        TEST(wilson_bounds_are_those_of_newcombe), TEST(differences_are_those_of_newcombe),
        TEST(a_scale_turns_shares_into_amounts),
    };
    return cmocka_run_group_tests_name("proportion", tests, NULL, NULL);
}

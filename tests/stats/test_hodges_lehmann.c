#include "harness/stats/hodges_lehmann.h"

#include "harness/base/rng.h"
#include "harness/stats/signed_rank.h"
#include "tests/stats/reference.h"
#include "tests/test.h"

#include <math.h>

static void estimate_and_bounds_agree_with_r(void **state)
{
    (void)state;
    double d[STATS_MAX];
    for (int i = 0; i < REFERENCE_PAIR_SETS; i++) {
        const char *set = reference_pair_sets[i];
        int n = reference_log_ratios(set, d);
        assert_near(stats_hodges_lehmann(d, n), reference_value("hl.estimate", set, 0), 1e-12);
        for (int percent = 90; percent <= (n < 8 ? 95 : 99); percent += percent < 95 ? 5 : 4) {
            double level = percent / 100.0;
            struct stats_interval v = stats_hodges_lehmann_interval(d, n, level);
            assert_near(v.estimate, reference_value("hl.estimate", set, 0), 1e-12);
            assert_near(v.low, reference_value("hl.low", set, level), 1e-12);
            assert_near(v.high, reference_value("hl.high", set, level), 1e-12);
            assert_true(v.coverage >= level);
        }
    }
}

static void a_level_out_of_reach_has_infinite_bounds(void **state)
{
    (void)state;
    const double d[] = {1, 2, 3, 4, 5};
    struct stats_interval v = stats_hodges_lehmann_interval(d, 5, 0.95);
    assert_true(v.estimate == 3 && v.coverage == 1);
    assert_true(isinf(v.low) && v.low < 0 && isinf(v.high) && v.high > 0);
}

static void each_side_has_its_own_error(void **state)
{
    (void)state;
    const double d[] = {1, 2, 4, 8, 16, 32};
    struct stats_walsh w = stats_walsh_new(d, 6);
    assert_int_equal(w.count, 21);
    assert_true(stats_walsh_lower(&w, 1 / 64.0) == 1);   /* W(1) */
    assert_true(stats_walsh_lower(&w, 2 / 64.0) == 1.5); /* W(2) */
    assert_true(stats_walsh_upper(&w, 1 / 64.0) == 32);
    assert_true(stats_walsh_upper(&w, 2 / 64.0) == 24);
    assert_true(isinf(stats_walsh_lower(&w, 0.0155)));
    stats_walsh_done(&w);
    assert_null(w.sorted);
}

static void one_value_is_its_own_estimate(void **state)
{
    (void)state;
    const double d[] = {-0.25};
    assert_true(stats_hodges_lehmann(d, 1) == -0.25);
}

/* Powers of two and whole numbers, so that shifting and scaling are exact. */
static void the_estimate_moves_with_the_data(void **state)
{
    (void)state;
    struct rng r = rng_seeded(1);
    for (int turn = 0; turn < 200; turn++) {
        double d[20], moved[20], turned[20];
        int n = 2 + (int)rng_below(&r, 19);
        for (int i = 0; i < n; i++) {
            d[i] = (double)rng_below(&r, 1000);
            moved[i] = 4 * d[i] + 64;
            turned[i] = -d[i];
        }
        double estimate = stats_hodges_lehmann(d, n);
        assert_true(stats_hodges_lehmann(moved, n) == 4 * estimate + 64);
        assert_true(stats_hodges_lehmann(turned, n) == -estimate);
        struct stats_interval v = stats_hodges_lehmann_interval(d, n, 0.9);
        struct stats_interval t = stats_hodges_lehmann_interval(turned, n, 0.9);
        assert_true(v.estimate == estimate && t.low == -v.high && t.high == -v.low);
    }
}

static bool covers(struct rng *r, int n, double level)
{
    double d[STATS_MAX];
    for (int i = 0; i < n; i++) {
        double size = rng_normal(r);
        d[i] = size * size * size + 0.3; /* long tails, symmetric about 0.3 */
    }
    struct stats_interval v = stats_hodges_lehmann_interval(d, n, level);
    return v.low <= 0.3 && 0.3 <= v.high;
}

/* 2,000 replays: the count is binomial with the attained coverage; 4 standard deviations around it
 * are crossed by a correct interval once in 16,000 seeds. */
static void coverage_is_the_attained_one(void **state)
{
    (void)state;
    static const int sizes[] = {6, 10, 20, 30};
    struct rng r = rng_seeded(20240607);
    for (int i = 0; i < 4; i++) {
        int n = sizes[i], covered = 0;
        double expected = 1 - 2 * stats_signed_rank_cdf(n, stats_signed_rank_k(n, 0.025) - 1);
        for (int replay = 0; replay < 2000; replay++)
            covered += covers(&r, n, 0.95);
        assert_true(fabs(covered / 2000.0 - expected) < 4 * sqrt(expected * (1 - expected) / 2000));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(estimate_and_bounds_agree_with_r), TEST(a_level_out_of_reach_has_infinite_bounds),
        TEST(each_side_has_its_own_error),      TEST(one_value_is_its_own_estimate),
        TEST(the_estimate_moves_with_the_data), TEST(coverage_is_the_attained_one),
    };
    return cmocka_run_group_tests_name("hodges_lehmann", tests, NULL, NULL);
}

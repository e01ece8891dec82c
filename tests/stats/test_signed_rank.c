#include "harness/stats/signed_rank.h"

#include "harness/base/rng.h"
#include "tests/stats/reference.h"
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>

static double distribution[STATS_MAX * (STATS_MAX + 1) / 2 + 1];

static void the_cdf_agrees_with_r(void **state)
{
    (void)state;
    for (const struct reference *r = NULL; (r = reference_next("psignrank", r));)
        assert_near(stats_signed_rank_cdf(atoi(r->set), (int)r->arg), r->value, 1e-11);
}

static void the_order_statistic_index_agrees_with_r(void **state)
{
    (void)state;
    for (const struct reference *r = NULL; (r = reference_next("qsignrank", r));)
        assert_int_equal(stats_signed_rank_k(atoi(r->set), r->arg), (int)r->value);
}

static void the_index_at_95_percent_is_the_published_one(void **state)
{
    (void)state;
    static const int table[][2] = {
        {6,  1  },
        {8,  4  },
        {10, 9  },
        {12, 14 },
        {15, 26 },
        {20, 53 },
        {25, 90 },
        {30, 138},
        {40, 265},
        {60, 649}
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(stats_signed_rank_k(table[i][0], 0.025), table[i][1]);
}

static void an_index_out_of_reach_is_zero(void **state)
{
    (void)state;
    assert_int_equal(stats_signed_rank_k(5, 0.025), 0);
    assert_int_equal(stats_signed_rank_k(6, 0.025), 1);
    assert_int_equal(stats_signed_rank_k(7, 0.005), 0);
    assert_int_equal(stats_signed_rank_k(8, 0.005), 1);
    assert_int_equal(stats_signed_rank_k(10, 0.0009), 0);
    assert_int_equal(stats_signed_rank_k(10, 0x1p-10), 1);
    assert_int_equal(stats_signed_rank_k(60, 0), 0);
}

static void the_distribution_sums_to_one_and_is_symmetric(void **state)
{
    (void)state;
    static const int sizes[] = {1, 2, 3, 7, 10, 20, 53, 54, 60, 120, 200, 500, STATS_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int n = sizes[i], max = stats_signed_rank_max(n);
        stats_signed_rank_distribution(n, distribution);
        double sum = 0;
        for (int t = 0; t <= max; t++) {
            sum += distribution[t];
            assert_near(distribution[t], distribution[max - t], n <= 53 ? 0 : 1e-12);
        }
        assert_near(sum, 1, n <= 53 ? 0 : 1e-11);
        assert_true(distribution[0] == ldexp(1, -n));
    }
}

static void p_values_agree_with_r(void **state)
{
    (void)state;
    double d[STATS_MAX];
    for (int i = 0; i < REFERENCE_PAIR_SETS; i++) {
        const char *set = reference_pair_sets[i];
        int n = reference_log_ratios(set, d);
        struct stats_signed_rank_test t = stats_signed_rank_test(d, n, 0.95);
        assert_false(t.tied);
        assert_int_equal(t.n, n);
        assert_true(t.w_plus == reference_value("signed_rank.v", set, 0));
        assert_near(t.p_two_sided, reference_value("signed_rank.p", set, 0), 1e-10);
        assert_near(t.p_lower, reference_value("signed_rank.less", set, 0), 1e-10);
        assert_near(t.p_higher, reference_value("signed_rank.greater", set, 0), 1e-10);
    }
}

static void ties_and_zeros_give_the_exact_conditional_p(void **state)
{
    (void)state;
    double d[STATS_MAX];
    static const char *const sets[] = {"halves", "equal", "mixed"};
    static const int zeros[] = {2, 0, 1};
    for (int i = 0; i < 3; i++) {
        int n = reference_data(sets[i], d);
        struct stats_signed_rank_test t = stats_signed_rank_test(d, n, 0.95);
        assert_true(t.tied);
        assert_int_equal(t.zeros, zeros[i]);
        assert_int_equal(t.n, n - zeros[i]);
        assert_true(t.w_plus == reference_value("tied.v", sets[i], 0));
        assert_near(t.p_lower, reference_value("tied.less", sets[i], 0), 1e-14);
        assert_near(t.p_higher, reference_value("tied.greater", sets[i], 0), 1e-14);
    }
}

static void nothing_but_zeros_shows_nothing(void **state)
{
    (void)state;
    static const double zeros[4];
    struct stats_signed_rank_test t = stats_signed_rank_test(zeros, 4, 0.95);
    assert_int_equal(t.n, 0);
    assert_true(t.p_lower == 1 && t.p_higher == 1 && t.p_two_sided == 1);
    assert_int_equal(t.direction, STATS_UNDECIDED);
}

static void the_direction_is_that_of_the_shift(void **state)
{
    (void)state;
    static const double up[] = {1, 2, 3, 4, 5, 6, 7}, down[] = {-1, -2, -3, -4, -5, -6, -7};
    static const double both[] = {1, -2, 3, -4, 5, -6, 7};
    assert_int_equal(stats_signed_rank_test(up, 7, 0.95).direction, STATS_HIGHER);
    assert_int_equal(stats_signed_rank_test(down, 7, 0.95).direction, STATS_LOWER);
    assert_int_equal(stats_signed_rank_test(both, 7, 0.95).direction, STATS_UNDECIDED);
    assert_int_equal(stats_signed_rank_test(up, 5, 0.95).direction, STATS_UNDECIDED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_cdf_agrees_with_r),
        TEST(the_order_statistic_index_agrees_with_r),
        TEST(the_index_at_95_percent_is_the_published_one),
        TEST(an_index_out_of_reach_is_zero),
        TEST(the_distribution_sums_to_one_and_is_symmetric),
        TEST(p_values_agree_with_r),
        TEST(ties_and_zeros_give_the_exact_conditional_p),
        TEST(nothing_but_zeros_shows_nothing),
        TEST(the_direction_is_that_of_the_shift),
    };
    return cmocka_run_group_tests_name("signed_rank", tests, NULL, NULL);
}

#include "harness/stats/sign_test.h"

#include "tests/stats/reference.h"
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>

static void p_values_agree_with_r(void **state)
{
    (void)state;
    double d[STATS_MAX];
    for (const struct reference *r = NULL; (r = reference_next("binom", r));) {
        int n = atoi(r->set);
        for (int i = 0; i < n; i++)
            d[i] = i < r->arg ? 1 : -1;
        struct stats_sign_test s = stats_sign_test(d, n, 0.95);
        assert_int_equal(s.positive, (int)r->arg);
        assert_near(s.p_two_sided, r->value, 1e-12);
    }
}

static void p_and_interval_of_pairs_agree_with_r(void **state)
{
    (void)state;
    double d[STATS_MAX];
    for (int i = 0; i < REFERENCE_PAIR_SETS; i++) {
        const char *set = reference_pair_sets[i];
        int n = reference_log_ratios(set, d);
        struct stats_interval m = stats_median_interval(d, n, 0.95);
        assert_near(stats_sign_test(d, n, 0.95).p_two_sided, reference_value("sign.p", set, 0),
                    1e-12);
        assert_near(m.low, reference_value("sign.low", set, 0.95), 1e-12);
        assert_near(m.high, reference_value("sign.high", set, 0.95), 1e-12);
        assert_near(m.coverage, reference_value("sign.coverage", set, 0.95), 1e-12);
        assert_true(m.coverage >= 0.95 && m.low <= m.estimate && m.estimate <= m.high);
    }
}

static void zeros_are_counted_apart(void **state)
{
    (void)state;
    const double d[] = {0, 1, -1, 0, 2};
    struct stats_sign_test s = stats_sign_test(d, 5, 0.95);
    assert_int_equal(s.zeros, 2);
    assert_int_equal(s.positive, 2);
    assert_int_equal(s.negative, 1);
    assert_true(s.p_two_sided == 1 && s.direction == STATS_UNDECIDED);
    assert_true(stats_sign_test(d, 1, 0.95).p_two_sided == 1);
}

static void six_of_a_kind_show_a_direction_and_five_do_not(void **state)
{
    (void)state;
    const double d[] = {-1, -1, -1, -1, -1, -1};
    assert_true(stats_sign_test(d, 6, 0.95).p_two_sided == 2 / 64.0);
    assert_int_equal(stats_sign_test(d, 6, 0.95).direction, STATS_LOWER);
    assert_int_equal(stats_sign_test(d, 5, 0.95).direction, STATS_UNDECIDED);
    struct stats_interval m = stats_median_interval(d, 5, 0.95);
    assert_true(isinf(m.low) && isinf(m.high) && m.coverage == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(p_values_agree_with_r),
        TEST(p_and_interval_of_pairs_agree_with_r),
        TEST(zeros_are_counted_apart),
        TEST(six_of_a_kind_show_a_direction_and_five_do_not),
    };
    return cmocka_run_group_tests_name("sign_test", tests, NULL, NULL);
}

#include "harness/stats/welch.h"

#include "tests/stats/reference.h"
#include "tests/test.h"

#include <math.h>
#include <string.h>

/* p crosses 12 decades here: 1e-11 relative holds far out in the tail as well. */
static void agrees(struct stats_t_test t, const char *what, const char *set, double level)
{
    const struct {
        const char *field;
        double arg, value, relative;
    } fields[] = {
        {"t",          0,     t.t,                   1e-11},
        {"df",         0,     t.df,                  1e-12},
        {"p",          0,     t.p_two_sided,         1e-10},
        {"low",        level, t.difference.low,      1e-10},
        {"high",       level, t.difference.high,     1e-10},
        {"difference", 0,     t.difference.estimate, 1e-11},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        char name[40];
        snprintf(name, sizeof name, "%s.%s", what, fields[i].field);
        assert_near(fields[i].value, reference_value(name, set, fields[i].arg), fields[i].relative);
    }
}

static void both_tests_agree_with_r(void **state)
{
    (void)state;
    double base[STATS_MAX], new[STATS_MAX], d[STATS_MAX];
    for (int i = 0; i < REFERENCE_PAIR_SETS; i++) {
        const char *set = reference_pair_sets[i];
        int n = reference_pairs(set, base, new);
        reference_log_ratios(set, d);
        agrees(stats_welch(base, n, new, n, 0.95), "welch", set, 0.95);
        agrees(stats_t_one_sample(d, n, 0.95), "paired", set, 0.95);
        agrees(stats_t_one_sample(d, n, 0.99), "paired99", set, 0.99);
    }
}

static void the_difference_is_second_less_first(void **state)
{
    (void)state;
    const double a[] = {1, 2, 3, 2}, b[] = {11, 12, 13, 12, 12};
    struct stats_t_test t = stats_welch(a, 4, b, 5, 0.95), back = stats_welch(b, 5, a, 4, 0.95);
    assert_true(t.difference.estimate == 10 && t.direction == STATS_HIGHER);
    assert_true(back.t == -t.t && back.p_two_sided == t.p_two_sided);
    assert_true(back.direction == STATS_LOWER && back.difference.low == -t.difference.high);
}

static void samples_without_variance_are_decided_by_definition(void **state)
{
    (void)state;
    const double a[] = {5, 5, 5}, b[] = {6, 6};
    struct stats_t_test same = stats_welch(a, 3, a, 2, 0.95), apart = stats_welch(a, 3, b, 2, 0.95);
    assert_true(same.t == 0 && same.p_two_sided == 1 && same.direction == STATS_UNDECIDED);
    assert_true(isinf(apart.t) && apart.p_two_sided == 0 && apart.direction == STATS_HIGHER);
    assert_true(apart.df == 3 && apart.difference.low == 1 && apart.difference.high == 1);
    const double one_varies[] = {5, 6, 7};
    assert_true(stats_welch(a, 3, one_varies, 3, 0.95).df == 2);
}

static void single_values_show_nothing(void **state)
{
    (void)state;
    const double a[] = {1}, b[] = {2, 3};
    struct stats_t_test t = stats_welch(a, 1, b, 2, 0.95);
    assert_true(isnan(t.t) && isnan(t.p_two_sided) && t.direction == STATS_UNDECIDED);
    assert_true(t.difference.estimate == 1.5 && isinf(t.difference.low) &&
                isinf(t.difference.high));
    assert_true(isnan(stats_t_one_sample(a, 1, 0.95).p_two_sided));
    assert_true(isnan(stats_t_one_sample(a, 0, 0.95).difference.estimate));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(both_tests_agree_with_r),
        TEST(the_difference_is_second_less_first),
        TEST(samples_without_variance_are_decided_by_definition),
        TEST(single_values_show_nothing),
    };
    return cmocka_run_group_tests_name("welch", tests, NULL, NULL);
}

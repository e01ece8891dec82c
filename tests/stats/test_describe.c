#include "harness/stats/describe.h"

#include "tests/stats/reference.h"
#include "tests/test.h"

#include <math.h>
#include <string.h>

static const char *const sets[] = {"one_to_five", "even",   "spiked", "negative",
                                   "large",       "halves", "equal",  "mixed"};
enum { SETS = sizeof sets / sizeof *sets };

static void every_statistic_agrees_with_r(void **state)
{
    (void)state;
    double v[STATS_MAX];
    for (int i = 0; i < SETS; i++) {
        int n = reference_data(sets[i], v);
        struct stats_summary s = stats_describe(v, n, 0.95);
        assert_int_equal(s.n, n);
        assert_near(s.mean.estimate, reference_value("mean", sets[i], 0), 1e-14);
        assert_near(s.mean.low, reference_value("mean.low", sets[i], 0.95), 1e-13);
        assert_near(s.mean.high, reference_value("mean.high", sets[i], 0.95), 1e-13);
        assert_near(s.sd, reference_value("sd", sets[i], 0), 1e-13);
        assert_near(s.variation, s.sd / fabs(s.mean.estimate), 0);
        assert_near(s.median, reference_value("median", sets[i], 0), 1e-15);
        assert_near(s.mad, reference_value("mad", sets[i], 0), 1e-15);
        assert_near(s.mad_sd, reference_value("mad_sd", sets[i], 0), 1e-14);
    }
}

static void quantiles_are_of_type_7(void **state)
{
    (void)state;
    double v[STATS_MAX];
    for (const struct reference *r = NULL; (r = reference_next("quantile", r));) {
        int n = reference_data(r->set, v);
        stats_sort(v, n);
        assert_near(stats_quantile(v, n, r->arg), r->value, 1e-13);
    }
}

static void order_is_kept_and_the_ends_are_found(void **state)
{
    (void)state;
    double v[] = {3, 1, 2}, same[] = {3, 1, 2};
    struct stats_summary s = stats_describe(v, 3, 0.95);
    assert_memory_equal(v, same, sizeof v);
    assert_true(s.min == 1 && s.max == 3 && s.quartile1 == 1.5 && s.quartile3 == 2.5);
    assert_true(stats_median(v, 3) == 2);
    assert_memory_equal(v, same, sizeof v);
}

static void an_outlier_is_named_by_its_index(void **state)
{
    (void)state;
    const double v[] = {9.9, 10, 30, 10.1, 10.2, 9.8, -5};
    int index[7];
    assert_int_equal(stats_outliers(v, 7, index), 2);
    assert_int_equal(index[0], 2);
    assert_int_equal(index[1], 6);
    assert_int_equal(stats_describe(v, 7, 0.95).outliers, 2);
}

/* Median 0, MAD 1: the score of x is 0.6745 x, and 3.5 / 0.6745 = 5.1890. */
static void the_limit_of_the_score_is_three_and_a_half(void **state)
{
    (void)state;
    double v[] = {-1, 0, 1, -1, 0, 1, 5.1889};
    assert_int_equal(stats_outliers(v, 7, NULL), 0);
    v[6] = 5.1891;
    assert_int_equal(stats_outliers(v, 7, NULL), 1);
}

/* MAD 0, mean absolute deviation D = x / n: the score is n / 1.2533, over 3.5 from n = 5 on. */
static void without_mad_the_mean_deviation_is_the_scale(void **state)
{
    (void)state;
    const double v[] = {100, 100, 101, 100, 100};
    int index[5];
    assert_int_equal(stats_outliers(v, 5, index), 1);
    assert_int_equal(index[0], 2);
    assert_int_equal(stats_outliers(v, 4, NULL), 0);
    const double equal[] = {7, 7, 7};
    assert_int_equal(stats_outliers(equal, 3, NULL), 0);
}

static void too_little_data_gives_nan_not_nonsense(void **state)
{
    (void)state;
    const double one[] = {5};
    struct stats_summary s = stats_describe(one, 1, 0.95);
    assert_true(s.mean.estimate == 5 && s.median == 5 && s.mad == 0 && s.outliers == 0);
    assert_true(isnan(s.sd) && isnan(s.mean.low) && isnan(s.mean.high) && isnan(s.variation));
    s = stats_describe(NULL, 0, 0.95);
    assert_true(s.n == 0 && isnan(s.mean.estimate) && isnan(s.median) && isnan(s.max));
}

static void equal_values_have_no_spread(void **state)
{
    (void)state;
    const double v[] = {3, 3, 3, 3};
    struct stats_summary s = stats_describe(v, 4, 0.95);
    assert_true(s.sd == 0 && s.mad == 0 && s.variation == 0);
    assert_true(s.mean.low == 3 && s.mean.high == 3);
    const double zero[] = {-1, 1};
    assert_true(isnan(stats_describe(zero, 2, 0.95).variation));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_statistic_agrees_with_r),
        TEST(quantiles_are_of_type_7),
        TEST(order_is_kept_and_the_ends_are_found),
        TEST(an_outlier_is_named_by_its_index),
        TEST(the_limit_of_the_score_is_three_and_a_half),
        TEST(without_mad_the_mean_deviation_is_the_scale),
        TEST(too_little_data_gives_nan_not_nonsense),
        TEST(equal_values_have_no_spread),
    };
    return cmocka_run_group_tests_name("describe", tests, NULL, NULL);
}

#include "harness/stats/rank_sum.h"

#include "harness/base/rng.h"
#include "tests/stats/reference.h"
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void sizes_of(const char *set, int *na, int *nb)
{
    assert_int_equal(sscanf(set, "%dx%d", na, nb), 2); // NOLINT: the table is ours
}

static void the_distribution_agrees_with_r(void **state)
{
    (void)state;
    int na, nb, rows = 0;
    for (const struct reference *r = NULL; (r = reference_next("pwilcox", r)); rows++) {
        sizes_of(r->set, &na, &nb);
        assert_near(stats_rank_sum_cdf(na, nb, (int)r->arg), r->value, 1e-12);
        assert_near(stats_rank_sum_cdf(nb, na, (int)r->arg), r->value, 1e-12);
    }
    assert_true(rows > 30);
}

/* R's quantile is the smallest x with P(U <= x) >= p: our k, and above 10000 pairs within two
 * of it. */
static void k_is_the_quantile(void **state)
{
    (void)state;
    int na, nb, rows = 0, normal = 0;
    for (const struct reference *r = NULL; (r = reference_next("qwilcox", r)); rows++) {
        sizes_of(r->set, &na, &nb);
        int k = stats_rank_sum_k(na, nb, r->arg), off = k - (int)r->value;
        if (na * nb <= STATS_RANK_SUM_EXACT)
            assert_int_equal(off, 0);
        else
            assert_true(abs(off) <= 2);
        normal += na * nb > STATS_RANK_SUM_EXACT;
    }
    assert_true(rows > 20 && normal >= 6);
}

static void shift_and_bounds_agree_with_r(void **state)
{
    (void)state;
    double base[STATS_MAX], new[STATS_MAX];
    int checked = 0;
    for (const struct reference *r = NULL; (r = reference_next("shift.low", r)); checked++) {
        int n = reference_pairs(r->set, base, new);
        for (int i = 0; i < n; i++) {
            base[i] = log(base[i]);
            new[i] = log(new[i]);
        }
        struct stats_interval shift = stats_shift(base, n, new + 1, n - 1, r->arg);
        assert_near(shift.low, r->value, 1e-9);
        assert_near(shift.high, reference_value("shift.high", r->set, r->arg), 1e-9);
        assert_near(shift.estimate, reference_value("shift.estimate", r->set, 0), 1e-9);
        assert_true(shift.coverage >= r->arg && shift.coverage < 1);
        assert_true(stats_shift_estimate(base, n, new + 1, n - 1) == shift.estimate);
    }
    assert_int_equal(checked, 10);
}

static void few_values_give_no_bounds(void **state)
{
    (void)state;
    const double a[] = {1, 2, 3}, b[] = {11, 12, 13};
    struct stats_interval shift = stats_shift(a, 3, b, 3, 0.95);
    assert_true(shift.estimate == 10 && shift.coverage == 1);
    assert_true(isinf(shift.low) && isinf(shift.high) && shift.low < shift.high);
    assert_int_equal(stats_rank_sum_k(3, 3, 0.025), 0);
    assert_int_equal(stats_rank_sum_k(3, 3, 0.05), 1); /* 1 / C(6, 3) */
}

/* 2000 draws: the share of intervals that hold the shift is within 4.5 standard deviations of the
 * coverage told. Exact for 7 and 9 values, normal for 110 and 100. */
static void bounds_hold_as_often_as_told(void **state)
{
    (void)state;
    enum { DRAWS = 2000 };
    static const int sizes[][2] = {
        {7,   9  },
        {110, 100}
    };
    struct rng rng = rng_seeded(11);
    double a[110], b[110];
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        int held = 0;
        double coverage = 0;
        for (int draw = 0; draw < DRAWS / (s ? 4 : 1); draw++) {
            for (int i = 0; i < sizes[s][0]; i++)
                a[i] = rng_normal(&rng);
            for (int i = 0; i < sizes[s][1]; i++)
                b[i] = 0.3 + rng_normal(&rng);
            struct stats_interval shift = stats_shift(a, sizes[s][0], b, sizes[s][1], 0.9);
            held += shift.low <= 0.3 && shift.high >= 0.3;
            coverage = shift.coverage;
        }
        int draws = DRAWS / (s ? 4 : 1);
        double sd = sqrt(coverage * (1 - coverage) / draws);
        assert_true(fabs((double)held / draws - coverage) < 4.5 * sd);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_distribution_agrees_with_r), TEST(k_is_the_quantile),
        TEST(shift_and_bounds_agree_with_r),  TEST(few_values_give_no_bounds),
        TEST(bounds_hold_as_often_as_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

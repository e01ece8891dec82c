#include "harness/stats/usl.h"

#include "harness/base/rng.h"
#include "tests/stats/reference.h"
#include "tests/test.h"

#include <math.h>
#include <string.h>

enum { RESAMPLES = 120 };

static const double workers[] = {1, 2, 4, 8, 16, 32};

static const struct usl_request free_lambda = {
    .cores = 64, .level = 0.95, .resamples = RESAMPLES, .seed = 3};

static void on_curve(const struct usl_curve *c, int n, double se, struct usl_point *out)
{
    for (int i = 0; i < n; i++) {
        double speed = usl_speed(c, workers[i]);
        out[i] = (struct usl_point){workers[i], speed, se * speed, 0};
    }
}

static void known_coefficients_are_found(void **state)
{
    (void)state;
    static const struct usl_curve curves[] = {
        {1000, 0.05,  0.001 },
        {3e-3, 0.3,   0.02  },
        {5,    0.001, 0.0005},
        {1,    0.02,  0     },
        {1,    0,     0.003 },
    };
    struct arena a = {0};
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++) {
        struct usl_point p[6];
        on_curve(&curves[i], 6, 0, p);
        struct usl_fit f = usl_fit(p, 6, &free_lambda, &a);
        assert_int_equal(f.kind, USL_FITTED);
        assert_int_equal(f.used, 6);
        assert_near(f.lambda.estimate, curves[i].lambda, 1e-5);
        assert_true(fabs(f.sigma.estimate - curves[i].sigma) < 1e-5);
        assert_true(fabs(f.kappa.estimate - curves[i].kappa) < 1e-6);
        assert_true(f.worst_miss < 1e-5 && f.most == 32);
        assert_near(usl_at(&f, 64).estimate, usl_speed(&curves[i], 64), 1e-3);
    }
    arena_done(&a);
}

static void the_peak_is_where_the_curve_turns(void **state)
{
    (void)state;
    const struct usl_curve c = {10, 0.04, 0.0015}, linear = {10, 0, 0}, serial = {10, 1, 0.1};
    const struct usl_curve by_hand = {1, 0.05, 0.001};
    assert_near(usl_speed(&by_hand, 8), 8 / 1.406, 1e-12);
    double peak = usl_peak(&c);
    assert_near(peak, sqrt(0.96 / 0.0015), 1e-12);
    assert_true(usl_speed(&c, peak) > usl_speed(&c, peak * 1.01) &&
                usl_speed(&c, peak) > usl_speed(&c, peak * 0.99));
    assert_true(usl_peak(&linear) == INFINITY && usl_peak(&serial) == 1);
}

static void what_grows_in_a_line_has_no_peak(void **state)
{
    (void)state;
    const struct usl_curve linear = {7, 0, 0};
    struct arena a = {0};
    struct usl_point p[6];
    on_curve(&linear, 6, 0.01, p);
    struct usl_fit f = usl_fit(p, 6, &free_lambda, &a);
    assert_int_equal(f.kind, USL_FITTED);
    assert_true(f.sigma.estimate < 1e-9 && f.kappa.estimate < 1e-9);
    assert_true(f.sigma.low >= 0 && f.kappa.low >= 0 && f.sigma.high < 0.05);
    assert_true(f.peak.estimate > 1000 && f.peak.high == INFINITY);
    assert_near(f.lambda.estimate, 7, 1e-6);
    arena_done(&a);
}

/* Faster than a line: both are held at 0 and the miss tells. */
static void nothing_comes_out_below_zero(void **state)
{
    (void)state;
    struct arena a = {0};
    struct usl_point p[5];
    struct usl_request r = free_lambda;
    r.lambda = 1;
    for (int i = 0; i < 5; i++)
        p[i] = (struct usl_point){workers[i], pow(workers[i], 1.1), 0, 0};
    struct usl_fit f = usl_fit(p, 5, &r, &a);
    assert_int_equal(f.kind, USL_FITTED);
    assert_true(f.sigma.estimate == 0 && f.kappa.estimate == 0 && f.worst_miss > 0.2);
    r.lambda = 0;
    f = usl_fit(p, 5, &r, &a);
    assert_int_equal(f.kind, USL_FITTED);
    assert_true(f.sigma.estimate >= 0 && f.kappa.estimate >= 0 && f.sigma.low >= 0);
    arena_done(&a);
}

static void speed_ups_have_a_known_lambda(void **state)
{
    (void)state;
    const struct usl_curve c = {1, 0.06, 0.002};
    struct arena a = {0};
    struct usl_point p[6];
    on_curve(&c, 6, 0.01, p);
    struct usl_request r = free_lambda;
    r.lambda = 1;
    struct usl_fit f = usl_fit(p + 1, 5, &r, &a); /* one worker is not measured against itself */
    assert_int_equal(f.kind, USL_FITTED);
    assert_int_equal(f.used, 6);
    assert_true(f.lambda.low == 1 && f.lambda.high == 1);
    assert_near(f.sigma.estimate, 0.06, 1e-5);
    assert_near(f.kappa.estimate, 0.002, 1e-5);
    assert_true(f.misfit < 1e-6 && f.sigma.low < 0.06 && f.sigma.high > 0.06);
    struct stats_interval at = usl_at(&f, 32);
    assert_true(at.low < at.estimate && at.estimate < at.high);
    arena_done(&a);
}

static void too_few_points_are_told(void **state)
{
    (void)state;
    const struct usl_curve c = {1, 0.06, 0.002};
    struct arena a = {0};
    struct usl_point p[6];
    struct usl_request r = free_lambda;
    on_curve(&c, 6, 0.01, p);
    r.cores = 2;
    struct usl_fit f = usl_fit(p, 6, &r, &a);
    assert_int_equal(f.kind, USL_TOO_FEW);
    assert_true(f.used == 2 && f.left_out == 4);
    r.cores = 4;
    f = usl_fit(p, 6, &r, &a);
    assert_int_equal(f.kind, USL_NO_INTERVAL);
    assert_near(f.sigma.estimate, 0.06, 1e-4);
    assert_true(isnan(f.sigma.low) && isnan(usl_at(&f, 3).low) && isfinite(usl_at(&f, 3).estimate));
    r.cores = 8;
    assert_int_equal(usl_fit(p, 6, &r, &a).kind, USL_FITTED);
    p[3].workers = 4; /* the same number twice is one */
    assert_int_equal(usl_fit(p, 4, &r, &a).kind, USL_NO_INTERVAL);
    assert_non_null(strstr(usl_word(USL_TOO_FEW), "too few"));
    arena_done(&a);
}

static void what_is_no_point_is_refused(void **state)
{
    (void)state;
    const struct usl_curve c = {1, 0.06, 0.002};
    const double bad[] = {0, -1, (double)NAN, (double)INFINITY};
    struct arena a = {0};
    struct usl_point p[6], many[USL_POINTS_MAX + 1];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        on_curve(&c, 6, 0.01, p);
        p[2].speed = bad[i];
        assert_int_equal(usl_fit(p, 6, &free_lambda, &a).kind, USL_FAILED);
        on_curve(&c, 6, 0.01, p);
        p[4].workers = bad[i];
        assert_int_equal(usl_fit(p, 6, &free_lambda, &a).kind, USL_FAILED);
    }
    for (int i = 0; i <= USL_POINTS_MAX; i++)
        many[i] = p[0];
    assert_int_equal(usl_fit(many, USL_POINTS_MAX + 1, &free_lambda, &a).kind, USL_FAILED);
    arena_done(&a);
}

/* Points of noise, fitted again and again: seeded, the same figures each time. */
static void coverage(double noise, bool errors_given, int points, double least, uint64_t seed)
{
    enum { TIMES = 120 };
    const struct usl_curve truth = {1, 0.08, 0.003};
    struct usl_request request = free_lambda;
    struct rng r = rng_seeded(seed);
    request.lambda = 1;
    int sigma = 0, kappa = 0, at = 0;
    for (int t = 0; t < TIMES; t++) {
        struct arena a = {0};
        struct usl_point p[6];
        request.seed = seed + (uint64_t)t;
        on_curve(&truth, points, errors_given ? noise : 0, p);
        for (int i = 0; i < points; i++)
            p[i].speed *= 1 + noise * rng_normal(&r);
        struct usl_fit f = usl_fit(p + 1, points - 1, &request, &a);
        assert_int_equal(f.kind, USL_FITTED);
        struct stats_interval band = usl_at(&f, 12);
        double exact = usl_speed(&truth, 12);
        sigma += f.sigma.low <= truth.sigma && truth.sigma <= f.sigma.high;
        kappa += f.kappa.low <= truth.kappa && truth.kappa <= f.kappa.high;
        at += band.low <= exact && exact <= band.high;
        arena_done(&a);
    }
    print_message("# seed %llu, %d points, errors %s: sigma %.3f, kappa %.3f, band at 12 %.3f\n",
                  (unsigned long long)seed, points, errors_given ? "given" : "not given",
                  (double)sigma / TIMES, (double)kappa / TIMES, (double)at / TIMES);
    assert_true(sigma > least * TIMES && kappa > least * TIMES && at > least * TIMES);
}

static void intervals_hold_the_truth(void **state)
{
    (void)state;
    coverage(0.02, true, 6, 0.90, 21);
    coverage(0.02, true, 4, 0.93, 22);
    coverage(0.02, false, 5, 0.87, 23);
}

/* Points that miss the curve by more than their errors widen the bounds. */
static void a_curve_that_does_not_fit_is_less_sure(void **state)
{
    (void)state;
    const struct usl_curve c = {1, 0.06, 0.002};
    struct arena a = {0};
    struct usl_point p[6];
    on_curve(&c, 6, 0.01, p);
    struct usl_fit good = usl_fit(p, 6, &free_lambda, &a);
    p[2].speed *= 1.1;
    p[3].speed *= 0.9;
    struct usl_fit bad = usl_fit(p, 6, &free_lambda, &a);
    assert_true(bad.misfit > 10 && good.misfit < 1);
    assert_true(bad.kappa.high - bad.kappa.low > 2 * (good.kappa.high - good.kappa.low));
    arena_done(&a);
}

static void the_same_seed_gives_the_same_bounds(void **state)
{
    (void)state;
    const struct usl_curve c = {1, 0.06, 0.002};
    struct arena a = {0};
    struct usl_point p[6];
    struct usl_request other = free_lambda;
    on_curve(&c, 6, 0.02, p);
    struct usl_fit f = usl_fit(p, 6, &free_lambda, &a), g = usl_fit(p, 6, &free_lambda, &a);
    assert_true(f.sigma.low == g.sigma.low && f.peak.high == g.peak.high);
    other.seed++;
    assert_true(usl_fit(p, 6, &other, &a).sigma.low != f.sigma.low);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(known_coefficients_are_found),
        TEST(the_peak_is_where_the_curve_turns),
        TEST(what_grows_in_a_line_has_no_peak),
        TEST(nothing_comes_out_below_zero),
        TEST(speed_ups_have_a_known_lambda),
        TEST(too_few_points_are_told),
        TEST(what_is_no_point_is_refused),
        TEST(intervals_hold_the_truth),
        TEST(a_curve_that_does_not_fit_is_less_sure),
        TEST(the_same_seed_gives_the_same_bounds),
    };
    return cmocka_run_group_tests_name("usl", tests, NULL, NULL);
}

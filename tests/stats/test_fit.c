#include "harness/stats/fit.h"

#include "harness/base/rng.h"
#include "tests/stats/reference.h"
#include "tests/test.h"

#include <math.h>
#include <string.h>

static const char *const sets[] = {"gain", "loss", "cheap", "late_loss", "flat", "bent"};
enum { SETS = sizeof sets / sizeof *sets, POINTS = 60, GENERATED = 1000 };

static int data_of(const char *set, double *x, double *y)
{
    char name[24];
    snprintf(name, sizeof name, "%s.x", set);
    int n = reference_data(name, x);
    snprintf(name, sizeof name, "%s.y", set);
    assert_int_equal(reference_data(name, y), n);
    return n;
}

static struct stats_line line_of(const char *set, double level)
{
    double x[STATS_MAX], y[STATS_MAX];
    int n = data_of(set, x, y);
    return stats_line_fit(x, y, n, level);
}

static void bounds_agree(const char *set, struct stats_line line, double level)
{
    assert_near(line.fixed.low, reference_value("line.fixed.low", set, level), 1e-8);
    assert_near(line.fixed.high, reference_value("line.fixed.high", set, level), 1e-8);
    assert_near(line.each.low, reference_value("line.each.low", set, level), 1e-8);
    assert_near(line.each.high, reference_value("line.each.high", set, level), 1e-8);
}

static void the_line_and_its_bounds_agree_with_r(void **state)
{
    (void)state;
    for (int i = 0; i < SETS; i++) {
        struct stats_line line = line_of(sets[i], 0.95);
        assert_int_equal(line.n, POINTS);
        assert_int_equal(line.scales, 5);
        assert_near(line.fixed.estimate, reference_value("line.fixed", sets[i], 0), 1e-10);
        assert_near(line.each.estimate, reference_value("line.each", sets[i], 0), 1e-10);
        bounds_agree(sets[i], line, 0.95);
        bounds_agree(sets[i], line_of(sets[i], 0.9), 0.9);
    }
}

static void the_lack_of_fit_agrees_with_r(void **state)
{
    (void)state;
    for (int i = 0; i < SETS; i++) {
        struct stats_line line = line_of(sets[i], 0.95);
        assert_near(line.misfit_f, reference_value("line.misfit.f", sets[i], 0), 1e-9);
        assert_near(line.misfit_p, reference_value("line.misfit.p", sets[i], 0), 1e-8);
        assert_near(line.worst_miss, reference_value("line.worst", sets[i], 0), 1e-9);
        assert_near(line.worst_x, reference_value("line.worst.x", sets[i], 0), 1e-15);
    }
    assert_true(line_of("bent", 0.95).misfit_p < 1e-6 && line_of("gain", 0.95).misfit_p > 0.05);
}

static void the_break_even_lies_where_rs_band_touches_zero(void **state)
{
    (void)state;
    struct stats_line line = line_of("gain", 0.95);
    struct stats_break_even even = stats_break_even(&line, 1);
    assert_int_equal(even.kind, STATS_FROM);
    assert_near(even.low, reference_value("line.touch", "gain", 1), 1e-9);
    assert_near(even.high, reference_value("line.touch", "gain", 2), 1e-9);
    assert_near(even.x, -line.fixed.estimate / line.each.estimate, 1e-15);
    assert_true(fabs(stats_line_interval(&line, even.low).low) < 1e-6);
    assert_true(fabs(stats_line_interval(&line, even.high).high) < 1e-6);
    line = line_of("late_loss", 0.95);
    even = stats_break_even(&line, 1);
    assert_int_equal(even.kind, STATS_UNTIL);
    assert_near(even.low, reference_value("line.touch", "late_loss", 2), 1e-9);
    assert_near(even.high, reference_value("line.touch", "late_loss", 1), 1e-9);
}

static void what_never_crosses_is_called_always_never_or_not_proven(void **state)
{
    (void)state;
    struct stats_line line = line_of("cheap", 0.95);
    struct stats_break_even even = stats_break_even(&line, 1);
    assert_int_equal(even.kind, STATS_ALWAYS);
    assert_true(isnan(even.x) && isnan(even.low) && isnan(even.high));
    line = line_of("loss", 0.95);
    assert_int_equal(stats_break_even(&line, 1).kind, STATS_NEVER);
    line = line_of("flat", 0.95);
    even = stats_break_even(&line, 1);
    assert_int_equal(even.kind, STATS_UNPROVEN);
    assert_true(even.low == 1 && even.high == INFINITY);
    assert_string_equal(stats_break_even_word(STATS_FROM), "from");
    /* Asked about from 40 on, a layer that pays from 30 on pays always. */
    line = line_of("gain", 0.95);
    assert_int_equal(stats_break_even(&line, 40).kind, STATS_ALWAYS);
    assert_int_equal(stats_break_even(&line, 30).kind, STATS_FROM);
    assert_true(stats_break_even(&line, 30).low == 30);
}

static void lines_without_noise_are_exact(void **state)
{
    (void)state;
    double x[] = {1, 1, 5, 5, 25, 25}, y[6], flat[6];
    for (int i = 0; i < 6; i++) {
        y[i] = 128 - 16 * x[i];
        flat[i] = -7;
    }
    struct stats_line line = stats_line_fit(x, y, 6, 0.95);
    struct stats_break_even even = stats_break_even(&line, 1);
    assert_near(line.fixed.estimate, 128, 1e-12);
    assert_near(line.each.low, -16, 1e-9);
    assert_true(isnan(line.misfit_f));
    assert_int_equal(even.kind, STATS_FROM);
    assert_near(even.low, 8, 1e-6);
    assert_near(even.high, 8, 1e-6);
    line = stats_line_fit(x, flat, 6, 0.95);
    assert_int_equal(stats_break_even(&line, 1).kind, STATS_ALWAYS);
}

static void one_value_a_scale_is_an_unweighted_line(void **state)
{
    (void)state;
    const double x[] = {1000, 10000, 100000}, y[] = {5064, 5640, 11400};
    struct stats_line line = stats_line_fit(x, y, 3, 0.95);
    assert_near(line.each.estimate, 0.064, 1e-9);
    assert_near(line.fixed.estimate, 5000, 1e-9);
    assert_true(isnan(line.misfit_p) && line.worst_miss < 1e-9);
}

static void too_little_is_refused(void **state)
{
    (void)state;
    const double x[] = {5, 5, 5, 7}, y[] = {1, 2, 3, 4};
    assert_int_equal(stats_line_fit(x, y, 3, 0.95).n, 0);
    assert_int_equal(stats_line_fit(x + 2, y + 2, 2, 0.95).n, 0);
    assert_int_equal(stats_line_fit(x, y, 4, 0.95).n, 4);
    double many[STATS_SCALES_MAX + 1];
    for (int i = 0; i <= STATS_SCALES_MAX; i++)
        many[i] = i;
    assert_int_equal(stats_line_fit(many, many, STATS_SCALES_MAX + 1, 0.95).n, 0);
}

static int generate(struct rng *r, double fixed, double each, double *x, double *y)
{
    static const double at[] = {1, 5, 25, 100, 400};
    int n = 0;
    for (int s = 0; s < 5; s++)
        for (int i = 0; i < 10; i++, n++) {
            x[n] = at[s];
            y[n] = fixed + each * at[s] + rng_normal(r) * (5 + 0.3 * at[s]);
        }
    return n;
}

/* 95 % bounds from weights that are estimated themselves hold a little less often: 10 pairs a scale
 * give about 94 %. Seeded, so that the figure is the same each time. */
static void the_true_break_even_lies_between_the_bounds(void **state)
{
    (void)state;
    const uint64_t seed = 20250302;
    struct rng r = rng_seeded(seed);
    int held = 0, from = 0;
    for (int i = 0; i < GENERATED; i++) {
        double x[POINTS], y[POINTS];
        double even = 5 + (double)rng_below(&r, 60), each = -2 - (double)rng_below(&r, 20);
        int n = generate(&r, -each * even, each, x, y);
        struct stats_line line = stats_line_fit(x, y, n, 0.95);
        struct stats_break_even found = stats_break_even(&line, 1);
        from += found.kind == STATS_FROM;
        held += found.low <= even && even <= found.high;
    }
    print_message("# seed %llu: %d of %d bounds hold the truth, %d are \"from\"\n",
                  (unsigned long long)seed, held, GENERATED, from);
    assert_true(held > 0.92 * GENERATED && held < 0.975 * GENERATED);
    assert_true(from > 0.99 * GENERATED);
}

static void units_and_order_do_not_matter(void **state)
{
    (void)state;
    const uint64_t seed = 7;
    struct rng r = rng_seeded(seed);
    for (int i = 0; i < GENERATED; i++) {
        double x[POINTS], y[POINTS], back_x[POINTS], back_y[POINTS];
        int n = generate(&r, 300 - (double)rng_below(&r, 600), 5 - (double)rng_below(&r, 10), x, y);
        for (int k = 0; k < n; k++) {
            back_x[k] = x[n - 1 - k];
            back_y[k] = 1024 * y[n - 1 - k];
        }
        struct stats_line line = stats_line_fit(x, y, n, 0.95);
        struct stats_line back = stats_line_fit(back_x, back_y, n, 0.95);
        struct stats_break_even even = stats_break_even(&line, 1),
                                same = stats_break_even(&back, 1);
        assert_near(back.each.low, 1024 * line.each.low, 1e-6);
        assert_int_equal(even.kind, same.kind);
        if (even.kind == STATS_FROM)
            assert_near(same.high, even.high, 1e-6);
    }
    print_message("# seed %llu\n", (unsigned long long)seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_line_and_its_bounds_agree_with_r),
        TEST(the_lack_of_fit_agrees_with_r),
        TEST(the_break_even_lies_where_rs_band_touches_zero),
        TEST(what_never_crosses_is_called_always_never_or_not_proven),
        TEST(lines_without_noise_are_exact),
        TEST(one_value_a_scale_is_an_unweighted_line),
        TEST(too_little_is_refused),
        TEST(the_true_break_even_lies_between_the_bounds),
        TEST(units_and_order_do_not_matter),
    };
    return cmocka_run_group_tests_name("fit", tests, NULL, NULL);
}

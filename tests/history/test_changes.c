#include "harness/history/changes.h"

#include "harness/base/rng.h"
#include "tests/test.h"

#include <math.h>
#include <stdbool.h>

enum { RUNS = 1200 };

static struct series_point points[RUNS];

static struct series series_of(int n, bool is_exact)
{
    return (struct series){.benchmark = "s/b", .is_exact = is_exact, .points = points, .count = n};
}

static void exact_values_change_where_they_differ(void **state)
{
    (void)state;
    const double v[] = {0, 0, 3, 3, 6, 0};
    struct change c[CHANGES_MAX];
    for (int i = 0; i < 6; i++)
        points[i].value = v[i];
    struct series s = series_of(6, true);
    assert_int_equal(changes_find(&s, &stats_change_default, c), 3);
    assert_int_equal(c[0].index, 2);
    assert_true(c[0].before == 0 && c[0].after == 3 && isnan(c[0].ratio.estimate) && isnan(c[0].p));
    assert_true(c[1].index == 4 && c[1].ratio.estimate == 2 && c[1].ratio.low == 2);
    assert_true(c[2].index == 5 && c[2].ratio.estimate == 0);
    struct series one = series_of(1, true);
    assert_int_equal(changes_find(&one, &stats_change_default, c), 0);
}

static void noise(struct rng *rng, int n, int at, double factor, double likeness)
{
    double x = rng_normal(rng);
    for (int i = 0; i < n; i++) {
        points[i].value = 1e6 * exp(0.02 * x) * (i >= at ? factor : 1);
        x = likeness * x + sqrt(1 - likeness * likeness) * rng_normal(rng);
    }
}

static void times_change_by_a_ratio(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(1);
    struct change c[CHANGES_MAX];
    noise(&rng, 60, 35, 0.8, 0);
    struct series s = series_of(60, false);
    assert_int_equal(changes_find(&s, &stats_change_default, c), 1);
    assert_int_equal(c[0].index, 35);
    assert_true(c[0].ratio.low < 0.8 && c[0].ratio.high > 0.8 && c[0].ratio.high < 0.83);
    assert_true(fabs(c[0].before - 1e6) < 2e4 && fabs(c[0].after - 8e5) < 2e4);
}

/* The newest STATS_MAX are looked at, indexes are those of the series. */
static void a_long_history_is_looked_at_from_its_end(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(2);
    struct change c[CHANGES_MAX];
    noise(&rng, RUNS, 1150, 1.2, 0);
    points[3].value *= 3;
    struct series s = series_of(RUNS, false);
    assert_int_equal(changes_find(&s, &stats_change_default, c), 1);
    assert_int_equal(c[0].index, 1150);
    assert_true(changes_likeness(&s, c, 1) == 0);
    s.is_exact = true; /* all differ: room for as many */
    assert_int_equal(changes_find(&s, &stats_change_default, c), STATS_MAX - 1);
}

static void a_clock_that_did_not_tick_is_no_crash(void **state)
{
    (void)state;
    struct change c[CHANGES_MAX];
    for (int i = 0; i < 20; i++)
        points[i].value = i < 10 ? 0 : 100;
    struct series s = series_of(20, false);
    assert_int_equal(changes_find(&s, &stats_change_default, c), 1);
    assert_int_equal(c[0].index, 10);
}

/* 200 series each: told of most that are alike, of few that are not. */
static void neighbours_that_are_alike_are_noticed(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(3);
    const struct change step = {.index = 40};
    int alike = 0, not_alike = 0;
    for (int i = 0; i < 200; i++) {
        struct series s = series_of(80, false);
        noise(&rng, 80, 40, 1.5, 0.6);
        alike += changes_likeness(&s, &step, 1) > 0;
        noise(&rng, 80, 40, 1.5, 0);
        not_alike += changes_likeness(&s, &step, 1) > 0;
    }
    assert_true(alike >= 190 && not_alike <= 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(exact_values_change_where_they_differ),    TEST(times_change_by_a_ratio),
        TEST(a_long_history_is_looked_at_from_its_end), TEST(a_clock_that_did_not_tick_is_no_crash),
        TEST(neighbours_that_are_alike_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

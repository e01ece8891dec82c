#include "harness/stats/change_point.h"

#include "harness/base/rng.h"
#include "tests/stats/reference.h"
#include "tests/test.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum { ROOM = STATS_MAX / 2 + 1 };

static struct stats_change_rule rule_of(const char *set)
{
    struct stats_change_rule rule = stats_change_default;
    rule.min_segment = (int)reference_value("change.min", set, 0);
    rule.block = (int)reference_value("change.block", set, 0);
    return rule;
}

/* R counts every order; of 99,999 random ones the share is within 4.5 standard deviations of its p. */
static void statistic_and_p_agree_with_r(void **state)
{
    (void)state;
    enum { PERMUTATIONS = 99999 };
    int checked = 0;
    for (const struct reference *r = NULL; (r = reference_next("change.p", r)); checked++) {
        double v[STATS_MAX];
        int n = reference_data(r->set, v);
        struct stats_change_rule rule = rule_of(r->set);
        rule.permutations = PERMUTATIONS;
        struct stats_split split = stats_change_test(v, n, &rule);
        assert_near(split.z, reference_value("change.z", r->set, 0), 1e-12);
        if (split.z != 0)
            assert_int_equal(split.index, (int)reference_value("change.at", r->set, 0));
        double sd = sqrt(r->value * (1 - r->value) / PERMUTATIONS);
        if (fabs(split.p - r->value) > 4.5 * sd + 1e-5)
            fail_msg("%s: p %g, R's is %g, sd %g", r->set, split.p, r->value, sd);
    }
    assert_int_equal(checked, 10);
}

/* ---- properties ------------------------------------------------------------------------------ */

struct series {
    double v[STATS_MAX];
    int n;
};

/* Some level, perhaps a step, noise, now and then a spike, perhaps ties. */
static struct series any_series(struct rng *rng)
{
    struct series s = {.n = 10 + (int)rng_below(rng, 60)};
    int step_at = (int)rng_below(rng, (uint64_t)s.n);
    double step = rng_unit(rng) < 0.5 ? 0 : 4 * rng_normal(rng);
    double grain = rng_unit(rng) < 0.3 ? 0.5 : 0;
    for (int i = 0; i < s.n; i++) {
        s.v[i] = rng_normal(rng) + (i >= step_at ? step : 0);
        if (rng_unit(rng) < 0.05)
            s.v[i] += 20;
        if (grain > 0)
            s.v[i] = grain * floor(s.v[i] / grain);
    }
    return s;
}

static struct series turned(const struct series *s, double times, double plus, bool is_backwards)
{
    struct series t = {.n = s->n};
    for (int i = 0; i < s->n; i++)
        t.v[i] = s->v[is_backwards ? s->n - 1 - i : i] * times + plus;
    return t;
}

static void assert_same_changes(const struct stats_change *a, int na, const struct stats_change *b,
                                int nb)
{
    assert_int_equal(na, nb);
    for (int i = 0; i < na; i++) {
        assert_int_equal(a[i].index, b[i].index);
        assert_true(a[i].p == b[i].p && a[i].z == b[i].z);
        assert_int_equal(a[i].before, b[i].before);
        assert_int_equal(a[i].after, b[i].after);
    }
}

/* Times 8 and plus 0 rounds nothing, so that ties stay ties. */
static void another_unit_changes_nothing(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(1);
    struct stats_change a[ROOM], b[ROOM];
    for (int turn = 0; turn < 60; turn++) {
        struct series s = any_series(&rng), scaled = turned(&s, 8, 0, false);
        int na = stats_change_points(s.v, s.n, &stats_change_default, 0.95, a);
        int nb = stats_change_points(scaled.v, s.n, &stats_change_default, 0.95, b);
        assert_same_changes(a, na, b, nb);
        for (int i = 0; i < na; i++)
            assert_true(b[i].shift.estimate == 8 * a[i].shift.estimate);
    }
}

static void a_negative_unit_turns_signs_only(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(2);
    for (int turn = 0; turn < 60; turn++) {
        struct series s = any_series(&rng), negative = turned(&s, -1, 0, false);
        struct stats_split a = stats_change_test(s.v, s.n, &stats_change_default);
        struct stats_split b = stats_change_test(negative.v, s.n, &stats_change_default);
        assert_true(a.index == b.index && a.z == -b.z && a.p == b.p);
    }
}

/* The permutations are others, so p agrees within what 9999 of them leave open. */
static void time_reversed_mirrors_the_split(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(3);
    int compared = 0;
    for (int turn = 0; turn < 100; turn++) {
        struct series s = any_series(&rng), back = turned(&s, 1, 0, true);
        struct stats_split a = stats_change_test(s.v, s.n, &stats_change_default);
        struct stats_split b = stats_change_test(back.v, s.n, &stats_change_default);
        assert_near(fabs(b.z), fabs(a.z), 1e-15);
        assert_true(fabs(a.p - b.p) < 1e-4 + 6 * sqrt(2 * a.p * (1 - a.p) / 9999));
        if (a.z != -b.z)
            continue; /* two splits are equally good and equally central */
        compared++;
        assert_int_equal(a.index, s.n - b.index);
    }
    assert_true(compared > 95);
}

static void the_same_seed_gives_the_same_p(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(4);
    struct stats_change_rule other = stats_change_default;
    other.seed = 99;
    int differ = 0;
    for (int turn = 0; turn < 20; turn++) {
        struct series s = any_series(&rng);
        double p = stats_change_test(s.v, s.n, &stats_change_default).p;
        assert_true(p == stats_change_test(s.v, s.n, &stats_change_default).p);
        differ += p != stats_change_test(s.v, s.n, &other).p;
    }
    assert_true(differ > 5);
}

static void changes_are_in_order_and_leave_room(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(5);
    struct stats_change c[ROOM];
    struct stats_change_rule rule = stats_change_default;
    rule.alpha = 0.3; /* many */
    rule.min_segment = 3;
    int all = 0;
    for (int turn = 0; turn < 100; turn++) {
        struct series s = any_series(&rng);
        int found = stats_change_points(s.v, s.n, &rule, 0.95, c), at = 0;
        assert_true(found < stats_change_room(s.n, &rule));
        for (int i = 0; i < found; i++) {
            assert_int_equal(c[i].before, c[i].index - at);
            assert_int_equal(c[i].after, (i + 1 < found ? c[i + 1].index : s.n) - c[i].index);
            assert_true(c[i].before >= 3 && c[i].after >= 3);
            assert_true(c[i].shift.low <= c[i].shift.estimate &&
                        c[i].shift.estimate <= c[i].shift.high);
            at = c[i].index;
        }
        all += found;
    }
    assert_true(all > 60);
}

/* ---- what is found --------------------------------------------------------------------------- */

/* Three levels: each change with its place, its size and its direction. */
static void two_steps_are_two_changes(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(6);
    double v[60];
    for (int i = 0; i < 60; i++)
        v[i] = (i < 20 ? 0 : i < 40 ? 0.3 : -0.1) + 0.02 * rng_normal(&rng);
    struct stats_change c[ROOM];
    assert_int_equal(stats_change_points(v, 60, &stats_change_default, 0.95, c), 2);
    assert_int_equal(c[0].index, 20);
    assert_int_equal(c[1].index, 40);
    assert_true(c[0].z > 0 && c[1].z < 0 && c[0].p < 0.001);
    assert_true(fabs(c[0].shift.estimate - 0.3) < 0.03 && fabs(c[1].shift.estimate + 0.4) < 0.03);
    assert_true(c[0].before == 20 && c[0].after == 20 && c[1].after == 20);
}

static void small_changes_are_taken_out_again(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(7);
    double v[60];
    for (int i = 0; i < 60; i++)
        v[i] = (i < 20 ? 0 : i < 40 ? 0.03 : 0.33) + 0.003 * rng_normal(&rng);
    struct stats_change c[ROOM];
    struct stats_change_rule rule = stats_change_default;
    assert_int_equal(stats_change_points(v, 60, &rule, 0.95, c), 2);
    rule.min_shift = log(1.05);
    assert_int_equal(stats_change_points(v, 60, &rule, 0.95, c), 1);
    assert_int_equal(c[0].index, 40);
    assert_int_equal(c[0].before, 40); /* joined with what was before it */
    rule.min_shift = 1;
    assert_int_equal(stats_change_points(v, 60, &rule, 0.95, c), 0);
}

static void one_spike_is_no_change(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(8);
    struct stats_change c[ROOM];
    double v[40];
    for (int at = 0; at < 40; at++) {
        for (int i = 0; i < 40; i++)
            v[i] = rng_normal(&rng) + (i == at ? 1e6 : 0);
        struct stats_change_rule rule = stats_change_default;
        rule.alpha = 0.001;
        assert_int_equal(stats_change_points(v, 40, &rule, 0.95, c), 0);
    }
}

static void the_least_that_ten_values_can_show(void **state)
{
    (void)state;
    double v[10];
    struct stats_change c[ROOM];
    for (int i = 0; i < 10; i++)
        v[i] = i % 5 + (i < 5 ? 0 : 100);
    assert_int_equal(stats_change_points(v, 10, &stats_change_default, 0.95, c), 1);
    assert_int_equal(c[0].index, 5);
    assert_int_equal(stats_change_points(v, 9, &stats_change_default, 0.95, c), 0);
    assert_int_equal(stats_change_points(v, 0, &stats_change_default, 0.95, c), 0);
    struct stats_change_rule strict = stats_change_default;
    strict.alpha = 0.005; /* below 2 / C(10, 5) */
    assert_int_equal(stats_change_points(v, 10, &strict, 0.95, c), 0);
}

static void equal_values_never_change(void **state)
{
    (void)state;
    double v[30];
    struct stats_change c[ROOM];
    for (int i = 0; i < 30; i++)
        v[i] = 5;
    struct stats_split split = stats_change_test(v, 30, &stats_change_default);
    assert_true(split.z == 0 && split.p == 1 && split.index == 15);
    assert_int_equal(stats_change_points(v, 30, &stats_change_default, 0.95, c), 0);
    assert_int_equal(stats_change_test(v, 9, &stats_change_default).index, 0);
}

/* A level too small for any permutation finds nothing, and the longest series fits. */
static void extremes_are_answered(void **state)
{
    (void)state;
    double *v = test_malloc(STATS_MAX * sizeof *v);
    for (int i = 0; i < STATS_MAX; i++)
        v[i] = i < 700 ? i % 7 : 100 + i % 7;
    struct stats_change c[ROOM];
    struct stats_change_rule rule = stats_change_default;
    rule.permutations = 99;
    assert_int_equal(stats_change_points(v, STATS_MAX, &rule, 0.95, c), 1);
    assert_int_equal(c[0].index, 700);
    rule.alpha = 1e-9;
    assert_int_equal(stats_change_points(v, STATS_MAX, &rule, 0.95, c), 0);
    test_free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(statistic_and_p_agree_with_r),     TEST(another_unit_changes_nothing),
        TEST(a_negative_unit_turns_signs_only), TEST(time_reversed_mirrors_the_split),
        TEST(the_same_seed_gives_the_same_p),   TEST(changes_are_in_order_and_leave_room),
        TEST(two_steps_are_two_changes),        TEST(small_changes_are_taken_out_again),
        TEST(one_spike_is_no_change),           TEST(the_least_that_ten_values_can_show),
        TEST(equal_values_never_change),        TEST(extremes_are_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

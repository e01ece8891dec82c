#include "harness/flame/flame_diff_top.h"

#include "harness/flame/pair.h"
#include "tests/flame/trees.h"
#include "tests/test.h"

#include <math.h>
#include <string.h>

static void assert_near(double found, double expected)
{
    if (!(fabs(found - expected) < 1e-9))
        fail_msg("expected %.9g, found %.9g", expected, found);
}

static void a_pair_holds_both_sides_weights(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct stacks before = {0}, after = {0};
        struct flame_pair p;
        uint64_t sums[2] = {0};
        tree_random(&before, seed, 200);
        tree_random(&after, seed + 50, 300);
        flame_pair_init(&p, &before, &after);
        for (int i = 0; i < p.all.node_count; i++) {
            assert_true(p.self[0][i] + p.self[1][i] == p.all.nodes[i].self);
            assert_true(p.total[0][i] + p.total[1][i] == p.all.nodes[i].total);
            sums[0] += p.self[0][i];
            sums[1] += p.self[1][i];
        }
        assert_true(sums[0] == stacks_total(&before) && sums[1] == stacks_total(&after));
        assert_true(p.total[0][0] == p.whole[0] && p.whole[0] == sums[0] && p.whole[1] == sums[1]);
        flame_pair_done(&p);
        stacks_done(&before);
        stacks_done(&after);
    }
}

static void add(struct stacks *s, struct stacks_frame f, uint64_t weight)
{
    stacks_add(s, (int[]){stacks_frame(s, &f)}, 1, weight);
}

static void two_builds_functions_are_the_same(void **state)
{
    (void)state;
    struct stacks before = {0}, after = {0};
    struct flame_pair p;
    add(&before, (struct stacks_frame){"step", "/one/kernels/spin.c", "lcg.so", 5}, 10);
    add(&after, (struct stacks_frame){"step", "/two/kernels/spin.c", "slow.so", 9}, 30);
    add(&after, (struct stacks_frame){"step", "/two/kernels/null.c", "slow.so", 9}, 1);
    flame_pair_init(&p, &before, &after);
    assert_int_equal(p.all.node_count, 3);
    assert_true(p.total[0][1] == 10 && p.total[1][1] == 30);
    assert_string_equal(p.all.frames[0].file, "/one/kernels/spin.c");
    flame_pair_done(&p);
    stacks_done(&before);
    stacks_done(&after);
}

/* Without a scale: others' shares shrink, each by less. */
static void a_planted_regression_is_named_first(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct stacks before = {0}, after = {0};
        struct arena a = {0};
        int count;
        tree_backtest(&before, 0, seed);
        tree_backtest(&after, 15, seed + 100);
        struct flame_diff_row *rows =
            flame_diff_top(&before, &after, stats_scale_exact(1), &a, &count);
        assert_string_equal(rows[0].frame.name, "group_base");
        assert_true(rows[0].shown && rows[0].self_change.estimate > 0.05);
        assert_true(rows[0].self_change.low > 0);
        arena_done(&a);
        stacks_done(&before);
        stacks_done(&after);
    }
}

/* Of two functions one grows by what the other shrinks: the scale tells which it was. */
static void a_scale_tells_which_of_two_it_was(void **state)
{
    (void)state;
    struct stacks before = {0}, after = {0};
    struct arena a = {0};
    int count;
    tree_add(&before, "main;steady", 2000);
    tree_add(&before, "main;slower", 2000);
    tree_add(&after, "main;steady", 1600);
    tree_add(&after, "main;slower", 2400);
    struct flame_diff_row *rows =
        flame_diff_top(&before, &after, stats_scale_exact(1.25), &a, &count);
    assert_int_equal(count, 3);
    assert_string_equal(rows[0].frame.name, "slower");
    assert_near(rows[0].self_change.estimate, 0.25);
    assert_true(rows[0].shown && !rows[1].shown && !rows[2].shown);
    rows = flame_diff_top(&before, &after, stats_scale_exact(1), &a, &count);
    assert_string_equal(rows[0].frame.name, "slower"); /* as much more as the other is less */
    assert_near(rows[1].self_change.estimate, -0.1);
    assert_true(rows[0].shown && rows[1].shown);
    rows = flame_diff_top(&after, &before, stats_scale_exact(0.8), &a, &count);
    assert_string_equal(rows[0].frame.name, "slower");
    assert_near(rows[0].self_change.estimate, -0.2);
    arena_done(&a);
    stacks_done(&before);
    stacks_done(&after);
}

/* Five in a hundred tables may show one; of 200 more than 25 do once in 10^5. */
static void noise_is_seldom_shown(void **state)
{
    (void)state;
    int alarms = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct stacks before = {0}, after = {0};
        struct arena a = {0};
        int count;
        tree_backtest(&before, 0, seed);
        tree_backtest(&after, 0, seed + 1000);
        struct flame_diff_row *rows =
            flame_diff_top(&before, &after, stats_scale_exact(1), &a, &count);
        alarms += rows[0].shown;
        arena_done(&a);
        stacks_done(&before);
        stacks_done(&after);
    }
    assert_true(alarms <= 25);
}

static void rows_add_up_to_no_change(void **state)
{
    (void)state;
    struct stacks before = {.unit = STACKS_NANOSECONDS}, after = {.unit = STACKS_NANOSECONDS};
    struct arena a = {0};
    int count;
    double sum = 0;
    tree_random(&before, 1, 300);
    tree_random(&after, 2, 300);
    struct flame_diff_row *rows = flame_diff_top(&before, &after, stats_scale_exact(1), &a, &count);
    for (int i = 0; i < count; i++) {
        sum += rows[i].self_change.estimate;
        assert_near(rows[i].self_change.low, rows[i].self_change.high);
    }
    assert_near(sum, 0);
    arena_done(&a);
    stacks_done(&before);
    stacks_done(&after);
}

static void an_empty_side_shows_nothing(void **state)
{
    (void)state;
    struct stacks none = {0}, some = {0};
    struct arena a = {0};
    int count;
    tree_add(&some, "main", 5);
    assert_null(flame_diff_top(&none, &none, stats_scale_exact(1), &a, &count));
    assert_int_equal(count, 0);
    struct flame_diff_row *rows = flame_diff_top(&none, &some, stats_scale_exact(1), &a, &count);
    assert_int_equal(count, 1);
    assert_near(rows[0].self_change.estimate, 1);
    assert_false(rows[0].shown);
    arena_done(&a);
    stacks_done(&some);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_pair_holds_both_sides_weights),
        TEST(two_builds_functions_are_the_same),
        TEST(a_planted_regression_is_named_first),
        TEST(a_scale_tells_which_of_two_it_was),
        TEST(noise_is_seldom_shown),
        TEST(rows_add_up_to_no_change),
        TEST(an_empty_side_shows_nothing),
    };
    return cmocka_run_group_tests_name("flame_diff_top", tests, NULL, NULL);
}

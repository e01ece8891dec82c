#include "harness/flame/parts.h"

#include "tests/flame/trees.h"
#include "tests/test.h"

#include <math.h>
#include <string.h>

static const char *const group_names[] = {"group_", NULL};
static const char *const load_names[] = {"load$", "group_slow$", NULL};
static const char *const step_names[] = {"step", NULL};

static const struct kernel_part parts[] = {
    {"group", "grouping",    group_names, true },
    {"load",  "loading",     load_names,  true },
    {"step",  "computation", step_names,  false},
};

static void a_sample_belongs_to_the_innermost_part(void **state)
{
    (void)state;
    struct stacks s = {0};
    struct arena a = {0};
    tree_add(&s, "main;step_all;group_base;memcpy", 10); /* group: nearest to the leaf */
    tree_add(&s, "main;group_base;step;free", 20);       /* step */
    tree_add(&s, "main;load;read", 5);                   /* load */
    tree_add(&s, "main;loader;read", 3);                 /* "load$" is a whole name */
    tree_add(&s, "main;group_slow", 2);                  /* the first row that names it */
    tree_add(&s, "", 1);
    struct parts p = parts_of(parts, 3, &s, &a);
    assert_int_equal(p.count, 4);
    assert_true(p.rows[0].weight == 12 && p.rows[1].weight == 5 && p.rows[2].weight == 20);
    assert_true(p.rows[3].weight == 4 && p.total == 41);
    assert_string_equal(p.rows[3].name, "other");
    assert_true(p.overhead == 17 && p.computation == 20);
    assert_true(fabs(p.ratio - 17.0 / 20) < 1e-12);
    assert_true(fabs(p.rows[2].share.estimate - 20.0 / 41) < 1e-12);
    assert_true(p.rows[2].share.low < 20.0 / 41 && p.rows[2].share.high > 20.0 / 41);
    arena_done(&a);
    stacks_done(&s);
}

static void every_sample_belongs_to_one(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct stacks s = {0};
        struct arena a = {0};
        uint64_t sum = 0;
        tree_random(&s, seed, 200);
        struct parts p = parts_of(parts, 3, &s, &a);
        for (int i = 0; i < p.count; i++)
            sum += p.rows[i].weight;
        assert_true(sum == p.total && p.total == stacks_total(&s));
        assert_true(p.overhead + p.computation + p.rows[3].weight == p.total);
        arena_done(&a);
        stacks_done(&s);
    }
}

static void nothing_sampled_and_no_parts_are_told(void **state)
{
    (void)state;
    struct stacks s = {.unit = STACKS_BYTES};
    struct arena a = {0};
    struct parts p = parts_of(parts, 3, &s, &a);
    assert_true(isnan(p.rows[0].share.estimate) && isnan(p.ratio) && p.total == 0);
    tree_add(&s, "main;step", 4);
    p = parts_of(NULL, 0, &s, &a);
    assert_true(p.count == 1 && p.rows[0].weight == 4 && isnan(p.ratio));
    assert_true(p.rows[0].share.low == 1 && p.rows[0].share.high == 1); /* bytes: no interval */
    arena_done(&a);
    stacks_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_sample_belongs_to_the_innermost_part),
        TEST(every_sample_belongs_to_one),
        TEST(nothing_sampled_and_no_parts_are_told),
    };
    return cmocka_run_group_tests_name("parts", tests, NULL, NULL);
}

#include "harness/flame/functions.h"

#include "tests/flame/trees.h"
#include "tests/test.h"

#include <string.h>

static const struct functions_row *
row_named(const struct stacks *s, const struct functions_row *rows, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(s->frames[rows[i].frame].name, name) == 0)
            return &rows[i];
    fail_msg("no row %s", name);
    return NULL;
}

static void recursion_counts_once_in_total(void **state)
{
    (void)state;
    struct stacks s = {0};
    struct arena a = {0};
    int count;
    tree_add(&s, "main;f;g;f;f", 5);
    tree_add(&s, "main;f", 2);
    tree_add(&s, "main;g;f", 1);
    struct functions_row *rows = functions_table(&s, &a, &count);
    assert_int_equal(count, 3);
    const struct functions_row *f = row_named(&s, rows, count, "f"),
                               *g = row_named(&s, rows, count, "g");
    assert_true(f->self == 8 && f->total == 8);
    assert_true(g->self == 0 && g->total == 6);
    assert_true(row_named(&s, rows, count, "main")->total == 8);
    assert_ptr_equal(f, &rows[0]);
    arena_done(&a);
    stacks_done(&s);
}

static void selves_add_up_and_rows_are_sorted(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct stacks s = {0};
        struct arena a = {0};
        uint64_t sum = 0;
        int count;
        tree_random(&s, seed, 300);
        struct functions_row *rows = functions_table(&s, &a, &count);
        for (int i = 0; i < count; i++) {
            sum += rows[i].self;
            assert_true(rows[i].total >= rows[i].self && rows[i].total <= stacks_total(&s));
            assert_true(i == 0 || rows[i - 1].self >= rows[i].self);
        }
        assert_true(sum == stacks_total(&s));
        arena_done(&a);
        stacks_done(&s);
    }
}

static void an_empty_profile_has_no_functions(void **state)
{
    (void)state;
    struct stacks s = {0};
    struct arena a = {0};
    int count = 7;
    assert_null(functions_table(&s, &a, &count));
    assert_int_equal(count, 0);
    tree_add(&s, "", 4);
    assert_null(functions_table(&s, &a, &count));
    arena_done(&a);
    stacks_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(recursion_counts_once_in_total),
        TEST(selves_add_up_and_rows_are_sorted),
        TEST(an_empty_profile_has_no_functions),
    };
    return cmocka_run_group_tests_name("functions", tests, NULL, NULL);
}

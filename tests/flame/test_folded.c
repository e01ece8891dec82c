#include "harness/flame/folded.h"

#include "tests/flame/trees.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

static void a_line_a_stack(void **state)
{
    (void)state;
    struct stacks s = {0};
    struct text out = {0};
    tree_add(&s, "main;solve;step", 42);
    tree_add(&s, "main", 3);
    tree_add(&s, "", 1);
    folded_write(&s, &out);
    assert_string_equal(out.p, STACKS_EMPTY " 1\nmain 3\nmain;solve;step 42\n");
    text_done(&out);
    stacks_done(&s);
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct stacks s = {0}, back = {0};
        struct text first = {0}, second = {0};
        struct err e;
        tree_random(&s, seed, 300);
        tree_add(&s, "", 17);
        folded_write(&s, &first);
        assert_ok(folded_read(&back, (struct str){first.p, first.n}, "x.folded", &e), &e);
        folded_write(&back, &second);
        assert_string_equal(first.p, second.p);
        assert_true(stacks_total(&back) == stacks_total(&s));
        tree_check(&back);
        text_done(&first);
        text_done(&second);
        stacks_done(&s);
        stacks_done(&back);
    }
}

static void odd_names_stay_one_frame(void **state)
{
    (void)state;
    struct stacks s = {0}, back = {0};
    struct text out = {0};
    struct err e;
    tree_odd(&s);
    folded_write(&s, &out);
    assert_non_null(strstr(out.p, "a:b;a:b;a:b 10\n"));
    assert_non_null(strstr(out.p, "trailing 42;trailing 42;trailing 42 10\n"));
    assert_non_null(strstr(out.p, "line break;"));
    assert_ok(folded_read(&back, (struct str){out.p, out.n}, "x.folded", &e), &e);
    assert_int_equal(back.node_count, s.node_count);
    assert_int_equal(tree_self(&back, "two words;two words;two words"), 10);
    text_done(&out);
    stacks_done(&s);
    stacks_done(&back);
}

static void lines_of_other_tools_are_read(void **state)
{
    (void)state;
    struct stacks s = {0};
    struct err e;
    tree_add(&s, "main", 1);
    assert_ok(folded_read(&s, str_of("main;a 5\r\n\nmain;a 6\nmain;b 7"), "x.folded", &e), &e);
    assert_int_equal(tree_total(&s, "main"), 1); /* the tree's own has a file and a module */
    assert_int_equal(stacks_total(&s), 19);
    assert_ok(folded_read(&s, str_of(""), "empty.folded", &e), &e);
    assert_int_equal(stacks_total(&s), 19);
    stacks_done(&s);
}

static void a_bad_line_is_named_and_nothing_is_added(void **state)
{
    (void)state;
    static const char *const bad[] = {"main;a 5\nmain",
                                      "main;a 5\nmain x",
                                      "main;a 5\nmain -3",
                                      "main;a 5\n 3",
                                      "main;a 5\nmain 1.5",
                                      "main;a 5\nmain 99999999999999999999",
                                      "main;a 5\nmain 3 ",
                                      "main;a 5\n18446744073709551615",
                                      "main;a 5\nb 18446744073709551614"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct stacks s = {0};
        struct err e = {0};
        assert_false(folded_read(&s, str_of(bad[i]), "x.folded", &e));
        assert_says(&e, "x.folded:2: expected \"frame;frame WEIGHT\"");
        assert_int_equal(e.code, ERR_INPUT);
        assert_int_equal(s.node_count, 0);
        stacks_done(&s);
    }
}

static void deep_lines_keep_their_leaf(void **state)
{
    (void)state;
    struct text line = {0};
    struct stacks s = {0};
    struct err e;
    for (int i = 0; i < 2000; i++)
        text_printf(&line, "%sf%d", i ? ";" : "", i);
    text_puts(&line, " 9\n");
    assert_ok(folded_read(&s, (struct str){line.p, line.n}, "deep", &e), &e);
    assert_int_equal(s.node_count, STACKS_DEPTH_MAX + 1);
    assert_string_equal(s.frames[s.nodes[s.node_count - 1].frame].name, "f1999");
    text_done(&line);
    stacks_done(&s);
}

static void two_profiles_stand_in_two_columns(void **state)
{
    (void)state;
    struct stacks before = {0}, after = {0}, back[2] = {{0}, {0}};
    struct flame_pair pair;
    struct text out = {0};
    struct err e;
    tree_add(&before, "main;a", 5);
    tree_add(&before, "main;gone", 2);
    tree_add(&after, "main;a", 7);
    tree_add(&after, "main;come", 4);
    flame_pair_init(&pair, &before, &after);
    folded_write_pair(&pair, &out);
    assert_string_equal(out.p, "main;a 5 7\nmain;gone 2 0\nmain;come 0 4\n");
    assert_ok(folded_read_pair(&back[0], &back[1], (struct str){out.p, out.n}, "x", &e), &e);
    assert_true(stacks_total(&back[0]) == 7 && stacks_total(&back[1]) == 11);
    assert_int_equal(tree_total(&back[0], "main;come"), 0);
    assert_false(folded_read_pair(&back[0], &back[1], str_of("a 1 2\nb 3\n"), "x", &e));
    assert_says(&e, "x:2: expected \"frame;frame WEIGHT-BEFORE WEIGHT-AFTER\"");
    text_done(&out);
    flame_pair_done(&pair);
    stacks_done(&before);
    stacks_done(&after);
    stacks_done(&back[0]);
    stacks_done(&back[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_line_a_stack),
        TEST(what_is_written_reads_back),
        TEST(odd_names_stay_one_frame),
        TEST(lines_of_other_tools_are_read),
        TEST(a_bad_line_is_named_and_nothing_is_added),
        TEST(deep_lines_keep_their_leaf),
        TEST(two_profiles_stand_in_two_columns),
    };
    return cmocka_run_group_tests_name("folded", tests, NULL, NULL);
}

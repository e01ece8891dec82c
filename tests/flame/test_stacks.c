#include "harness/flame/stacks.h"

#include "harness/base/mem.h"
#include "tests/flame/trees.h"
#include "tests/test.h"

#include <string.h>

static void weights_are_where_stacks_end_and_where_they_pass(void **state)
{
    (void)state;
    struct stacks s = {0};
    tree_add(&s, "main;solve;step", 3);
    tree_add(&s, "main;solve", 2);
    tree_add(&s, "main;load", 5);
    tree_add(&s, "", 1);
    assert_int_equal(stacks_total(&s), 11);
    assert_int_equal(tree_self(&s, ""), 1);
    assert_int_equal(tree_total(&s, "main"), 10);
    assert_int_equal(tree_self(&s, "main"), 0);
    assert_int_equal(tree_total(&s, "main;solve"), 5);
    assert_int_equal(tree_self(&s, "main;solve"), 2);
    tree_check(&s);
    assert_int_equal(stacks_depth(&s, 0), 0);
    assert_int_equal(stacks_depth(&s, 3), 3);
    stacks_done(&s);
}

static void nothing_added_is_an_empty_tree(void **state)
{
    (void)state;
    struct stacks s = {.unit = STACKS_BYTES}, other = {.unit = STACKS_BYTES};
    tree_add(&s, "main", 0);
    assert_int_equal(s.node_count, 0);
    assert_int_equal(stacks_total(&s), 0);
    stacks_merge(&s, &other);
    assert_int_equal(stacks_total(&s), 0);
    stacks_done(&s);
    stacks_done(&s);
    assert_string_equal(stacks_unit_word(s.unit), "bytes");
}

static void a_frame_is_its_name_file_and_module(void **state)
{
    (void)state;
    struct stacks s = {0};
    int first = stacks_frame(&s, &(struct stacks_frame){"f", "a.c", "m", 1});
    assert_int_equal(stacks_frame(&s, &(struct stacks_frame){"f", "a.c", "m", 9}), first);
    assert_int_not_equal(stacks_frame(&s, &(struct stacks_frame){"f", "b.c", "m", 1}), first);
    assert_int_not_equal(stacks_frame(&s, &(struct stacks_frame){"f", "a.c", "n", 1}), first);
    assert_int_not_equal(stacks_frame(&s, &(struct stacks_frame){"fa.c", "", "m", 1}), first);
    int none = stacks_frame(&s, &(struct stacks_frame){0});
    assert_string_equal(s.frames[none].name, STACKS_UNKNOWN);
    assert_string_equal(s.frames[none].file, "");
    assert_int_equal(s.frame_count, 5);
    stacks_done(&s);
}

static void merging_keeps_every_weight(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct stacks a = {0}, b = {0}, both = {0};
        tree_random(&a, seed, 200);
        tree_random(&b, seed + 100, 300);
        tree_random(&both, seed, 200);
        tree_random(&both, seed + 100, 300);
        uint64_t total = stacks_total(&a) + stacks_total(&b);
        stacks_merge(&a, &b);
        tree_check(&a);
        assert_true(stacks_total(&a) == total && stacks_total(&both) == total);
        assert_int_equal(a.node_count, both.node_count);
        assert_int_equal(a.frame_count, both.frame_count);
        assert_true(tree_total(&a, "main;solve") == tree_total(&both, "main;solve"));
        assert_true(tree_self(&a, "operator<;a b") == tree_self(&both, "operator<;a b"));
        stacks_done(&a);
        stacks_done(&b);
        stacks_done(&both);
    }
}

static int by_first_letter(void *context, const struct stacks *b, int frame)
{
    char name[] = {b->frames[frame].name[0], '\0'};
    return stacks_frame(context, &(struct stacks_frame){.name = name});
}

static void a_merge_may_rename_and_tells_where_nodes_went(void **state)
{
    (void)state;
    struct stacks a = {0}, b = {0};
    int node_of[8];
    tree_add(&b, "main;step", 1);
    tree_add(&b, "main;solve", 2);
    stacks_merge_as(&a, &b, by_first_letter, &a, node_of);
    assert_int_equal(tree_self(&a, "m;s"), 3);
    assert_int_equal(node_of[0], 0);
    assert_int_equal(node_of[2], node_of[3]);
    assert_int_equal(a.nodes[node_of[2]].total, 3);
    stacks_done(&a);
    stacks_done(&b);
}

static void a_deep_stack_keeps_its_leaf(void **state)
{
    (void)state;
    struct stacks s = {0};
    int frames[STACKS_DEPTH_MAX + 88];
    for (int i = 0; i < STACKS_DEPTH_MAX + 88; i++) {
        char name[20];
        snprintf(name, sizeof name, "f%d", i);
        frames[i] = stacks_frame(&s, &(struct stacks_frame){.name = name});
    }
    stacks_add(&s, frames, STACKS_DEPTH_MAX + 88, 4);
    assert_int_equal(s.node_count, STACKS_DEPTH_MAX + 1);
    assert_int_equal(tree_total(&s, "f88"), 4);
    assert_int_equal(stacks_depth(&s, s.node_count - 1), STACKS_DEPTH_MAX);
    assert_string_equal(s.frames[s.nodes[s.node_count - 1].frame].name, "f599");
    stacks_done(&s);
}

struct seen {
    int stacks, deepest;
    uint64_t weight;
    char first[40];
};

static void see(void *context, const int *frames, int depth, uint64_t self)
{
    struct seen *seen = context;
    if (seen->stacks++ == 0)
        snprintf(seen->first, sizeof seen->first, "%d:%d", depth, depth ? frames[depth - 1] : -1);
    seen->deepest = depth > seen->deepest ? depth : seen->deepest;
    seen->weight += self;
}

static void each_stack_is_visited_once_in_order(void **state)
{
    (void)state;
    struct stacks s = {0};
    struct seen seen = {0};
    tree_add(&s, "main;b;c;d", 1);
    tree_add(&s, "main;a", 2);
    tree_add(&s, "other", 4);
    tree_add(&s, "main;b", 8);
    stacks_each(&s, see, &seen);
    assert_int_equal(seen.stacks, 4);
    assert_int_equal(seen.weight, 15);
    assert_int_equal(seen.deepest, 4);
    assert_string_equal(seen.first, "2:1");
    stacks_done(&s);
}

/* Wide as well as many: a search through siblings would take minutes. */
static void a_hundred_thousand_stacks_are_quick(void **state)
{
    (void)state;
    struct stacks s = {0};
    struct seen seen = {0};
    int main_frame = stacks_frame(&s, &(struct stacks_frame){.name = "main"});
    for (int i = 0; i < 100000; i++) {
        char name[20];
        snprintf(name, sizeof name, "f%d", i);
        int frames[] = {main_frame, stacks_frame(&s, &(struct stacks_frame){.name = name})};
        stacks_add(&s, frames, 2, 1);
    }
    stacks_each(&s, see, &seen);
    assert_int_equal(seen.stacks, 100000);
    assert_int_equal(stacks_total(&s), 100000);
    stacks_done(&s);
}

static void all_memory_is_given_back(void **state)
{
    (void)state;
    uint64_t held = mem_counts(MEM_BASE).allocations - mem_counts(MEM_BASE).frees;
    struct stacks s = {0}, copy = {0};
    tree_random(&s, 3, 500);
    stacks_merge(&copy, &s);
    stacks_done(&s);
    stacks_done(&copy);
    assert_true(mem_counts(MEM_BASE).allocations - mem_counts(MEM_BASE).frees == held);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(weights_are_where_stacks_end_and_where_they_pass),
        TEST(nothing_added_is_an_empty_tree),
        TEST(a_frame_is_its_name_file_and_module),
        TEST(merging_keeps_every_weight),
        TEST(a_merge_may_rename_and_tells_where_nodes_went),
        TEST(a_deep_stack_keeps_its_leaf),
        TEST(each_stack_is_visited_once_in_order),
        TEST(a_hundred_thousand_stacks_are_quick),
        TEST(all_memory_is_given_back),
    };
    return cmocka_run_group_tests_name("stacks", tests, NULL, NULL);
}

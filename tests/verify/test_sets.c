/* Sets of layers of any kernel: which there are, which it refuses, in which rows they meet. */
#include "harness/verify/sets.h"

#include "tests/test.h"

#include <string.h>

enum { A = 1, B = 2, C = 4, ALL = A | B | C };

/* C does nothing without A; A and B do not go together. */
static bool resolve(uint64_t set, struct err *e)
{
    if ((set & C) && !(set & A))
        return err_input(e, "c needs a");
    return (set & (A | B)) != (A | B) || err_input(e, "a and b do the same");
}

static const struct kernel particular = {.layer_count = 3, .resolve = resolve};
static const struct kernel easy = {.layer_count = 3};

static bool is_possible(const void *context, uint64_t on, uint64_t open)
{
    struct err unused;
    const struct kernel *k = context;
    return sets_accepted(k, on, &unused) || ((open & A) && sets_accepted(k, on | A, &unused));
}

static void a_kernel_refuses_by_its_own_words(void **state)
{
    (void)state;
    struct err e;
    assert_ok(sets_accepted(&easy, ALL, &e), &e);
    assert_ok(sets_accepted(&particular, A | C, &e), &e);
    assert_false(sets_accepted(&particular, C, &e));
    assert_string_equal(e.text, "c needs a");
}

static void the_list_has_each_set_once(void **state)
{
    (void)state;
    struct arena a = {0};
    struct layer_sets sets;
    sets_list(&easy, ALL, &a, &sets);
    assert_int_equal(sets.n, 8);
    assert_int_equal(sets.refused_count, 0);
    sets_list(&particular, ALL, &a, &sets);
    assert_int_equal(sets.n, 4); /* none, a, b, a and c */
    assert_int_equal(sets.refused_count, 4);
    sets_list(&easy, A | C, &a, &sets);
    assert_int_equal(sets.n, 4);
    arena_done(&a);
}

static void the_largest_part_is_added_up_in_the_order_of_the_table(void **state)
{
    (void)state;
    assert_int_equal(sets_largest(&easy, ALL), ALL);
    assert_int_equal(sets_largest(&particular, ALL), A | C);
    assert_int_equal(sets_largest(&particular, B | C), B);
}

/* Every accepted pair of values stands in some row, and no row is refused. */
static void a_covering_array_has_sets_and_the_other_factors(void **state)
{
    (void)state;
    static const int levels[] = {3};
    struct arena a = {0};
    struct sets_array array;
    struct err e;
    bool met[ALL + 1][3] = {{false}};
    const struct sets_rules rules = {.universe = ALL,
                                     .levels = levels,
                                     .factors = 1,
                                     .strength = 2,
                                     .seed = 1,
                                     .possible = is_possible,
                                     .context = &particular};
    assert_ok(sets_cover(&rules, &a, &array, &e), &e);
    for (long r = 0; r < array.covering.rows; r++) {
        const int *level;
        uint64_t set = sets_row(&array, r, &level);
        assert_ok(sets_accepted(&particular, set, &e), &e);
        for (int i = 0; i < 3; i++)
            met[set & ((uint64_t)1 << i)][*level] = true;
    }
    for (int l = 0; l < 3; l++)
        assert_true(met[A][l] && met[B][l] && met[C][l]);
    arena_done(&a);
}

static void more_layers_than_there_is_room_for_are_an_error(void **state)
{
    (void)state;
    static const int levels[] = {2, 2};
    struct arena a = {0};
    struct sets_array array;
    struct err e;
    const struct sets_rules rules = {
        .universe = UINT64_MAX, .levels = levels, .factors = 2, .strength = 2, .seed = 1};
    assert_false(sets_cover(&rules, &a, &array, &e));
    assert_says(&e, "layers: expected at most 38, found 64");
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_kernel_refuses_by_its_own_words),
        TEST(the_list_has_each_set_once),
        TEST(the_largest_part_is_added_up_in_the_order_of_the_table),
        TEST(a_covering_array_has_sets_and_the_other_factors),
        TEST(more_layers_than_there_is_room_for_are_an_error),
    };
    return cmocka_run_group_tests_name("sets", tests, NULL, NULL);
}

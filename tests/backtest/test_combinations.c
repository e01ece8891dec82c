/* Searches: the grid against a plain reference, random draws against their promises. */
#include "kernels/backtest/combinations.h"

#include "harness/base/rng.h"

#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CASES = 1500 };
static const uint64_t seed = 20240229;

static struct arena arena;

static int end(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

/* ---- strategies ------------------------------------------------------------------------------- */

static bool first_below_last(const double *v)
{
    return v[0] < v[1];
}

static bool sum_is_odd(const double *v)
{
    return fmod(fabs(v[0] + v[1]), 2) == 1;
}

static bool is_seven(const double *v)
{
    return v[0] == 7;
}

static bool never(const double *v)
{
    (void)v;
    return false;
}

static const struct bt_param whole[] = {
    {.name = "a", .unit = "1", .help = "a", .whole = true, .min = 1, .max = 1e6},
    {.name = "b", .unit = "1", .help = "b", .whole = true, .min = 1, .max = 1e6},
    {.name = "c", .unit = "1", .help = "c", .whole = true, .min = 1, .max = 1e6},
    {.name = "d", .unit = "1", .help = "d", .whole = true, .min = 1, .max = 1e6},
};
static const struct bt_param mixed[] = {
    {.name = "a",  .unit = "1", .help = "a",   .min = -1e6, .max = 1e6},
    { .name = "b", .unit = "1", .help = "b", .whole = true,    .min = 1, .max = 1e6},
};

static struct bt_strategy strategy(const struct bt_param *params, int n,
                                   bool (*valid)(const double *))
{
    return (struct bt_strategy){
        .name = "test", .params = params, .param_count = n, .valid = valid, .rule = "its rule"};
}

static struct bt_space space_of(const struct bt_strategy *s, const char *const *texts, int n)
{
    struct bt_space space;
    struct err e = {0};
    const char *copy[BT_PARAMS_MAX];
    for (int i = 0; i < n; i++)
        copy[i] = texts[i];
    assert_ok(bt_space_parse(s, (struct opt_texts){copy, n}, &arena, &space, &e), &e);
    return space;
}

static struct bt_space two(const struct bt_strategy *s, const char *a, const char *b)
{
    const char *texts[] = {a, b};
    return space_of(s, texts, 2);
}

static struct bt_combinations random_of(const struct bt_space *space, long trials, uint64_t with)
{
    struct bt_combinations c;
    struct err e = {0};
    assert_ok(bt_combinations_random(space, trials, with, &arena, &c, &e), &e);
    return c;
}

static void random_refused(const struct bt_space *space, long trials, const char *words)
{
    struct bt_combinations c;
    struct err e = {0};
    assert_false(bt_combinations_random(space, trials, 1, &arena, &c, &e));
    assert_says(&e, words);
    assert_int_equal(e.code, ERR_INPUT);
}

/* ---- grid ------------------------------------------------------------------------------------- */

/* Every combination, nested from the first parameter to the last, written down. */
static void nest(const struct bt_space *s, int depth, double *v, double (*out)[BT_PARAMS_MAX],
                 long *n)
{
    if (depth == s->strategy->param_count) {
        if (!s->strategy->valid || s->strategy->valid(v))
            memcpy(out[(*n)++], v, BT_PARAMS_MAX * sizeof *v);
        return;
    }
    for (long i = 0; i < s->axis[depth].n; i++) {
        v[depth] = bt_axis_value(&s->axis[depth], i);
        nest(s, depth + 1, v, out, n);
    }
}

static struct bt_space some_space(struct rng *r, struct bt_strategy *s)
{
    static bool (*const rules[])(const double *) = {NULL, first_below_last, sum_is_odd, is_seven};
    int n = (int)rng_below(r, 5);
    *s = strategy(whole, n, n >= 2 ? rules[rng_below(r, 4)] : NULL);
    const char *texts[4];
    for (int i = 0; i < n; i++) {
        unsigned lo = 1 + (unsigned)rng_below(r, 9),
                 more = (unsigned)rng_below(r, n <= 2 ? 90 : 14);
        unsigned step = 1 + (unsigned)rng_below(r, 3);
        texts[i] = rng_below(r, 4) == 0
                       ? arena_format(&arena, "%s=%u,%u,7", whole[i].name, lo + 20, lo + 10)
                       : arena_format(&arena, "%s=%u:%u:%u", whole[i].name, lo, lo + more, step);
    }
    return space_of(s, texts, n);
}

static void same(const struct bt_space *s, const double *found, const double *expected)
{
    assert_memory_equal(found, expected, (size_t)s->strategy->param_count * sizeof *found);
}

static void read_in_any_order(const struct bt_combinations *c, double (*expected)[BT_PARAMS_MAX],
                              struct rng *r)
{
    double v[BT_PARAMS_MAX];
    struct bt_walk w = bt_walk_from(c, 0);
    for (long i = 0; i < c->count; i++) {
        assert_int_equal(w.next, i);
        assert_true(bt_walk_next(&w, v));
        same(&c->space, v, expected[i]);
    }
    assert_false(bt_walk_next(&w, v));
    for (int k = 0; k < 20; k++) {
        long i = (long)rng_below(r, (uint64_t)c->count);
        bt_combination(c, i, v);
        same(&c->space, v, expected[i]);
        w = bt_walk_from(c, i);
        assert_true(bt_walk_next(&w, v));
        same(&c->space, v, expected[i]);
    }
    w = bt_walk_from(c, c->count);
    assert_false(bt_walk_next(&w, v));
}

static void the_grid_is_that_of_nested_loops_from_any_place(void **state)
{
    (void)state;
    struct rng r = rng_seeded(seed);
    long total = 0;
    static double expected[50000][BT_PARAMS_MAX];
    for (int k = 0; k < CASES; k++) {
        struct arena_mark mark = arena_mark(&arena);
        struct bt_strategy s;
        struct bt_space space = some_space(&r, &s);
        long n = 0;
        double v[BT_PARAMS_MAX] = {0};
        nest(&space, 0, v, expected, &n);
        struct bt_combinations c;
        struct err e = {0};
        assert_int_equal(bt_combinations_grid(&space, &arena, &c, &e), n > 0);
        if (n > 0) {
            assert_int_equal(c.count, n);
            read_in_any_order(&c, expected, &r);
        } else {
            assert_says(&e, "param: no combination of these values has its rule");
        }
        total += n;
        arena_release(&arena, mark);
    }
    print_message("seed %llu, %ld combinations in %d grids\n", (unsigned long long)seed, total,
                  CASES);
}

static void a_hundred_thousand_take_less_than_32_kilobytes(void **state)
{
    (void)state;
    struct bt_strategy s = strategy(whole, 2, first_below_last);
    struct bt_space space = two(&s, "a=1:448", "b=1:448");
    struct arena own = {0};
    struct bt_combinations c;
    struct err e = {0};
    assert_ok(bt_combinations_grid(&space, &own, &c, &e), &e);
    assert_int_equal(c.count, 448 * 447 / 2);
    assert_ptr_equal(own.first, own.current);
    assert_true(own.used < 32 * 1024);
    assert_int_equal(own.used, (c.count + 63) / 64 * 8);
    arena_done(&own);
}

static void where_all_are_valid_nothing_is_held(void **state)
{
    (void)state;
    struct bt_strategy s = strategy(whole, 2, NULL);
    struct bt_space space = two(&s, "a=1:1000", "b=1:100");
    struct arena own = {0};
    struct bt_combinations c;
    struct err e = {0};
    assert_ok(bt_combinations_grid(&space, &own, &c, &e), &e);
    assert_null(own.first);
    double v[2];
    bt_combination(&c, 99999, v);
    assert_true(c.count == 100000 && v[0] == 1000 && v[1] == 100);
}

static void the_grid_refuses_what_it_cannot_list(void **state)
{
    (void)state;
    struct bt_strategy s = strategy(mixed, 2, NULL);
    struct bt_combinations c;
    struct err e = {0};
    struct bt_space space = two(&s, "a=1:3", "b=5");
    assert_false(bt_combinations_grid(&space, &arena, &c, &e));
    assert_says(&e, "param: a: expected a list or a range with steps, found a continuous range: "
                    "give a STEP or use search random");
    space = two(&s, "a=1", "b=log:1:9");
    assert_false(bt_combinations_grid(&space, &arena, &c, &e));
    assert_says(&e, "param: b: expected a list or a range with steps, found a logarithmic range");
    space = two(&s, "a=1:10000:1", "b=1:1001");
    assert_false(bt_combinations_grid(&space, &arena, &c, &e));
    assert_says(&e, "param: 10010000 combinations, expected at most 10000000");
}

/* ---- random ----------------------------------------------------------------------------------- */

static int params_compared; /* of compare_values */

static int compare_values(const void *a, const void *b)
{
    const double *x = a, *y = b;
    for (int i = 0; i < params_compared; i++)
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    return 0;
}

static double (*all_of(const struct bt_combinations *c))[BT_PARAMS_MAX]
{
    double(*v)[BT_PARAMS_MAX] = arena_alloc(&arena, (size_t)c->count * sizeof *v);
    struct bt_walk w = bt_walk_from(c, 0);
    for (long i = 0; i < c->count; i++)
        assert_true(bt_walk_next(&w, v[i]));
    return v;
}

static void expect_different_and_valid(const struct bt_combinations *c)
{
    double(*v)[BT_PARAMS_MAX] = all_of(c);
    const struct bt_strategy *s = c->space.strategy;
    params_compared = s->param_count;
    qsort(v, (size_t)c->count, sizeof *v, compare_values);
    for (long i = 0; i < c->count; i++) {
        assert_true(!s->valid || s->valid(v[i]));
        assert_true(i == 0 || compare_values(v[i - 1], v[i]) < 0);
        for (int k = 0; k < s->param_count; k++) {
            const struct bt_axis *axis = &c->space.axis[k];
            assert_true(axis->listed || (v[i][k] >= axis->lo && v[i][k] <= axis->hi));
            assert_true(!s->params[k].whole || v[i][k] == floor(v[i][k]));
        }
    }
}

static void trials_are_different_valid_and_the_same_again(void **state)
{
    (void)state;
    struct rng r = rng_seeded(seed + 1);
    for (int k = 0; k < CASES; k++) {
        struct arena_mark mark = arena_mark(&arena);
        struct bt_strategy s;
        struct bt_space space = some_space(&r, &s);
        struct bt_combinations all, some;
        struct err e = {0};
        if (bt_combinations_grid(&space, &arena, &all, &e)) {
            long trials = 1 + (long)rng_below(&r, (uint64_t)all.count);
            uint64_t with = rng_next(&r);
            some = random_of(&space, trials, with);
            assert_int_equal(some.count, trials);
            expect_different_and_valid(&some);
            struct bt_combinations again = random_of(&space, trials, with);
            read_in_any_order(&again, all_of(&some), &r);
        }
        arena_release(&arena, mark);
    }
}

static void without_a_number_of_trials_all_of_a_finite_space_are_tried(void **state)
{
    (void)state;
    struct bt_strategy s = strategy(whole, 2, first_below_last);
    struct bt_space space = two(&s, "a=1:40", "b=log:1:40");
    struct bt_combinations c = random_of(&space, 0, 5);
    assert_int_equal(c.count, 40 * 39 / 2);
    expect_different_and_valid(&c);
    double(*v)[BT_PARAMS_MAX] = all_of(&c);
    long ascending = 0;
    for (long i = 1; i < c.count; i++)
        ascending += v[i - 1][0] < v[i][0];
    assert_true(ascending > 300 && ascending < 450); /* and not in the grid's order */
}

static void more_trials_than_combinations_are_refused_with_their_number(void **state)
{
    (void)state;
    struct bt_strategy s = strategy(whole, 2, first_below_last);
    struct bt_space space = two(&s, "a=1:10", "b=1:10");
    assert_int_equal(random_of(&space, 45, 1).count, 45);
    random_refused(&space, 46,
                   "trials: expected at most 45, the valid combinations there are, "
                   "found 46");
    space = two(&s, "a=log:1:10", "b=1:10");
    random_refused(&space, 46, "trials: expected at most 45, the valid combinations");
    random_refused(&space, -1, "trials: expected a whole number from 1 to 10000000, found -1");
    s = strategy(mixed, 2, NULL);
    space = two(&s, "a=1:3", "b=5");
    random_refused(&space, 0,
                   "trials: expected a number of trials, the space is too large for all");
}

static void a_rule_that_nothing_meets_ends_with_a_sentence(void **state)
{
    (void)state;
    struct bt_strategy s = strategy(whole, 2, never);
    struct bt_space space = two(&s, "a=1:10", "b=1:10");
    random_refused(&space, 5, "param: no combination of these values has its rule");
    space = two(&s, "a=log:1:10", "b=1:10");
    random_refused(&space, 5, "param: no combination of these values has its rule");
    s = strategy(mixed, 2, never);
    space = two(&s, "a=0:1", "b=1:10");
    random_refused(&space, 5, "draws gave only 0 different valid combinations, not 5");
}

static void few_values_under_a_logarithm_all_turn_up_or_it_says_so(void **state)
{
    (void)state;
    struct bt_strategy s = strategy(whole, 2, NULL);
    struct bt_space space = two(&s, "a=log:1:12", "b=3");
    struct bt_combinations c = random_of(&space, 12, 9);
    assert_true(c.repeat_count > 0);
    expect_different_and_valid(&c);
    struct rng r = rng_seeded(1);
    read_in_any_order(&c, all_of(&c), &r);
    space = two(&s, "a=log:1:200", "b=log:1:200"); /* the rarest has a chance of 9e-7 */
    random_refused(&space, 40000, "different valid combinations, not 40000");
}

static void one_value_between_two_doubles_is_not_tried_twice(void **state)
{
    (void)state;
    struct bt_strategy s = strategy(mixed, 2, NULL);
    struct bt_space space = two(&s, "a=1:1.0000000000000002", "b=1:2");
    struct bt_combinations c = random_of(&space, 4, 3);
    expect_different_and_valid(&c);
    random_refused(&space, 5, "draws gave only 4 different valid combinations, not 5");
}

static void different_seeds_give_different_trials(void **state)
{
    (void)state;
    struct bt_strategy s = strategy(mixed, 2, NULL);
    struct bt_space space = two(&s, "a=0:1", "b=1:100");
    struct bt_combinations one = random_of(&space, 50, 1), other = random_of(&space, 50, 2);
    double(*a)[BT_PARAMS_MAX] = all_of(&one), (*b)[BT_PARAMS_MAX] = all_of(&other);
    for (long i = 0; i < 50; i++)
        for (long k = 0; k < 50; k++)
            assert_true(a[i][0] != b[k][0]);
}

/* More trials of one seed go on where fewer ended: a search can be extended. */
static void more_trials_begin_with_the_fewer(void **state)
{
    (void)state;
    struct bt_strategy of[] = {strategy(mixed, 2, NULL), strategy(whole, 2, first_below_last)};
    struct bt_space spaces[] = {two(&of[0], "a=log:1:9", "b=log:1:99"),
                                two(&of[1], "a=1:99", "b=1:99")};
    for (int k = 0; k < 2; k++) {
        struct bt_combinations few = random_of(&spaces[k], 100, 4);
        struct bt_combinations many = random_of(&spaces[k], 1000, 4);
        double(*a)[BT_PARAMS_MAX] = all_of(&few), (*b)[BT_PARAMS_MAX] = all_of(&many);
        for (long i = 0; i < few.count; i++)
            assert_memory_equal(a[i], b[i], 2 * sizeof(double));
    }
}

/* Which of n values comes first, over 20,000 seeds: chi-squared against even chances. The bound is
 * the 99.9 % point (n - 1 degrees) by Wilson & Hilferty; seeds are fixed, so it holds or it does not. */
static void every_combination_is_as_likely_to_be_first(void **state)
{
    (void)state;
    enum { SEEDS = 20000 };
    static const int sizes[] = {2, 3, 5, 16, 17, 100, 255};
    struct bt_strategy s = strategy(whole, 2, NULL);
    for (int k = 0; k < 7; k++) {
        int n = sizes[k], first[256] = {0}, second[256] = {0};
        struct bt_space space = two(&s, arena_format(&arena, "a=1:%d", n), "b=1");
        for (int with = 0; with < SEEDS; with++) {
            struct arena_mark mark = arena_mark(&arena);
            struct bt_combinations c = random_of(&space, 2, (uint64_t)with);
            double v[2];
            bt_combination(&c, 0, v);
            first[(int)v[0] - 1]++;
            bt_combination(&c, 1, v);
            second[(int)v[0] - 1]++;
            arena_release(&arena, mark);
        }
        double even = (double)SEEDS / n, chi[2] = {0, 0}, df = n - 1;
        for (int i = 0; i < n; i++) {
            chi[0] += (first[i] - even) * (first[i] - even) / even;
            chi[1] += (second[i] - even) * (second[i] - even) / even;
        }
        double limit = df * pow(1 - 2 / (9 * df) + 3.09 * sqrt(2 / (9 * df)), 3);
        print_message("%d values: chi-squared %.1f and %.1f, limit %.1f\n", n, chi[0], chi[1],
                      limit);
        assert_true(chi[0] < limit && chi[1] < limit);
    }
}

/* Shares of 20,000 draws, against their chances within 4 standard errors (0.0141). */
static void draws_follow_their_distribution(void **state)
{
    (void)state;
    struct bt_strategy s = strategy(mixed, 2, NULL);
    struct bt_space space = two(&s, "a=-1:3", "b=log:1:10000");
    struct bt_combinations c = random_of(&space, 20000, 11);
    double(*v)[BT_PARAMS_MAX] = all_of(&c);
    double quarter = 0, ten = 0, thousand = 0;
    for (long i = 0; i < c.count; i++) {
        quarter += v[i][0] < 0;
        ten += v[i][1] <= 10;
        thousand += v[i][1] <= 1000;
    }
    assert_true(fabs(quarter / 20000 - 0.25) < 0.0141);
    assert_true(fabs(ten / 20000 - log10(10.5) / 4) < 0.0141); /* 10.4 is rounded to 10 */
    assert_true(fabs(thousand / 20000 - log10(1000.5) / 4) < 0.0141);
    space = two(&s, "a=log:0.001:1000", "b=1:9999");
    c = random_of(&space, 20000, 12);
    v = all_of(&c);
    double below_one = 0, below_tenth = 0;
    for (long i = 0; i < c.count; i++) {
        below_one += v[i][0] < 1;
        below_tenth += v[i][0] < 0.1;
    }
    assert_true(fabs(below_one / 20000 - 0.5) < 0.0141);
    assert_true(fabs(below_tenth / 20000 - 1.0 / 3) < 0.0141);
}

/* Golden: a change of these numbers makes every stored random search a stranger. */
static void a_seed_means_the_same_for_ever(void **state)
{
    (void)state;
    struct bt_strategy s = strategy(mixed, 2, NULL);
    struct bt_space space = two(&s, "a=log:0.5:2", "b=1:1000");
    double v[2];
    struct bt_combinations c = random_of(&space, 3, 42);
    bt_combination(&c, 2, v);
    assert_true(v[0] == 0.50461578525131812 && v[1] == 596);
    space = two(&s, "a=1:100:1", "b=1:100");
    c = random_of(&space, 3, 42);
    bt_combination(&c, 2, v);
    assert_true(v[0] == 94 && v[1] == 13);
}

static void a_space_beyond_counting_is_searched_all_the_same(void **state)
{
    (void)state;
    struct bt_strategy s = strategy(whole, 4, first_below_last);
    const char *texts[] = {"a=1:1000000", "b=1:1000000", "c=1:1000000", "d=1:1000000"};
    struct bt_space space = space_of(&s, texts, 4);
    assert_int_equal(bt_space_size(&space), 0); /* 1e24 */
    struct bt_combinations c = random_of(&space, 5000, 1);
    expect_different_and_valid(&c);
    struct bt_strategy three = strategy(whole, 3, first_below_last);
    space = space_of(&three, texts, 3);
    assert_true(bt_space_size(&space) == 1000000000000000000);
    c = random_of(&space, 5000, 1);
    assert_int_equal(c.order, BT_ORDER_PERMUTED);
    expect_different_and_valid(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_grid_is_that_of_nested_loops_from_any_place),
        TEST(a_hundred_thousand_take_less_than_32_kilobytes),
        TEST(where_all_are_valid_nothing_is_held),
        TEST(the_grid_refuses_what_it_cannot_list),
        TEST(trials_are_different_valid_and_the_same_again),
        TEST(without_a_number_of_trials_all_of_a_finite_space_are_tried),
        TEST(more_trials_than_combinations_are_refused_with_their_number),
        TEST(a_rule_that_nothing_meets_ends_with_a_sentence),
        TEST(few_values_under_a_logarithm_all_turn_up_or_it_says_so),
        TEST(one_value_between_two_doubles_is_not_tried_twice),
        TEST(different_seeds_give_different_trials),
        TEST(more_trials_begin_with_the_fewer),
        TEST(every_combination_is_as_likely_to_be_first),
        TEST(draws_follow_their_distribution),
        TEST(a_seed_means_the_same_for_ever),
        TEST(a_space_beyond_counting_is_searched_all_the_same),
    };
    return cmocka_run_group_tests_name("combinations", tests, NULL, end);
}

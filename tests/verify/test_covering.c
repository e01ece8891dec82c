/* Covering arrays: every combination that is possible stands in some row, whatever the rules. */
#include "harness/verify/covering.h"

#include "harness/base/rng.h"

#include "tests/test.h"

#include <string.h>

enum { CASES = 1000, BANS_MAX = 6 };

/* Rules made up: some pairs of levels may not stand together. */
struct ban {
    int factor[2], level[2];
};

struct made_up {
    int factors, levels[8], bans;
    struct ban ban[BANS_MAX];
};

static bool is_banned(const struct made_up *m, const int *row)
{
    for (int i = 0; i < m->bans; i++)
        if (row[m->ban[i].factor[0]] == m->ban[i].level[0] &&
            row[m->ban[i].factor[1]] == m->ban[i].level[1])
            return true;
    return false;
}

/* By trying everything: exact. */
static bool complete(const struct made_up *m, int *row, int factor)
{
    if (is_banned(m, row))
        return false;
    while (factor < m->factors && row[factor] != COVERING_OPEN)
        factor++;
    if (factor == m->factors)
        return true;
    bool ok = false;
    for (int level = 0; !ok && level < m->levels[factor]; level++) {
        row[factor] = level;
        ok = complete(m, row, factor + 1);
    }
    row[factor] = COVERING_OPEN;
    return ok;
}

static bool possible(void *context, const int *row)
{
    const struct made_up *m = context;
    int copy[8];
    memcpy(copy, row, (size_t)m->factors * sizeof *row);
    return complete(m, copy, 0);
}

static struct made_up make_up(struct rng *r, int strength)
{
    struct made_up m = {.factors = strength + (int)rng_below(r, (uint64_t)(6 - strength))};
    for (int f = 0; f < m.factors; f++)
        m.levels[f] = 1 + (int)rng_below(r, 4);
    m.bans = m.factors > 1 ? (int)rng_below(r, BANS_MAX) : 0;
    for (int i = 0; i < m.bans; i++) {
        struct ban *b = &m.ban[i];
        b->factor[0] = (int)rng_below(r, (uint64_t)m.factors);
        b->factor[1] =
            (b->factor[0] + 1 + (int)rng_below(r, (uint64_t)(m.factors - 1))) % m.factors;
        for (int k = 0; k < 2; k++)
            b->level[k] = (int)rng_below(r, (uint64_t)m.levels[b->factor[k]]);
    }
    return m;
}

static bool some_row_has(const struct covering *c, const int *wanted)
{
    for (long r = 0; r < c->rows; r++) {
        const int *row = covering_row(c, r);
        bool same = true;
        for (int f = 0; f < c->factors; f++)
            same = same && (wanted[f] == COVERING_OPEN || wanted[f] == row[f]);
        if (same)
            return true;
    }
    return false;
}

/* Sets `left` more factors from `factor` on to each of their levels; every such row is tried. */
static void try_combinations(struct made_up *m, const struct covering *c, int *wanted, int factor,
                             int left, long *seen, long *impossible)
{
    if (left == 0) {
        bool can = possible(m, wanted);
        assert_int_equal(some_row_has(c, wanted), can);
        *seen += 1;
        *impossible += !can;
        return;
    }
    for (; factor + left <= m->factors; factor++) {
        for (int level = 0; level < m->levels[factor]; level++) {
            wanted[factor] = level;
            try_combinations(m, c, wanted, factor + 1, left - 1, seen, impossible);
        }
        wanted[factor] = COVERING_OPEN;
    }
}

static void every_possible_combination_is_covered_and_no_other(void **state)
{
    (void)state;
    const uint64_t seed = 20240611;
    struct rng r = rng_seeded(seed);
    print_message("# seed %llu, %d made-up rules\n", (unsigned long long)seed, CASES);
    for (int i = 0; i < CASES; i++) {
        struct arena a = {0};
        int strength = 1 + (int)rng_below(&r, COVERING_STRENGTH_MAX);
        struct made_up m = make_up(&r, strength);
        struct covering_rules rules = {m.factors, m.levels, strength, rng_next(&r), possible, &m};
        struct covering c;
        int wanted[8];
        long seen = 0, impossible = 0;
        covering_make(&rules, &a, &c);
        for (int f = 0; f < m.factors; f++)
            wanted[f] = COVERING_OPEN;
        try_combinations(&m, &c, wanted, 0, strength, &seen, &impossible);
        assert_int_equal(c.combinations, seen);
        assert_int_equal(c.impossible, impossible);
        for (long row = 0; row < c.rows; row++)
            assert_false(is_banned(&m, covering_row(&c, row)));
        arena_done(&a);
    }
}

static struct covering make(const struct covering_rules *rules, struct arena *a)
{
    struct covering c;
    covering_make(rules, a, &c);
    return c;
}

static void the_seed_decides(void **state)
{
    (void)state;
    static const int levels[] = {2, 3, 4, 2, 5, 2, 2};
    struct arena a = {0};
    struct covering_rules rules = {.factors = 7, .levels = levels, .strength = 2, .seed = 7};
    struct covering one = make(&rules, &a), two = make(&rules, &a);
    assert_int_equal(one.rows, two.rows);
    assert_memory_equal(one.level, two.level, (size_t)(one.rows * 7) * sizeof(int));
    rules.seed = 8;
    struct covering other = make(&rules, &a);
    assert_true(other.rows != one.rows ||
                memcmp(one.level, other.level, (size_t)(one.rows * 7) * sizeof(int)) != 0);
    arena_done(&a);
}

/* A product of the two largest is the least; greedy arrays stay near it. */
static void an_array_is_far_smaller_than_all_combinations(void **state)
{
    (void)state;
    static const int levels[] = {2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 5, 5, 4, 4, 2};
    struct arena a = {0};
    struct covering_rules rules = {.factors = 18, .levels = levels, .strength = 2, .seed = 1};
    struct covering c = make(&rules, &a);
    assert_in_range(c.rows, 25, 40);
    assert_int_equal(c.impossible, 0);
    arena_done(&a);
}

static bool never(void *context, const int *row)
{
    (void)context;
    (void)row;
    return false;
}

static void rules_that_allow_nothing_give_no_row(void **state)
{
    (void)state;
    static const int levels[] = {2, 2};
    struct arena a = {0};
    struct covering_rules rules = {
        .factors = 2, .levels = levels, .strength = 2, .possible = never};
    struct covering c = make(&rules, &a);
    assert_int_equal(c.rows, 0);
    assert_int_equal(c.impossible, 4);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_possible_combination_is_covered_and_no_other),
        TEST(the_seed_decides),
        TEST(an_array_is_far_smaller_than_all_combinations),
        TEST(rules_that_allow_nothing_give_no_row),
    };
    return cmocka_run_group_tests_name("covering", tests, NULL, NULL);
}

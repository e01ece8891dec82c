#include "harness/base/rng.h"

#include "tests/test.h"

#include <math.h>

/* First outputs of xoshiro256++ from the state {1, 2, 3, 4}, as the authors' C code gives them (the
 * same vector stands in the tests of Rust's rand_xoshiro). */
static void xoshiro_gives_the_published_numbers(void **state)
{
    (void)state;
    static const uint64_t published[] = {
        41943041u,
        58720359u,
        3588806011781223u,
        3591011842654386u,
        9228616714210784205u,
        9973669472204895162u,
        14011001112246962877u,
        12406186145184390807u,
        15849039046786891736u,
        10450023813501588000u,
    };
    struct rng r = {
        {1, 2, 3, 4}
    };
    for (size_t i = 0; i < sizeof published / sizeof *published; i++)
        assert_true(rng_next(&r) == published[i]);
}

/* The published sequence of splitmix64 from 1234567: a seed fills the state with it. */
static void a_seed_is_spread_by_splitmix(void **state)
{
    (void)state;
    struct rng r = rng_seeded(1234567);
    assert_true(r.s[0] == 6457827717110365317u);
    assert_true(r.s[1] == 3203168211198807973u);
    assert_true(r.s[2] == 9817491932198370423u);
    assert_true(r.s[3] == 4593380528125082431u);
}

/* Chi-square over 10 cells, 9 degrees of freedom: 27.9 is the 99.9 % point, and the seed is fixed. */
static void numbers_below_n_are_even_and_below_n(void **state)
{
    (void)state;
    struct rng r = rng_seeded(1);
    double cells[10] = {0}, chi = 0;
    for (int i = 0; i < 100000; i++) {
        uint64_t x = rng_below(&r, 10);
        assert_true(x < 10);
        cells[x]++;
    }
    for (int i = 0; i < 10; i++)
        chi += (cells[i] - 10000) * (cells[i] - 10000) / 10000;
    assert_true(chi < 27.9);
    assert_true(rng_below(&r, 1) == 0);
    for (int i = 0; i < 100; i++)
        assert_true(rng_below(&r, UINT64_MAX - 1) < UINT64_MAX - 1);
}

static void units_and_normals_have_their_moments(void **state)
{
    (void)state;
    enum { N = 200000 };
    struct rng r = rng_seeded(2);
    double unit = 0, sum = 0, squares = 0;
    for (int i = 0; i < N; i++) {
        double u = rng_unit(&r), z = rng_normal(&r);
        assert_true(u >= 0 && u < 1 && u * 0x1p53 == floor(u * 0x1p53));
        unit += u;
        sum += z;
        squares += z * z;
    }
    assert_true(fabs(unit / N - 0.5) < 0.003);
    assert_true(fabs(sum / N) < 0.01);
    assert_true(fabs(squares / N - 1) < 0.02);
}

static void a_shuffle_is_a_permutation_and_all_are_reached(void **state)
{
    (void)state;
    struct rng r = rng_seeded(3);
    int count[27] = {0};
    for (int i = 0; i < 6000; i++) {
        int order[3] = {0, 1, 2};
        rng_shuffle(&r, order, 3);
        assert_int_equal((1 << order[0]) | (1 << order[1]) | (1 << order[2]), 7);
        count[order[0] * 9 + order[1] * 3 + order[2]]++;
    }
    int reached = 0;
    for (int i = 0; i < 27; i++) {
        reached += count[i] > 0;
        assert_true(count[i] == 0 || (count[i] > 850 && count[i] < 1150));
    }
    assert_int_equal(reached, 6);
    rng_shuffle(&r, NULL, 0);
}

static void entropy_does_not_repeat(void **state)
{
    (void)state;
    assert_true(rng_entropy() != rng_entropy());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(xoshiro_gives_the_published_numbers),
        TEST(a_seed_is_spread_by_splitmix),
        TEST(numbers_below_n_are_even_and_below_n),
        TEST(units_and_normals_have_their_moments),
        TEST(a_shuffle_is_a_permutation_and_all_are_reached),
        TEST(entropy_does_not_repeat),
    };
    return cmocka_run_group_tests_name("rng", tests, NULL, NULL);
}

#include "harness/base/str.h"

#include "harness/base/rng.h"
#include "tests/test.h"

#include <math.h>
#include <string.h>

static void cutting_yields_every_field_and_ends(void **state)
{
    (void)state;
    struct str rest = str_of("a,,b");
    assert_true(str_is(str_cut(&rest, ','), "a"));
    assert_true(str_is(str_cut(&rest, ','), ""));
    assert_true(str_is(str_cut(&rest, ','), "b"));
    assert_null(rest.p);
}

static void numbers_are_whole_texts(void **state)
{
    (void)state;
    double d;
    long n;
    assert_true(str_to_double(str_of("1.5e3"), &d) && d == 1500);
    assert_false(str_to_double(str_of("1.5x"), &d));
    assert_false(str_to_double(str_of(" 1.5"), &d));
    assert_false(str_to_double(str_of("nan"), &d));
    assert_false(str_to_double(str_of("inf"), &d));
    assert_false(str_to_double(str_of("0x10"), &d));
    assert_false(str_to_double(str_of("1e999"), &d));
    assert_false(str_to_double(str_of(""), &d));
    assert_true(str_to_long(str_of("-42"), &n) && n == -42);
    assert_false(str_to_long(str_of("99999999999999999999"), &n));
    assert_false(str_to_long(str_of("4.2"), &n));
}

static void utf8_is_told_from_bytes(void **state)
{
    (void)state;
    assert_true(str_is_utf8(str_of("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x8f\xbb")));
    assert_false(str_is_utf8(str_of("\xff")));
    assert_false(str_is_utf8(str_of("\xc0\xaf")));          /* overlong */
    assert_false(str_is_utf8(str_of("\xed\xa0\x80")));      /* surrogate */
    assert_false(str_is_utf8((struct str){"\xe2\x82", 2})); /* cut */
    assert_true(str_is_utf8(str_of("")));
}

static void the_builder_grows_and_stays_terminated(void **state)
{
    (void)state;
    struct text t = {0};
    for (int i = 0; i < 1000; i++)
        text_printf(&t, "%d,", i);
    assert_int_equal(t.n, 3890);
    assert_int_equal(t.p[t.n], 0);
    text_done(&t);
    assert_null(t.p);
}

static void printed_lengths_around_the_room_are_whole(void **state)
{
    (void)state;
    for (int n = 0; n < 300; n++) {
        struct text t = {0};
        text_printf(&t, "%*s|", n, "");
        text_printf(&t, "%d", n);
        assert_int_equal(strlen(t.p), t.n);
        assert_int_equal(strchr(t.p, '|') - t.p, n);
        text_done(&t);
    }
}

/* ---- doubles ---- */

static void expect_as_printf(double x)
{
    char expected[64];
    struct text t = {0};
    snprintf(expected, sizeof expected, "%.17g", x);
    text_add_double(&t, x);
    assert_string_equal(t.p, expected);
    text_done(&t);
}

static void expect_with_neighbours(double x)
{
    expect_as_printf(x);
    expect_as_printf(-x);
    expect_as_printf(nextafter(x, INFINITY));
    expect_as_printf(nextafter(x, 0));
}

static void edges_of_doubles_are_printed_as_by_printf(void **state)
{
    (void)state;
    static const double edges[] = {0,    -0.0, INFINITY, 0.1,           0.3,    1.0 / 3,
                                   2.5,  1e15, 1e16,     5e-324,        1e308,  4503599627370495.5,
                                   1e-4, 1e-5, 123456.5, 0.99999999999, 100000, 999999999999999};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
        expect_with_neighbours(edges[i]);
    for (int power = -8; power <= 20; power++)
        for (int digit = 1; digit <= 9; digit++)
            expect_with_neighbours(digit * pow(10, power));
    for (int power = -30; power <= 60; power++)
        expect_with_neighbours(ldexp(1, power));
}

/* Of any size, and short decimals and wholes, as results are. */
static void doubles_of_all_kinds_are_printed_as_by_printf(void **state)
{
    (void)state;
    struct rng r = rng_seeded(20240614);
    for (int i = 0; i < 100000; i++) {
        double x;
        uint64_t bits = rng_next(&r);
        memcpy(&x, &bits, sizeof x);
        if (!isnan(x))
            expect_as_printf(x);
        expect_as_printf((rng_unit(&r) - 0.5) * pow(10, (double)rng_below(&r, 22) - 5));
        expect_as_printf((double)rng_below(&r, 1000000) / 1000);
        expect_as_printf((double)rng_below(&r, (uint64_t)1e15));
        expect_as_printf((double)rng_below(&r, (uint64_t)1 << 53) / 1024); /* ties */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(cutting_yields_every_field_and_ends),
        TEST(numbers_are_whole_texts),
        TEST(utf8_is_told_from_bytes),
        TEST(the_builder_grows_and_stays_terminated),
        TEST(printed_lengths_around_the_room_are_whole),
        TEST(edges_of_doubles_are_printed_as_by_printf),
        TEST(doubles_of_all_kinds_are_printed_as_by_printf),
    };
    return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}

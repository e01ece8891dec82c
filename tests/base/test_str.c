#include "harness/base/str.h"

#include "tests/test.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(cutting_yields_every_field_and_ends),
        TEST(numbers_are_whole_texts),
        TEST(utf8_is_told_from_bytes),
        TEST(the_builder_grows_and_stays_terminated),
    };
    return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}

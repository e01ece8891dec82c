#include "reports/words.h"

#include "tests/test.h"

#include <math.h>
#include <string.h>

static void what_is_not_there_is_a_dash(void **state)
{
    (void)state;
    struct arena a = {0};
    const double missing[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};
    for (int kind = WORDS_TIME; kind <= WORDS_PLAIN; kind++)
        for (int i = 0; i < 3; i++)
            assert_string_equal(words(&a, (enum words_kind)kind, missing[i]), WORDS_NONE);
    assert_string_equal(words_interval(&a, WORDS_RATIO, 0.5, (double)NAN), WORDS_NONE);
    assert_string_equal(words_unit(&a, (double)NAN, "faults"), WORDS_NONE);
    arena_done(&a);
}

static void figures_have_their_unit(void **state)
{
    (void)state;
    struct arena a = {0};
    assert_string_equal(words(&a, WORDS_TIME, 1.53e6), "1.53 ms");
    assert_string_equal(words(&a, WORDS_COUNT, 42801), "42,801");
    assert_string_equal(words(&a, WORDS_COUNT, -1200), "-1,200");
    assert_string_equal(words(&a, WORDS_PERCENT, -87.04), "-87.0 %");
    assert_string_equal(words(&a, WORDS_TIMES, 7.67), "7.67 x");
    assert_string_equal(words(&a, WORDS_TIMES, 1175.8), "1,176 x");
    assert_string_equal(words(&a, WORDS_TIMES, 999.7), "1,000 x");
    assert_string_equal(words(&a, WORDS_PLAIN, -81234), "-81,234");
    assert_string_equal(words(&a, WORDS_SHARE, 74.97), "75.0 %");
    assert_string_equal(words(&a, WORDS_SHARE, -0.124), "-0.12 %");
    assert_string_equal(words(&a, WORDS_SHARE, 99.952), "99.95 %");
    assert_string_equal(words(&a, WORDS_SHARE, 100), "100.0 %");
    assert_string_equal(words(&a, WORDS_P, 0.00001), "< 0.0001");
    assert_string_equal(words(&a, WORDS_P, 0.03125), "0.0312");
    assert_string_equal(words(&a, WORDS_LEVEL, 0.951171875), "95.1 %");
    assert_string_equal(words_interval(&a, WORDS_RATIO, 0.125, 0.138), "0.125..0.138");
    assert_string_equal(words_unit(&a, 1024, "bytes"), "1.00 KiB");
    assert_string_equal(words_unit(&a, 12, "switches"), "12 switches");
    assert_string_equal(words_unit(&a, 1.371, "ratio"), "1.371");
    assert_string_equal(words_unit(&a, 0.0234, "share"), "2.34 %");
    arena_done(&a);
}

static void json_is_shown_on_one_line(void **state)
{
    (void)state;
    struct err e;
    struct arena a = {0};
    struct json *doc = json_parse(str_of("{\"a\":[1,\"x\"],\"b\":null,\"c\":\"t\"}"), "test", &e);
    assert_non_null(doc);
    assert_string_equal(words_json(&a, json_get(doc, "a")), "[1,\"x\"]");
    assert_string_equal(words_json(&a, json_get(doc, "b")), WORDS_NONE);
    assert_string_equal(words_json(&a, json_get(doc, "c")), "t");
    json_free(doc);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_not_there_is_a_dash),
        TEST(figures_have_their_unit),
        TEST(json_is_shown_on_one_line),
    };
    return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}

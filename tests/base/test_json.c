#include "harness/base/json.h"

#include "harness/base/io.h"
#include "harness/base/rng.h"

#include "tests/test.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct json *parsed(const char *text)
{
    struct err e;
    struct json *v = json_parse(str_of(text), "t.json", &e);
    assert_ok(v, &e);
    return v;
}

static void what_is_not_json_is_refused_by_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"",                                  "t.json:1: not valid JSON"},
        {"  \n ",                             "not valid JSON"          },
        {"{",                                 "t.json:1:"               },
        {"{\n\"a\": 1,\n}",                   "t.json:3:"               },
        {"[1, 2",                             "not valid JSON"          },
        {"[1,]",                              "not valid JSON"          },
        {"{\"a\" 1}",                         "not valid JSON"          },
        {"{a: 1}",                            "not valid JSON"          },
        {"'a'",                               "not valid JSON"          },
        {"\"a",                               "not valid JSON"          },
        {"\"\\x\"",                           "not valid JSON"          },
        {"{} {}",                             "not valid JSON"          },
        {"{}\n\n]",                           "t.json:3: not valid JSON"},
        {"1 2",                               "not valid JSON"          },
        {"NaN",                               "not valid JSON"          },
        {"nan",                               "not valid JSON"          },
        {"[Infinity]",                        "not valid JSON"          },
        {"-",                                 "not valid JSON"          },
        {"[1e999]",                           "larger than a double"    },
        {"{\"a\": {\"b\": [-1e400]}}",        "larger than a double"    },
        {"{\"a\": 1, \"b\": 2, \"a\": 3}",    "field \"a\" stands twice"},
        {"[[{\"x\": {\"k\": 1, \"k\": 1}}]]", "field \"k\" stands twice"},
        {"\"a\\u0000b\"",                     "NUL"                     },
        {"{\"k\\u0000\": 1}",                 "NUL"                     },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {0};
        if (json_parse(str_of(rows[i].text), "t.json", &e))
            fail_msg("taken: %s", rows[i].text);
        assert_int_equal(e.code, ERR_INPUT);
        assert_says(&e, rows[i].says);
        assert_says(&e, "t.json");
    }
    struct err e;
    assert_null(json_parse((struct str){"{}\0", 3}, "t.json", &e));
    assert_null(json_parse((struct str){NULL, 0}, "t.json", &e));
}

static void depth_without_end_is_refused(void **state)
{
    (void)state;
    enum { N = 200000 };
    struct err e;
    char *deep = mem_alloc(MEM_BASE, N);
    memset(deep, '[', N);
    assert_null(json_parse((struct str){deep, N}, "deep", &e));
    mem_free(MEM_BASE, deep);
}

static void texts_and_keys_are_exact(void **state)
{
    (void)state;
    struct json *v = parsed("{\"A\": 1, \"a\": \"\\u00e9 \\\\u0000 \\\"\\n\"}");
    assert_string_equal(json_text(json_get(v, "a")), "\xc3\xa9 \\u0000 \"\n");
    assert_true(json_number(json_get(v, "A")) == 1);
    assert_null(json_get(v, "b"));
    json_free(v);
    json_free(NULL);
}

static void members_are_walked_in_order(void **state)
{
    (void)state;
    struct json *v = parsed("{\"x\": [1, \"t\", null, true, {}, []], \"y\": false}");
    static const enum json_kind kinds[] = {JSON_NUMBER, JSON_TEXT,   JSON_NULL,
                                           JSON_BOOL,   JSON_OBJECT, JSON_ARRAY};
    const struct json *array = json_first(v);
    assert_string_equal(json_key(array), "x");
    assert_int_equal(json_count(array), 6);
    int n = 0;
    for (const struct json *m = json_first(array); m; m = json_next(m)) {
        assert_null(json_key(m));
        assert_int_equal(json_kind(m), kinds[n++]);
    }
    assert_int_equal(n, 6);
    assert_false(json_bool(json_next(array)));
    assert_string_equal(json_text(array), "");
    assert_true(isnan(json_number(array)));
    assert_null(json_first(NULL));
    assert_int_equal(json_count(NULL), 0);
    json_free(v);
}

static void needed_members_are_asked_for_by_kind(void **state)
{
    (void)state;
    struct err e;
    struct json *v =
        parsed("{\"t\": \"x\", \"n\": 2.5, \"i\": 7, \"a\": [], \"o\": {}, \"z\": null}");
    const char *text;
    double number;
    int64_t whole;
    const struct json *part;
    assert_ok(json_need_text(v, "t", &text, &e), &e);
    assert_string_equal(text, "x");
    assert_ok(json_need_number(v, "n", &number, &e), &e);
    assert_true(number == 2.5);
    assert_ok(json_need_int(v, "i", 7, 7, &whole, &e), &e);
    assert_int_equal(whole, 7);
    assert_ok(json_need_array(v, "a", &part, &e), &e);
    assert_ok(json_need_object(v, "o", &part, &e), &e);
    assert_false(json_need_text(v, "none", &text, &e));
    assert_string_equal(e.text, "none: missing, expected text");
    assert_false(json_need_text(v, "n", &text, &e));
    assert_string_equal(e.text, "n: expected text, found a number");
    assert_false(json_need_number(v, "z", &number, &e));
    assert_string_equal(e.text, "z: expected a number, found null");
    assert_false(json_need_array(v, "o", &part, &e));
    assert_false(json_need_object(v, "a", &part, &e));
    assert_false(json_need_int(v, "n", 0, 9, &whole, &e));
    assert_string_equal(e.text, "n: expected a whole number from 0 to 9, found 2.5");
    assert_false(json_need_int(v, "i", 8, 9, &whole, &e));
    assert_false(json_need_int(v, "i", 0, 6, &whole, &e));
    json_free(v);
}

static void expect_bits_back(double x)
{
    struct text out = {0};
    struct json *v = json_of_number(x);
    json_print(v, &out);
    json_free(v);
    v = parsed(out.p);
    double back = json_number(v);
    if (memcmp(&back, &x, sizeof x) != 0)
        fail_msg("%.17g became %s", x, out.p);
    json_free(v);
    text_done(&out);
}

static void printed_numbers_read_back_to_the_same_bits(void **state)
{
    (void)state;
    static const double hard[] = {0.1 + 0.2, -0.0,
                                  0,         1e22,
                                  0x1p53,    DBL_MAX,
                                  -DBL_MIN,  5e-324,
                                  1.0 / 3,   1 + DBL_EPSILON,
                                  123456789, -2147483648.0,
                                  4.35e17,   1 - DBL_EPSILON / 2};
    for (size_t i = 0; i < sizeof hard / sizeof *hard; i++)
        expect_bits_back(hard[i]);
    struct rng r = rng_seeded(11);
    for (int i = 0; i < 20000; i++) {
        union {
            uint64_t bits;
            double x;
        } any = {rng_next(&r)};
        if (isfinite(any.x))
            expect_bits_back(any.x);
        expect_bits_back(rng_unit(&r));
    }
}

static void values_are_built_and_printed(void **state)
{
    (void)state;
    struct json *v = json_object();
    json_put_text(v, "t", "a\"\n");
    json_put_text(v, "none", NULL);
    json_put_number(v, "n", 0.1);
    json_put_number(v, "nan", NAN);
    json_put_bool(v, "b", true);
    json_push(json_put_array(v, "a"), json_of_number(INFINITY));
    json_put_number(json_put_object(v, "o"), "i", 42801);
    struct json *copy = json_copy(v);
    json_free(v);
    struct text out = {0};
    json_print(copy, &out);
    assert_string_equal(out.p,
                        "{\"t\":\"a\\\"\\n\",\"none\":null,\"n\":0.1,\"nan\":null,\"b\":true,"
                        "\"a\":[null],\"o\":{\"i\":42801}}");
    assert_true(json_number(json_get(copy, "n")) == 0.1); /* printing changed nothing */
    text_clear(&out);
    json_print_pretty(json_get(copy, "o"), &out);
    assert_string_equal(out.p, "{\n\t\"i\":\t42801\n}");
    json_free(copy);
    text_done(&out);
}

static void values_are_the_same_to_the_letter(void **state)
{
    (void)state;
    struct json *a = parsed("{\"x\": [1, \"two\"]}"), *b = parsed("{\"x\":[1,\"two\"]}");
    struct json *other = parsed("{\"x\": [1, \"too\"]}");
    assert_true(json_same(a, b));
    assert_false(json_same(a, other));
    assert_false(json_same(a, NULL) || json_same(NULL, a));
    assert_true(json_same(NULL, NULL));
    json_free(a);
    json_free(b);
    json_free(other);
}

static void a_file_is_written_and_read(void **state)
{
    (void)state;
    struct err e;
    char path[1100];
    snprintf(path, sizeof path, "%s/v.json", test_folder("json"));
    struct json *v = parsed("{\"a\": [1, 2]}");
    assert_ok(json_write_file(v, path, &e), &e);
    json_free(v);
    v = json_read_file(path, &e);
    assert_ok(v, &e);
    assert_int_equal(json_count(json_get(v, "a")), 2);
    json_free(v);
    assert_null(json_read_file("/nonexistent/v.json", &e));
    assert_string_equal(e.text, "/nonexistent/v.json: No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_not_json_is_refused_by_line),
        TEST(depth_without_end_is_refused),
        TEST(texts_and_keys_are_exact),
        TEST(members_are_walked_in_order),
        TEST(needed_members_are_asked_for_by_kind),
        TEST(printed_numbers_read_back_to_the_same_bits),
        TEST(values_are_built_and_printed),
        TEST(values_are_the_same_to_the_letter),
        TEST(a_file_is_written_and_read),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}

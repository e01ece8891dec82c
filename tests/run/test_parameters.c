#include "harness/run/parameters.h"

#include "tests/test.h"

#include <string.h>

static struct arena arena;

static bool parse(struct parameters *p, int n, const char **texts, struct err *e)
{
    return parameters_parse(p, &(struct opt_texts){texts, n}, &arena, e);
}

static void lists_and_ranges_give_values(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *values[6];
    } cases[] = {
        {"n=1,2,4",         {"1", "2", "4"}                    },
        {"n=1:10:3",        {"1", "4", "7", "10"}              },
        {"n=1:3",           {"1", "2", "3"}                    },
        {"n=0.1:0.5:0.1",   {"0.1", "0.2", "0.3", "0.4", "0.5"}},
        {"n=-2:2:2",        {"-2", "0", "2"}                   },
        {"n=5:5",           {"5"}                              },
        {"n=a b,c'd",       {"a b", "c'd"}                     },
        {"n=http://x:80/y", {"http://x:80/y"}                  },
        {"n=1:x,2:3",       {"1:x", "2:3"}                     },
        {"n=a:1:2",         {"a:1:2"}                          },
        {"n=x=y",           {"x=y"}                            },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parameters p;
        struct err e = {0};
        const char *text = cases[i].text;
        assert_ok(parse(&p, 1, &text, &e), &e);
        int n = 0;
        for (; n < p.combinations && cases[i].values[n]; n++)
            assert_string_equal(parameters_value(&p, n, 0), cases[i].values[n]);
        assert_int_equal(n, p.combinations);
        assert_null(cases[i].values[n]);
    }
}

static void what_is_no_parameter_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"n",            "expected NAME=VALUE"                                   },
        {"=1",           "expected NAME=VALUE"                                   },
        {"a b=1",        "expected NAME=VALUE"                                   },
        {"1n=2",         "expected NAME=VALUE"                                   },
        {"n=",           "found nothing"                                         },
        {"n=1,,2",       "found nothing"                                         },
        {"n=3:1",        "LO <= HI and STEP > 0"                                 },
        {"n=1:3:0",      "LO <= HI and STEP > 0"                                 },
        {"n=1:3:-1",     "LO <= HI and STEP > 0"                                 },
        {"n=1:1e9",      "at most 1000 values"                                   },
        {"n=1:2:1e-300", "at most 1000 values"                                   },
        {"n=1:2:3:4",    "n: expected LO:HI[:STEP] in numbers, found \"1:2:3:4\""},
        {"n=1:2:",       "expected LO:HI[:STEP]"                                 },
        {"n=1:2:x",      "expected LO:HI[:STEP]"                                 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parameters p;
        struct err e = {0};
        const char *text = cases[i].text;
        assert_false(parse(&p, 1, &text, &e));
        assert_says(&e, cases[i].words);
    }
    struct parameters p;
    struct err e = {0};
    assert_false(parse(&p, 2, (const char *[]){"n=1", "n=2"}, &e));
    assert_says(&e, "given twice");
    assert_false(parse(&p, 2, (const char *[]){"a=1:1000", "b=1:1000"}, &e));
    assert_says(&e, "more than 10000 combinations");
}

static void every_combination_comes_once(void **state)
{
    (void)state;
    static const char *const expected[] = {"a=1 b=x", "a=1 b=y", "a=1 b=z",
                                           "a=2 b=x", "a=2 b=y", "a=2 b=z"};
    struct parameters p;
    struct err e = {0};
    assert_ok(parse(&p, 2, (const char *[]){"a=1,2", "b=x,y,z"}, &e), &e);
    assert_int_equal(p.combinations, 6);
    for (int i = 0; i < 6; i++)
        assert_string_equal(parameters_text(&p, i, &arena), expected[i]);
}

static void braces_stand_for_values(void **state)
{
    (void)state;
    static const struct {
        const char *text, *filled;
    } cases[] = {
        {"run {n}",          "run 7"           },
        {"{n}{n}",           "77"              },
        {"{{n}}",            "{n}"             },
        {"{{x}}",            "{x}"             },
        {"awk '{print $1}'", "awk '{print $1}'"},
        {"{ {n} }",          "{ 7 }"           },
        {"{n",               "{n"              },
        {"{",                "{"               },
        {"a{}b{{",           "a{}b{{"          },
        {"if(x){y{n}}",      "if(x){y7}"       },
        {"",                 ""                },
    };
    struct parameters p;
    struct err e = {0};
    assert_ok(parse(&p, 1, (const char *[]){"n=7"}, &e), &e);
    const char *out;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_ok(parameters_fill(&p, 0, cases[i].text, &out, &arena, &e), &e);
        assert_string_equal(out, cases[i].filled);
    }
    assert_false(parameters_fill(&p, 0, "run {m}", &out, &arena, &e));
    assert_says(&e, "{m}: no --parameter m is given");
    assert_ok(parse(&p, 0, NULL, &e), &e);
    assert_ok(parameters_fill(&p, 0, "{m} {{m}}", &out, &arena, &e), &e);
    assert_string_equal(out, "{m} {{m}}");
}

static int forget(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lists_and_ranges_give_values),
        TEST(what_is_no_parameter_is_refused),
        TEST(every_combination_comes_once),
        TEST(braces_stand_for_values),
    };
    return cmocka_run_group_tests_name("parameters", tests, NULL, forget);
}

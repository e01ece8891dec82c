#include "harness/base/opt.h"

#include "harness/base/json.h"

#include "tests/test.h"

#include <string.h>

struct settings {
    bool quiet, loud;
    long pairs;
    double fee;
    const char *fill, *out;
    struct opt_texts params;
};

static const char *const fills[] = {"close", "open", NULL};

#define AT(f) .offset = offsetof(struct settings, f)
static const struct opt rows[] = {
    {.name = "quiet",              .kind = OPT_FLAG, AT(quiet),          .help = "say less"},
    { .name = "loud",            .kind = OPT_FLAG,         AT(loud), .fallback = "true", .help = "say more"},
    { .name = "pairs",
     .kind = OPT_INT,
     AT(pairs),
     .arg = "N",
     .min = 10,
     .max = 1000,
     .fallback = "12",
     .help = "pairs of processes"},
    {                                                                              .name = "fee",
     .kind = OPT_REAL,
     AT(fee),
     .arg = "RATIO",
     .min = 0,
     .max = 0.5,
     .fallback = "0.001",
     .help = "cost of a fill"},
    {                                                                                  .name = "fill",
     .kind = OPT_TEXT,
     AT(fill),
     .arg = "WHEN",
     .choices = fills,
     .fallback = "close",
     .help = "when orders fill"},
    {                                                               .name = "out",
     .kind = OPT_TEXT,
     AT(out),
     .arg = "DIR",
     .required = true,
     .help = "where to write"},
    {                                                                      .name = "param",                            .kind = OPT_TEXTS,                                AT(params),                                                   .arg = "NAME=VALUES",                                                                                .help = "an axis"},
    OPT_END,
};

static struct arena arena;

static struct settings defaults(void)
{
    struct settings s;
    memset(&s, 0xff, sizeof s);
    opt_defaults(rows, &s, &arena);
    return s;
}

static int clean_up(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static void defaults_are_the_rows_fallbacks(void **state)
{
    (void)state;
    struct settings s = defaults();
    assert_false(s.quiet);
    assert_true(s.loud);
    assert_int_equal(s.pairs, 12);
    assert_true(s.fee == 0.001);
    assert_string_equal(s.fill, "close");
    assert_null(s.out);
    assert_int_equal(s.params.n, 0);
}

static void words_become_settings(void **state)
{
    (void)state;
    struct err e;
    struct settings s = defaults();
    struct opt_texts rest;
    char *argv[] = {"one",     "--pairs", "20", "--fee=0", "--quiet", "--loud=false",
                    "--param", "a=1:2",   "-",  "--out",   "--quiet", "--param=b=3",
                    "--fill",  "open",    "--", "--pairs", "-x"};
    int argc = sizeof argv / sizeof *argv;
    assert_ok(opt_from_args(rows, &s, argc, argv, &rest, &arena, &e), &e);
    assert_int_equal(s.pairs, 20);
    assert_true(s.fee == 0 && s.quiet && !s.loud);
    assert_string_equal(s.out, "--quiet"); /* the word after an option is its value */
    assert_string_equal(s.fill, "open");
    assert_int_equal(s.params.n, 2);
    assert_string_equal(s.params.v[0], "a=1:2");
    assert_string_equal(s.params.v[1], "b=3");
    assert_int_equal(rest.n, 4);
    assert_string_equal(rest.v[0], "one");
    assert_string_equal(rest.v[1], "-");
    assert_string_equal(rest.v[2], "--pairs");
    assert_string_equal(rest.v[3], "-x");
    assert_ok(opt_from_args(rows, &s, 0, NULL, &rest, &arena, &e), &e);
    assert_int_equal(rest.n, 0);
}

static void wrong_words_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *word, *value, *says;
    } bad[] = {
        {"--nope",        NULL,   "unknown option --nope"                                      },
        {"--pairs-more",  "1",    "unknown option --pairs-more"                                },
        {"--pair",        "11",   "unknown option --pair"                                      },
        {"--=3",          NULL,   "unknown option --=3"                                        },
        {"-q",            NULL,   "unknown option -q"                                          },
        {"--pairs",       NULL,   "--pairs: expected N after it"                               },
        {"--pairs",       "9",    "pairs: expected a whole number from 10 to 1000, found \"9\""},
        {"--pairs",       "1001", "found \"1001\""                                             },
        {"--pairs",       "10.5", "found \"10.5\""                                             },
        {"--pairs",       "12x",  "found \"12x\""                                              },
        {"--pairs=",      NULL,   "found \"\""                                                 },
        {"--pairs",       "nan",  "found \"nan\""                                              },
        {"--fee",         "0.51", "fee: expected a number from 0 to 0.5, found \"0.51\""       },
        {"--fee",         "-1",   "found \"-1\""                                               },
        {"--fee",         "inf",  "found \"inf\""                                              },
        {"--fill",        "noon", "fill: expected one of close, open, found \"noon\""          },
        {"--fill",        "",     "found \"\""                                                 },
        {"--quiet=maybe", NULL,   "quiet: expected true or false, found \"maybe\""             },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = {0};
        struct settings s = defaults();
        struct opt_texts rest;
        char word[64], value[64];
        snprintf(word, sizeof word, "%s", bad[i].word);
        snprintf(value, sizeof value, "%s", bad[i].value ? bad[i].value : "");
        char *argv[] = {word, value};
        if (opt_from_args(rows, &s, bad[i].value ? 2 : 1, argv, &rest, &arena, &e))
            fail_msg("taken: %s %s", word, value);
        assert_int_equal(e.code, ERR_INPUT);
        assert_says(&e, bad[i].says);
    }
}

static bool from_json(const char *text, struct settings *s, struct err *e)
{
    struct json *v = json_parse(str_of(text), "t", e);
    assert_ok(v, e);
    bool ok = opt_from_json(rows, s, v, &arena, e);
    json_free(v);
    return ok;
}

static void members_become_settings(void **state)
{
    (void)state;
    struct err e;
    struct settings s = defaults();
    assert_ok(from_json("{\"quiet\": true, \"pairs\": 30, \"fee\": 0.5, \"fill\": \"open\", "
                        "\"out\": \"d\", \"param\": [\"x\", \"y\"], \"loud\": false}",
                        &s, &e),
              &e);
    assert_true(s.quiet && !s.loud && s.pairs == 30 && s.fee == 0.5);
    assert_string_equal(s.fill, "open");
    assert_string_equal(s.out, "d");
    assert_int_equal(s.params.n, 2);
    /* Arrays replace, null unsets. */
    assert_ok(from_json("{\"param\": [\"z\"], \"out\": null}", &s, &e), &e);
    assert_int_equal(s.params.n, 1);
    assert_string_equal(s.params.v[0], "z");
    assert_null(s.out);
    assert_int_equal(s.pairs, 30);
}

static void wrong_members_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"{\"nope\": 1}",         "nope: no such field"                                  },
        {"{\"Pairs\": 12}",       "Pairs: no such field"                                 },
        {"{\"pairs\": \"12\"}",   "pairs: expected a number, found text"                 },
        {"{\"pairs\": 12.5}",     "pairs: expected a whole number from 10 to 1000, found"},
        {"{\"pairs\": 1e300}",    "found 1"                                              },
        {"{\"pairs\": []}",       "found an array"                                       },
        {"{\"fee\": -0.1}",       "fee: expected a number from 0 to 0.5"                 },
        {"{\"fee\": true}",       "found true or false"                                  },
        {"{\"quiet\": 1}",        "quiet: expected true or false, found a number"        },
        {"{\"quiet\": \"true\"}", "quiet: expected true or false, found text"            },
        {"{\"fill\": 1}",         "fill: expected text, found a number"                  },
        {"{\"fill\": \"noon\"}",  "fill: expected one of close, open"                    },
        {"{\"param\": \"x\"}",    "param: expected an array of texts, found text"        },
        {"{\"param\": [1]}",      "param: expected texts in the array, found a number"   },
        {"[1]",                   "expected an object of settings, found an array"       },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = {0};
        struct settings s = defaults();
        if (from_json(bad[i].text, &s, &e))
            fail_msg("taken: %s", bad[i].text);
        assert_says(&e, bad[i].says);
    }
}

static void settings_survive_the_way_through_json(void **state)
{
    (void)state;
    struct err e;
    struct settings s = defaults(), back = defaults();
    assert_ok(opt_set(rows, &s, "fee", "0.3", &arena, &e), &e);
    assert_ok(opt_set(rows, &s, "param", "p", &arena, &e), &e);
    assert_false(opt_set(rows, &s, "nope", "1", &arena, &e));
    assert_says(&e, "nope: no such setting");
    struct json *object = json_object();
    opt_to_json(rows, &s, object);
    struct text out = {0};
    json_print(object, &out);
    assert_string_equal(out.p, "{\"quiet\":false,\"loud\":true,\"pairs\":12,\"fee\":0.3,"
                               "\"fill\":\"close\",\"out\":null,\"param\":[\"p\"]}");
    assert_ok(opt_from_json(rows, &back, object, &arena, &e), &e);
    assert_true(back.fee == 0.3 && back.pairs == 12 && back.loud && !back.out);
    assert_string_equal(back.params.v[0], "p");
    json_free(object);
    text_done(&out);
}

static void a_required_text_must_be_there(void **state)
{
    (void)state;
    struct err e;
    struct settings s = defaults();
    assert_false(opt_complete(rows, &s, &e));
    assert_string_equal(e.text, "out: missing, expected DIR: where to write");
    s.out = "d";
    assert_ok(opt_complete(rows, &s, &e), &e);
}

static void help_is_made_from_the_rows(void **state)
{
    (void)state;
    struct text out = {0};
    opt_help(rows, &out);
    assert_string_equal(
        out.p, "  --quiet                    say less\n"
               "  --loud                     say more (default true)\n"
               "  --pairs N                  pairs of processes (10..1000; default 12)\n"
               "  --fee RATIO                cost of a fill (0..0.5; default 0.001)\n"
               "  --fill WHEN                when orders fill (close | open; default close)\n"
               "  --out DIR                  where to write (required)\n"
               "  --param NAME=VALUES        an axis\n");
    text_done(&out);
    assert_null(opt_find(rows, str_of("nope")));
    assert_string_equal(opt_find(rows, str_of("fee"))->arg, "RATIO");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(defaults_are_the_rows_fallbacks), TEST(words_become_settings),
        TEST(wrong_words_are_named),           TEST(members_become_settings),
        TEST(wrong_members_are_named),         TEST(settings_survive_the_way_through_json),
        TEST(a_required_text_must_be_there),   TEST(help_is_made_from_the_rows),
    };
    return cmocka_run_group_tests_name("opt", tests, NULL, clean_up);
}

/* Where a value comes from: given > environment > preset > fallback. */
#include "harness/base/opt.h"

#include "harness/base/json.h"

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

struct settings {
    const char *preset, *caching;
    long entries, plain;
    double size_gb;
    bool loud;
};

static const char *const presets[] = {"none", "small", "large", NULL};
static const char *const on_off[] = {"on", "off", NULL};
static const struct opt_preset preset_rows[] = {
    {"small", "size_gb", "0.5"},
    {"small", "entries", "32" },
    {"large", "size_gb", "8"  },
    {"large", "caching", "off"},
    {NULL,    NULL,      NULL },
};

/* clang-format off */
#define AT(f) .offset = offsetof(struct settings, f)
static const struct opt rows[] = {
    {.name = "size-gb", .kind = OPT_REAL, AT(size_gb), .arg = "GIB", .min = 0.1, .max = 100,
     .fallback = "2", .env = "TEST_SIZE_GB", .help = "size"},
    {.name = "entries", .kind = OPT_INT, AT(entries), .arg = "N", .min = 1, .max = 1000,
     .fallback = "128", .env = "TEST_ENTRIES", .help = "entries"},
    {.name = "caching", .kind = OPT_TEXT, AT(caching), .arg = "WHETHER", .choices = on_off,
     .fallback = "on", .env = "TEST_CACHING", .help = "caching"},
    {.name = "plain", .kind = OPT_INT, AT(plain), .arg = "N", .max = 9, .fallback = "4",
     .help = "no variable"},
    {.name = "loud", .kind = OPT_FLAG, AT(loud), .env = "TEST_LOUD", .help = "say more"},
    {.name = "preset", .kind = OPT_TEXT, AT(preset), .arg = "NAME", .choices = presets,
     .presets = preset_rows, .fallback = "none", .help = "values for others"},
    OPT_END,
};
/* clang-format on */

static struct arena arena;

static int no_variables(void **state)
{
    (void)state;
    for (const struct opt *row = rows; row->name; row++)
        if (row->env)
            unsetenv(row->env);
    return 0;
}

/* Up to three words. */
static bool by_words(struct settings *s, const char *a, const char *b, const char *c, struct err *e)
{
    const char *words[] = {a, b, c};
    char copies[3][64], *argv[3];
    struct opt_texts rest;
    int n = 0;
    for (; n < 3 && words[n]; n++) {
        snprintf(copies[n], sizeof copies[n], "%s", words[n]);
        argv[n] = copies[n];
    }
    opt_defaults(rows, s, &arena);
    return opt_from_args(rows, s, n, argv, &rest, &arena, e);
}

static void without_anything_it_is_the_fallback(void **state)
{
    (void)state;
    struct settings s;
    struct err e = {0};
    assert_ok(by_words(&s, NULL, NULL, NULL, &e), &e);
    assert_true(s.size_gb == 2 && s.entries == 128 && s.plain == 4 && !s.loud);
    assert_string_equal(s.caching, "on");
    assert_string_equal(s.preset, "none");
}

static void a_preset_changes_what_it_names_only(void **state)
{
    (void)state;
    struct settings s;
    struct err e = {0};
    assert_ok(by_words(&s, "--preset=small", NULL, NULL, &e), &e);
    assert_true(s.size_gb == 0.5 && s.entries == 32 && s.plain == 4);
    assert_string_equal(s.caching, "on");
    assert_ok(by_words(&s, "--preset", "large", NULL, &e), &e);
    assert_true(s.size_gb == 8 && s.entries == 128);
    assert_string_equal(s.caching, "off");
}

static void a_variable_beats_the_preset(void **state)
{
    (void)state;
    struct settings s;
    struct err e = {0};
    setenv("TEST_SIZE_GB", "3", 1);
    setenv("TEST_LOUD", "true", 1);
    setenv("TEST_ENTRIES", "", 1); /* empty: unset */
    assert_ok(by_words(&s, "--preset=small", NULL, NULL, &e), &e);
    assert_true(s.size_gb == 3 && s.entries == 32 && s.loud);
}

static void what_is_given_beats_all(void **state)
{
    (void)state;
    struct settings s;
    struct err e = {0};
    setenv("TEST_SIZE_GB", "3", 1);
    setenv("TEST_LOUD", "true", 1);
    setenv("TEST_ENTRIES", "not looked at", 1);
    assert_ok(by_words(&s, "--size-gb=2", "--entries=128", "--loud=false", &e), &e);
    assert_true(s.size_gb == 2 && s.entries == 128 && !s.loud); /* also when it is the fallback */
    assert_ok(by_words(&s, "--entries=5", "--preset=small", NULL, &e), &e);
    assert_true(s.entries == 5 && s.size_gb == 3);
}

static void a_bad_variable_is_refused_by_its_name(void **state)
{
    (void)state;
    static const struct {
        const char *variable, *value, *says;
    } bad[] = {
        {"TEST_SIZE_GB", "0",     "TEST_SIZE_GB: expected a number from 0.1 to 100, found \"0\""},
        {"TEST_SIZE_GB", "2 GB",  "TEST_SIZE_GB: expected a number from 0.1 to 100, found"      },
        {"TEST_ENTRIES", "1.5",   "TEST_ENTRIES: expected a whole number from 1 to 1000, found" },
        {"TEST_ENTRIES", "-1",    "found \"-1\""                                                },
        {"TEST_CACHING", "maybe", "TEST_CACHING: expected one of on, off, found \"maybe\""      },
        {"TEST_LOUD",    "1",     "TEST_LOUD: expected true or false, found \"1\""              },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct settings s;
        struct err e = {0};
        no_variables(NULL);
        setenv(bad[i].variable, bad[i].value, 1);
        if (by_words(&s, "--preset=small", NULL, NULL, &e))
            fail_msg("taken: %s=%s", bad[i].variable, bad[i].value);
        assert_int_equal(e.code, ERR_INPUT);
        assert_says(&e, bad[i].says);
    }
}

static struct json *parsed(const char *text)
{
    struct err e = {0};
    struct json *v = json_parse(str_of(text), "t", &e);
    assert_ok(v, &e);
    return v;
}

static void members_have_the_same_order_of_origins(void **state)
{
    (void)state;
    struct settings s;
    struct err e = {0};
    struct json *v = parsed("{\"preset\": \"small\", \"entries\": 7, \"loud\": null}");
    setenv("TEST_LOUD", "true", 1);
    setenv("TEST_ENTRIES", "9", 1);
    opt_defaults(rows, &s, &arena);
    assert_ok(opt_from_json(rows, &s, v, &arena, &e), &e);
    assert_true(s.entries == 7 && s.size_gb == 0.5 && s.loud); /* null is not given */
    json_free(v);
    v = parsed("{}");
    setenv("TEST_ENTRIES", "x", 1);
    opt_defaults(rows, &s, &arena);
    assert_false(opt_from_json(rows, &s, v, &arena, &e));
    assert_says(&e, "TEST_ENTRIES: expected");
    json_free(v);
}

static void settled_members_are_added_to_the_object(void **state)
{
    (void)state;
    struct settings s;
    struct err e = {0};
    struct text out = {0};
    struct json *v = parsed("{\"preset\":\"small\",\"plain\":5,\"caching\":null}");
    setenv("TEST_ENTRIES", "9", 1);
    setenv("TEST_CACHING", "off", 1);
    opt_defaults(rows, &s, &arena);
    assert_ok(opt_settle_json(rows, &s, v, &arena, &e), &e);
    json_print(v, &out);
    assert_string_equal(out.p, "{\"preset\":\"small\",\"plain\":5,\"size-gb\":0.5,\"entries\":9,"
                               "\"caching\":\"off\"}");
    /* Read again elsewhere, the object is all that counts. */
    setenv("TEST_ENTRIES", "77", 1);
    unsetenv("TEST_CACHING");
    opt_defaults(rows, &s, &arena);
    assert_ok(opt_from_json(rows, &s, v, &arena, &e), &e);
    assert_true(s.entries == 9 && s.size_gb == 0.5);
    assert_string_equal(s.caching, "off");
    text_done(&out);
    json_free(v);
}

static void help_names_the_variable(void **state)
{
    (void)state;
    struct text out = {0};
    opt_help(rows, &out);
    assert_non_null(strstr(out.p, "size (0.1..100; default 2; environment TEST_SIZE_GB)\n"));
    assert_non_null(strstr(out.p, "caching (on | off; default on; environment TEST_CACHING)\n"));
    assert_non_null(strstr(out.p, "say more (environment TEST_LOUD)\n"));
    text_done(&out);
}

#define CLEAN(f) cmocka_unit_test_setup(f, no_variables)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLEAN(without_anything_it_is_the_fallback),
        CLEAN(a_preset_changes_what_it_names_only),
        CLEAN(a_variable_beats_the_preset),
        CLEAN(what_is_given_beats_all),
        CLEAN(a_bad_variable_is_refused_by_its_name),
        CLEAN(members_have_the_same_order_of_origins),
        CLEAN(settled_members_are_added_to_the_object),
        CLEAN(help_names_the_variable),
    };
    int failed = cmocka_run_group_tests_name("opt_env", tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}

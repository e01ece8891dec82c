/* Parameter texts to axes: forms, values, and what is refused in which words. */
#include "kernels/backtest/space.h"

#include "kernels/backtest/combinations.h"
#include "tests/backtest/mutate.h"

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

static const struct bt_param params[] = {
    {.name = "window",      .unit = "bars",        .help = "of the mean", .whole = true, .min = 1, .max = 1e4   },
    { .name = "band", .unit = "deviations", .help = "of the mean",            .min = -10,     .max = 10        },
    {                                                                                               .name = "stop",
     .unit = "ratio",
     .help = "of the entry price",
     .min = 0.001,
     .max = 1,
     .optional = true,
     .fallback = 0.25},
};
static const struct bt_strategy three = {.name = "three", .params = params, .param_count = 3};
static const struct bt_strategy bare = {.name = "bare"};

static struct arena arena;

static int end(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static bool parse(const struct bt_strategy *s, const char *a, const char *b, const char *c,
                  struct bt_space *out, struct err *e)
{
    const char *texts[] = {a, b, c};
    int n = a == NULL ? 0 : b == NULL ? 1 : c == NULL ? 2 : 3;
    return bt_space_parse(s, (struct opt_texts){texts, n}, &arena, out, e);
}

static struct bt_space parsed(const char *a, const char *b, const char *c)
{
    struct bt_space space;
    struct err e = {0};
    assert_ok(parse(&three, a, b, c, &space, &e), &e);
    return space;
}

static void refused(const char *a, const char *b, const char *c, const char *words)
{
    struct bt_space space;
    struct err e = {0};
    assert_false(parse(&three, a, b, c, &space, &e));
    assert_says(&e, words);
    assert_int_equal(e.code, ERR_INPUT);
}

static void band_refused(const char *values, const char *words)
{
    char text[200];
    snprintf(text, sizeof text, "band=%s", values);
    refused("window=5", text, NULL, words);
}

static void window_refused(const char *values, const char *words)
{
    char text[200];
    snprintf(text, sizeof text, "window=%s", values);
    refused(text, "band=1", NULL, words);
}

/* The values of an axis in one text. */
static void axis_has(const struct bt_axis *axis, const char *expected)
{
    char found[200] = "";
    for (long i = 0; i < axis->n; i++)
        snprintf(found + strlen(found), sizeof found - strlen(found), "%s%.15g", i ? " " : "",
                 bt_axis_value(axis, i));
    assert_string_equal(found, expected);
}

static void ranges_and_lists_give_their_values(void **state)
{
    (void)state;
    struct bt_space s = parsed("window=2:5", "band=-1:0.5:0.5", "stop=0.5,0.1");
    axis_has(&s.axis[0], "2 3 4 5");
    axis_has(&s.axis[1], "-1 -0.5 0 0.5");
    axis_has(&s.axis[2], "0.5 0.1");
    assert_int_equal(bt_space_size(&s), 4 * 4 * 2);
    s = parsed("stop=0.1:0.3:0.1", "band=3", "window=10:99:40");
    axis_has(&s.axis[0], "10 50 90");
    axis_has(&s.axis[1], "3");
    axis_has(&s.axis[2], "0.1 0.2 0.3"); /* 0.1 + 2 * 0.1 is above 0.3 in doubles */
    assert_true(bt_axis_value(&s.axis[2], 2) == 0.3);
}

static void continuous_ranges_have_no_count_and_whole_logarithmic_ones_do(void **state)
{
    (void)state;
    struct bt_space s = parsed("window=log:2:500", "band=1:3", "stop=log:0.01:1");
    assert_int_equal(s.axis[0].kind, BT_AXIS_LOG);
    assert_int_equal(s.axis[0].n, 499);
    assert_int_equal(s.axis[1].kind, BT_AXIS_UNIFORM);
    assert_int_equal(s.axis[2].kind, BT_AXIS_LOG);
    assert_int_equal(s.axis[1].n + s.axis[2].n, 0);
    assert_int_equal(bt_space_size(&s), 0);
    assert_true(bt_axis_is_drawn(&s.axis[0]) && bt_axis_is_drawn(&s.axis[1]));
}

static void a_range_of_one_value_is_that_value(void **state)
{
    (void)state;
    struct bt_space s = parsed("window=log:7:7", "band=2:2", "stop=log:0.5:0.5");
    axis_has(&s.axis[0], "7");
    axis_has(&s.axis[1], "2");
    axis_has(&s.axis[2], "0.5");
    for (int i = 0; i < 3; i++)
        assert_false(bt_axis_is_drawn(&s.axis[i]));
    assert_int_equal(bt_space_size(&s), 1);
}

static void an_optional_parameter_falls_back(void **state)
{
    (void)state;
    struct bt_space s = parsed("window=5", "band=1,2", NULL);
    axis_has(&s.axis[2], "0.25");
    assert_int_equal(bt_space_size(&s), 2);
}

static void a_strategy_without_parameters_has_one_combination(void **state)
{
    (void)state;
    struct bt_space space;
    struct err e = {0};
    assert_ok(parse(&bare, NULL, NULL, NULL, &space, &e), &e);
    assert_int_equal(bt_space_size(&space), 1);
    assert_false(parse(&bare, "x=1", NULL, NULL, &space, &e));
    assert_says(&e, "param: strategy bare has no parameters, found \"x=1\"");
}

static void wrong_texts_are_refused_by_name(void **state)
{
    (void)state;
    band_refused("x", "param: band: expected band=LO:HI[:STEP] or band=A,B,C, found \"x\"");
    band_refused("", "param: band: expected band=LO:HI");
    band_refused("1:2:0.5:1", "param: band: expected band=LO:HI");
    band_refused("1::2", "param: band: expected band=LO:HI");
    band_refused("nan", "param: band: expected band=LO:HI");
    band_refused("11", "param: band: expected numbers from -10 to 10 deviations, found 11");
    band_refused("1:11", "param: band: expected numbers from -10 to 10 deviations, found 11");
    band_refused("2:1", "param: band: expected LO <= HI and a STEP > 0, found \"2:1\"");
    band_refused("1:2:0", "param: band: expected LO <= HI and a STEP > 0");
    band_refused("1:2:1e-17", "param: band: expected LO <= HI and a STEP > 0");
    band_refused("1:2:1e-12", "param: band: more than 10000000 values");
    band_refused("0,-0", "param: band: 0 is listed twice");
    band_refused("log:0:1", "param: band: expected band=log:LO:HI with 0 < LO <= HI");
    band_refused("log:-1:1", "with 0 < LO <= HI, found \"log:-1:1\"");
    band_refused("log:2:1", "with 0 < LO <= HI");
    band_refused("log:1", "with 0 < LO <= HI");
    band_refused("log:", "with 0 < LO <= HI");
    band_refused("log:1:2:3", "with 0 < LO <= HI");
    band_refused("log:1:11", "param: band: expected numbers from -10 to 10 deviations, found 11");
    window_refused("log:1.5:3", "param: window: expected whole numbers from 1 to 10000 bars");
    window_refused("2:9:0.5", "param: window: expected LO <= HI and a whole STEP > 0");
    window_refused("2.5", "param: window: expected whole numbers from 1 to 10000 bars, found 2.5");
    refused("window=5", NULL, NULL, "param: band is missing (of the mean, deviations): expected");
    refused("window=5", "band=1", "window=6", "param: window is given twice");
    refused("width=5", NULL, NULL, "with NAME one of window, band, stop (strategy three), found");
}

/* Also as a search: a space that was accepted gives combinations inside its limits, or a sentence. */
static void no_text_does_more_than_be_refused(void **state)
{
    (void)state;
    static const char *const good[] = {"band=-1:3:0.5", "band=log:0.1:3", "band=1,2.5,-3",
                                       "band=1e-3:2", "window=2:9"};
    static const char *const parts[] = {":", ",",  "-", "e",  "9",   ".",   "0",    "log:",
                                        "=", "+0", " ", "1e", "inf", "nan", "\xff", "0x1"};
    struct rng r = rng_seeded(16180339);
    long accepted = 0;
    for (int k = 0; k < 10000; k++) {
        struct arena_mark mark = arena_mark(&arena);
        char *text = mutated(&r, good, 5, parts, sizeof parts / sizeof *parts);
        struct bt_space space;
        struct bt_combinations c;
        struct err e = {0};
        bool ok =
            parse(&three, "stop=0.5", text[0] == 'w' ? "band=1" : "window=5", text, &space, &e);
        if (ok && bt_combinations_random(&space, 3, 1, &arena, &c, &e)) {
            for (long i = 0; i < c.count; i++) {
                double v[BT_PARAMS_MAX];
                bt_combination(&c, i, v);
                for (int p = 0; p < 3; p++)
                    assert_true(v[p] >= params[p].min && v[p] <= params[p].max);
            }
            accepted++;
        } else {
            assert_int_equal(e.code, ERR_INPUT);
            assert_true(strncmp(e.text, ok ? "trials: " : "param: ", ok ? 8 : 7) == 0);
            assert_null(strchr(e.text, '\n'));
        }
        free(text);
        arena_release(&arena, mark);
    }
    print_message("%ld of 10000 mutated spaces are still searched\n", accepted);
    assert_true(accepted > 100 && accepted < 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ranges_and_lists_give_their_values),
        TEST(continuous_ranges_have_no_count_and_whole_logarithmic_ones_do),
        TEST(a_range_of_one_value_is_that_value),
        TEST(an_optional_parameter_falls_back),
        TEST(a_strategy_without_parameters_has_one_combination),
        TEST(wrong_texts_are_refused_by_name),
        TEST(no_text_does_more_than_be_refused),
    };
    return cmocka_run_group_tests_name("space", tests, NULL, end);
}

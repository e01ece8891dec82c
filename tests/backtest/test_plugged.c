/* Which records of a strategy of a user are refused, and in what words; what the code is called. */
#include "harness/base/io.h"
#include "kernels/backtest/plugged.h"
#include "kernels/backtest/strategies.h"

#include "tests/spoilt.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A record that is whole, and its parts to be spoilt. */
struct sample {
    struct bt_strategy strategy;
    struct bt_param params[2];
    struct bt_positions positions;
};

static int asks(const double *values, struct bt_ask *out)
{
    out[0] = (struct bt_ask){BT_SMA, (long)values[0]};
    return 1;
}

static void signal(const double *values, const struct bt_series *closes,
                   const struct bt_indicator *indicators, int8_t *out)
{
    (void)values, (void)indicators;
    memset(out, 0, (size_t)closes->n);
}

static void make_sample(struct sample *s)
{
    *s = (struct sample){
        .strategy = {.abi = CUPEL_STRATEGY_ABI, .name = "mine", .summary = "a", .param_count = 2},
        .params = {{.name = "days",
                    .unit = "bars",
                    .help = "b",
                    .whole = true,
                    .min = 1,
                    .max = 9,
                    .fallback = 1.5},         /* of none that is not optional */
                   {.name = "band", .unit = "%", .help = "c", .max = 5, .optional = true}                      },
        .positions = *bt_strategy_momentum.positions,
    };
    s->strategy.params = s->params;
    s->strategy.asks = asks;
    s->strategy.signal = signal;
    s->strategy.positions = &s->positions;
}

static bool always(const double *values)
{
    return values != NULL;
}

/* What is spoilt, and the words. */
#define CASES(X)                                                                                   \
    X(newer, strategy.abi, CUPEL_STRATEGY_ABI + 1, "abi: expected 1, found 2: build it against")   \
    X(nameless, strategy.name, NULL, "name: expected a name, found NULL")                          \
    X(blank, strategy.name, "my own", "name: expected 1 to 64 of letters")                         \
    X(without_summary, strategy.summary, NULL, "summary: expected one line")                       \
    X(nine, strategy.param_count, BT_PARAMS_MAX + 1, "param_count: expected 0 to 8, found 9")      \
    X(less_than_none, strategy.param_count, -1, "param_count: expected 0 to 8, found -1")          \
    X(no_rows, strategy.params, NULL, "params: expected 2 rows, found NULL")                       \
    X(nameless_param, params[1].name, "", "params[1]: name: expected 1 to 64 of letters")          \
    X(equals_sign, params[0].name, "days=5", "params[0]: name: expected 1 to 64 of letters")       \
    X(twice, params[1].name, "days", "params[1]: name: days is that of params[0]")                 \
    X(without_unit, params[0].unit, NULL, "params[0]: days: unit: expected a text")                \
    X(without_help, params[0].help, NULL, "params[0]: days: help: expected a text")                \
    X(upside_down, params[0].min, 10, "params[0]: days: min: expected a number")                   \
    X(no_number, params[0].max, NAN, "params[0]: days: min: expected a number")                    \
    X(far_fallback, params[1].fallback, 6, "params[1]: band: fallback: expected a number fro")     \
    X(broken_fallback, params[0].optional, true,                                                   \
      "params[0]: days: fallback: expected a whole number from 1 to 9, found 1.5")                 \
    X(without_asks, strategy.asks, NULL, "asks: expected a function, found NULL")                  \
    X(without_signal, strategy.signal, NULL, "signal: expected a function, found NULL")            \
    X(without_tile, positions.tile, NULL, "positions.tile: expected a function, found NULL")       \
    X(without_rule, strategy.valid, always, "rule: expected what is valid in words")
SPOILT_CASES(cases, CASES);

static bool check(void (*spoil)(void *sample), struct err *e)
{
    struct sample s;
    make_sample(&s);
    if (spoil)
        spoil(&s);
    return bt_plugged_check(&s.strategy, e);
}

static void a_record_that_lacks_something_is_refused_by_field(void **state)
{
    (void)state;
    spoilt_are_refused(cases, sizeof cases / sizeof *cases, check);
}

static void the_built_in_strategies_keep_to_it(void **state)
{
    (void)state;
    for (const struct bt_strategy *const *s = bt_strategies; *s; s++) {
        struct err e = {0};
        assert_ok(bt_plugged_check(*s, &e), &e);
    }
}

/* The code of a result changes with any byte of the file, and is never that of built-in strategies. */
static void the_code_covers_the_bytes_of_the_file(void **state)
{
    (void)state;
    struct err e = {0};
    char sha256[SHA256_HEX], first[BT_CODE_TEXT], second[BT_CODE_TEXT], again[BT_CODE_TEXT];
    char path[500];
    snprintf(path, sizeof path, "%s/x.so", test_folder("plugged"));
    assert_ok(io_write_file(path, "one", 3, &e), &e);
    assert_ok(bt_plugged_code(path, sha256, first, &e), &e);
    assert_ok(bt_plugged_code(path, sha256, again, &e), &e);
    assert_string_equal(first, again);
    assert_ok(io_write_file(path, "onf", 3, &e), &e);
    assert_ok(bt_plugged_code(path, sha256, second, &e), &e);
    assert_string_not_equal(first, second);
    assert_string_not_equal(first, bt_code_hash());
    assert_int_equal(strlen(first), strlen(bt_code_hash()));
    assert_false(bt_plugged_code("/nowhere/x.so", sha256, first, &e));
    assert_false(bt_plugged_code(test_folder("plugged"), sha256, first, &e));
    assert_says(&e, "not a file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_record_that_lacks_something_is_refused_by_field),
        TEST(the_built_in_strategies_keep_to_it),
        TEST(the_code_covers_the_bytes_of_the_file),
    };
    return cmocka_run_group_tests_name("plugged", tests, NULL, NULL);
}

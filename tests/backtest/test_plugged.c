/* Which records of a strategy of a user are refused, and in what words; what the code is called. */
#include "harness/base/io.h"
#include "kernels/backtest/plugged.h"
#include "kernels/backtest/strategies.h"

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
        .params = {{.name = "days", .unit = "bars", .help = "b", .whole = true, .min = 1, .max = 9},
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

/* Each spoils one thing. */
static void newer(struct sample *s)
{
    s->strategy.abi = CUPEL_STRATEGY_ABI + 1;
}
static void nameless(struct sample *s)
{
    s->strategy.name = NULL;
}
static void blank(struct sample *s)
{
    s->strategy.name = "my own";
}
static void without_summary(struct sample *s)
{
    s->strategy.summary = NULL;
}
static void nine(struct sample *s)
{
    s->strategy.param_count = BT_PARAMS_MAX + 1;
}
static void less_than_none(struct sample *s)
{
    s->strategy.param_count = -1;
}
static void no_rows(struct sample *s)
{
    s->strategy.params = NULL;
}
static void nameless_param(struct sample *s)
{
    s->params[1].name = "";
}
static void equals_sign(struct sample *s)
{
    s->params[0].name = "days=5";
}
static void twice(struct sample *s)
{
    s->params[1].name = "days";
}
static void without_unit(struct sample *s)
{
    s->params[0].unit = NULL;
}
static void without_help(struct sample *s)
{
    s->params[0].help = NULL;
}
static void upside_down(struct sample *s)
{
    s->params[0].min = 10;
}
static void no_number(struct sample *s)
{
    s->params[0].max = NAN;
}
static void far_fallback(struct sample *s)
{
    s->params[1].fallback = 6;
}
static void broken_fallback(struct sample *s)
{
    s->params[1].whole = true;
    s->params[1].fallback = 0.5;
}
static void without_asks(struct sample *s)
{
    s->strategy.asks = NULL;
}
static void without_signal(struct sample *s)
{
    s->strategy.signal = NULL;
}
static void without_tile(struct sample *s)
{
    s->positions.tile = NULL;
}
static void without_rule(struct sample *s)
{
    s->strategy.valid = always;
}

static const struct {
    void (*spoil)(struct sample *);
    const char *says;
} cases[] = {
    {newer,           "abi: expected 1, found 2: build it against"      },
    {nameless,        "name: expected a name, found NULL"               },
    {blank,           "name: expected 1 to 64 of letters"               },
    {without_summary, "summary: expected one line"                      },
    {nine,            "param_count: expected 0 to 8, found 9"           },
    {less_than_none,  "param_count: expected 0 to 8, found -1"          },
    {no_rows,         "params: expected 2 rows, found NULL"             },
    {nameless_param,  "params[1]: name: expected 1 to 64 of letters"    },
    {equals_sign,     "params[0]: name: expected 1 to 64 of letters"    },
    {twice,           "params[1]: name: days is that of params[0]"      },
    {without_unit,    "params[0]: days: unit: expected a text"          },
    {without_help,    "params[0]: days: help: expected a text"          },
    {upside_down,     "params[0]: days: min: expected a number"         },
    {no_number,       "params[0]: days: min: expected a number"         },
    {far_fallback,    "params[1]: band: fallback: expected a number fro"},
    {broken_fallback, "params[1]: band: fallback: expected a whole num" },
    {without_asks,    "asks: expected a function, found NULL"           },
    {without_signal,  "signal: expected a function, found NULL"         },
    {without_tile,    "positions.tile: expected a function, found NULL" },
    {without_rule,    "rule: expected what is valid in words"           },
};

static void a_record_that_lacks_something_is_refused_by_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample s;
        struct err e = {0};
        make_sample(&s);
        assert_ok(bt_plugged_check(&s.strategy, &e), &e);
        cases[i].spoil(&s);
        if (bt_plugged_check(&s.strategy, &e))
            fail_msg("case %zu is accepted: %s", i, cases[i].says);
        assert_says(&e, cases[i].says);
    }
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

/* Filters: examples, generated trees against a plain evaluator, mutated texts. */
#include "kernels/backtest/filter_parse.h"

#include "tests/backtest/mutate.h"

#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CASES = 3000, MUTATIONS = 20000 };
static const uint64_t seed = 31415926;

static struct bt_filter parsed(const char *text)
{
    struct bt_filter f;
    struct err e = {0};
    assert_ok(bt_filter_parse(text, &f, &e), &e);
    return f;
}

static void refused(const char *text, const char *words)
{
    struct bt_filter f;
    struct err e = {0};
    assert_false(bt_filter_parse(text, &f, &e));
    assert_says(&e, words);
    assert_int_equal(e.code, ERR_INPUT);
}

/* sharpe 0.8, trades 12, orders 24, max_drawdown -0.1, cagr undefined */
static bool passes(const char *text)
{
    struct bt_row row = {.bars = 500,
                         .orders = 24,
                         .trades = 12,
                         .total_return = 0.5,
                         .cagr = (double)NAN,
                         .sharpe = 0.8,
                         .max_drawdown = -0.1,
                         .exposure = 0.4};
    struct bt_filter f = parsed(text);
    return bt_filter_passes_rows(&f, &row, 1);
}

/* ---- examples --------------------------------------------------------------------------------- */

static void comparisons_are_what_they_say(void **state)
{
    (void)state;
    assert_true(passes("sharpe > 0.5"));
    assert_false(passes("sharpe > 0.8"));
    assert_true(passes("sharpe >= 0.8"));
    assert_true(passes("trades<13"));
    assert_false(passes("trades<12"));
    assert_true(passes("trades<=12"));
    assert_true(passes("trades == 12"));
    assert_false(passes("trades != 12"));
    assert_true(passes("0.5<sharpe"));
    assert_true(passes("orders > trades"));
    assert_true(passes("max_drawdown > -.3"));
    assert_true(passes("max-drawdown > -3e-1 and total-return == 5E-1"));
    assert_true(passes("bars >= +500."));
}

static void and_binds_closer_than_or_and_not_closest(void **state)
{
    (void)state;
    assert_true(passes("sharpe > 0 or sharpe > 1 and sharpe > 2"));
    assert_false(passes("(sharpe > 0 or sharpe > 1) and sharpe > 2"));
    assert_true(passes("not sharpe > 1 and trades > 1"));
    assert_false(passes("not (sharpe > 1 or trades > 1)"));
    assert_true(passes("not not sharpe > 0"));
    assert_true(passes("\tsharpe>0.5 and(trades>=10)and not(trades<3)"));
    assert_true(passes("((((sharpe > 0))))"));
}

static void what_is_undefined_does_not_pass_even_under_not(void **state)
{
    (void)state;
    static const char *const unknown[] = {"cagr > 0",
                                          "not cagr > 0",
                                          "cagr == cagr",
                                          "cagr != 0",
                                          "0 < cagr",
                                          "cagr > 0 and sharpe > 0",
                                          "cagr > 0 or sharpe < 0",
                                          "not (cagr > 0 and sharpe > 0)",
                                          "not (cagr > 0 or sharpe < 0)",
                                          "cagr > 0 and sharpe < 0"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        assert_false(passes(unknown[i]));
    assert_true(passes("cagr > 0 or sharpe > 0"));
    assert_true(passes("not (cagr > 0 and sharpe < 0)"));
    assert_false(passes("not (cagr > 0 or sharpe > 0)"));
}

static void rows_are_filtered_by_their_mean(void **state)
{
    (void)state;
    struct bt_row rows[3] = {
        {.trades = 1, .sharpe = 1          },
        {.trades = 2, .sharpe = 2          },
        {.trades = 2, .sharpe = (double)NAN}
    };
    struct bt_filter f = parsed("sharpe == 1.5 and trades > 1.6 and trades < 1.7");
    assert_true(bt_filter_passes_rows(&f, rows, 3));
    f = parsed("trades >= 0");
    assert_false(bt_filter_passes_rows(&f, rows, 0));
}

static void it_tells_which_metrics_it_reads(void **state)
{
    (void)state;
    struct bt_filter f = parsed("sharpe > 0 and (0 < trades or sharpe < exposure)");
    uint64_t expected = 0;
    static const char *const read[] = {"sharpe", "trades", "exposure"};
    for (int i = 0; i < 3; i++)
        expected |= (uint64_t)1 << (bt_metric_find(str_of(read[i])) - bt_metrics);
    assert_true(bt_filter_metrics(&f) == expected);
    assert_true(bt_filter_is_core(&f));
    for (const struct bt_metric *m = bt_metrics; m->name; m++) {
        char text[80];
        snprintf(text, sizeof text, "sharpe > 0 or not 1 > %s", m->name);
        f = parsed(text);
        assert_int_equal(bt_filter_is_core(&f), m->core);
    }
}

static void errors_give_the_column_and_what_was_expected(void **state)
{
    (void)state;
    refused("", "column 1: expected a metric or a number, found the end");
    refused("   ", "column 4: expected a metric or a number, found the end");
    refused("sharp > 1", "column 1: no metric \"sharp\": expected a number or one of bars, orders, "
                         "trades, ");
    refused("sharpe", "column 7: expected a comparison (> >= < <= == !=), found the end");
    refused("sharpe = 1", "column 8: expected a comparison (> >= < <= == !=), found \"=\"");
    refused("sharpe => 1", "column 8: expected a comparison");
    refused("sharpe > ", "column 10: expected a metric or a number, found the end");
    refused("sharpe > > 1", "column 10: expected a metric or a number, found \">\"");
    refused("sharpe > 0.5.1", "column 10: expected a number, found \"0.5.1\"");
    refused("sharpe>1and 2<bars", "column 8: expected a number, found \"1and\"");
    refused("sharpe > 1x", "column 10: expected a number, found \"1x\"");
    refused("sharpe > 0x10", "column 10: expected a number, found \"0x10\"");
    refused("sharpe > 1e999", "column 10: expected a number, found \"1e999\"");
    refused("sharpe > -", "column 10: expected a metric or a number, found \"-\"");
    refused("sharpe > inf", "column 10: no metric \"inf\"");
    refused("1 < 2", "column 5: expected a metric on one side of the comparison, found \"2\"");
    refused("0 < sharpe < 1", "column 12: expected and, or, or the end, found \"<\"");
    refused("sharpe > 1 trades > 2", "column 12: expected and, or, or the end, found \"trades\"");
    refused("sharpe > 1)", "column 11: expected and, or, or the end, found \")\"");
    refused("(sharpe > 1", "column 12: expected and, or, or ), found the end");
    refused("(sharpe) > 1", "column 8: expected a comparison");
    refused("sharpe > 1 and", "column 15: expected a metric or a number, found the end");
    refused("sharpe > and", "column 10: expected a metric or a number, found \"and\"");
    refused("and sharpe > 1", "column 1: expected a metric or a number, found \"and\"");
    refused("sharpe > 1 && trades > 2", "column 12: expected and, or, or the end, found \"&\"");
    refused("sharpe \xe2\x89\xa5 1", "found \"\xe2\x89\xa5\""); /* a whole character */
    refused("sharpe > 1 \n", "column 12: expected and, or, or the end, found \"?\"");
}

static void depth_and_length_have_their_limits(void **state)
{
    (void)state;
    char text[4000] = "";
    for (int i = 0; i < BT_FILTER_DEPTH_MAX - 1; i++)
        strcat(text, "(");
    strcat(text, "sharpe > 1");
    for (int i = 0; i < BT_FILTER_DEPTH_MAX - 1; i++)
        strcat(text, ")");
    parsed(text);
    memset(text, '(', 3000);
    text[3000] = '\0';
    refused(text, "column 33: expected at most 32 levels of ( and not");
    strcpy(text, "not bars > 1");
    for (int i = 0; i < 31; i++)
        strcat(text, " or bars > 1");
    parsed(text);
    strcat(text, " or bars > 1");
    refused(text, "expected at most 64 comparisons and words and, or, not");
}

/* ---- generated trees -------------------------------------------------------------------------- */

/* Values of the metrics bars orders trades total_return cagr sharpe ..., some undefined. */
struct values {
    double v[BT_METRICS_MAX];
};

static double value_of(const void *what, const struct bt_metric *metric)
{
    return ((const struct values *)what)->v[metric - bt_metrics];
}

static double some_side(struct rng *r, const struct values *values, bool metric, struct text *out)
{
    if (metric) {
        const struct bt_metric *m = &bt_metrics[rng_below(r, 6)];
        text_puts(out, m->name);
        return value_of(values, m);
    }
    int number = (int)rng_below(r, 5) - 2;
    text_printf(out, "%d", number);
    return number;
}

/* The truth of a comparison in words of C: 'y', 'n', or '?'. */
static char some_comparison(struct rng *r, const struct values *values, struct text *out)
{
    static const char *const words[] = {" < ", "<=", " == ", "!= ", " >=", ">"};
    uint64_t which = rng_below(r, 6), numbers = rng_below(r, 3);
    double a = some_side(r, values, numbers != 1, out);
    text_puts(out, words[which]);
    double b = some_side(r, values, numbers != 2, out);
    if (isnan(a) || isnan(b))
        return '?';
    bool table[] = {a<b, a <= b, a == b, a != b, a >= b, a> b};
    return table[which] ? 'y' : 'n';
}

static char both(char a, char b)
{
    return a == 'n' || b == 'n' ? 'n' : a == 'y' && b == 'y' ? 'y' : '?';
}

static char opposite(char a)
{
    return a == 'y' ? 'n' : a == 'n' ? 'y' : '?';
}

/* Writes a tree with the parentheses that it needs, and some that it does not. level: 0 or, 1 and,
 * 2 not. */
static char some_tree(struct rng *r, const struct values *values, int depth, int level,
                      struct text *out)
{
    uint64_t kind = depth == 0 ? 3 : rng_below(r, 4);
    if (kind == 3)
        return some_comparison(r, values, out);
    bool open = (int)kind < level || rng_below(r, 4) == 0;
    char a, b;
    text_puts(out, open ? "(" : "");
    if (kind == 2) {
        text_puts(out, "not ");
        a = opposite(some_tree(r, values, depth - 1, 2, out));
    } else {
        a = some_tree(r, values, depth - 1, (int)kind, out);
        text_puts(out, kind ? " and " : " or ");
        b = some_tree(r, values, depth - 1, (int)kind + 1, out);
        a = kind ? both(a, b) : opposite(both(opposite(a), opposite(b)));
    }
    text_puts(out, open ? ")" : "");
    return a;
}

static void generated_filters_agree_with_a_plain_evaluator(void **state)
{
    (void)state;
    struct rng r = rng_seeded(seed);
    struct text text = {0};
    int count[3] = {0};
    for (int k = 0; k < CASES; k++) {
        struct values values;
        for (int i = 0; i < BT_METRICS_MAX; i++)
            values.v[i] = rng_below(&r, 4) == 0 ? (double)NAN : (double)rng_below(&r, 5) - 2;
        text_clear(&text);
        char truth = some_tree(&r, &values, (int)rng_below(&r, 5), 0, &text);
        struct bt_filter f = parsed(text.p);
        if (bt_filter_passes(&f, value_of, &values) != (truth == 'y'))
            fail_msg("%s: expected %c", text.p, truth);
        count[truth == 'y' ? 0 : truth == 'n' ? 1 : 2]++;
    }
    print_message("seed %llu: %d true, %d false, %d unknown\n", (unsigned long long)seed, count[0],
                  count[1], count[2]);
    text_done(&text);
}

/* ---- mutated texts ---------------------------------------------------------------------------- */

static void no_text_does_more_than_be_refused(void **state)
{
    (void)state;
    static const char *const good[] = {
        "sharpe > 0.5 and trades >= 10", "not (max_drawdown < -0.3 or exposure == 0)",
        "((bars > 1 or orders < 2e3) and not not cagr != -1.5)",
        "sharpe>1 or sharpe<-1 and trades==0 or (total_return >= .5)"};
    static const char *const parts[] = {"(", ")",  " and ", " or ", "not ", ">",
                                        "<", "=",  "!",     ".",    "e",    "-",
                                        "9", "\t", "\xc3",  "\xff", "\x1b", "sharpe"};
    struct rng r = rng_seeded(seed + 1);
    struct values values = {{0}};
    long accepted = 0;
    for (int k = 0; k < MUTATIONS; k++) {
        char *text = mutated(&r, good, 4, parts, sizeof parts / sizeof *parts);
        struct bt_filter f;
        struct err e = {0};
        if (bt_filter_parse(text, &f, &e)) {
            accepted++;
            bt_filter_passes(&f, value_of, &values);
        } else {
            assert_int_equal(e.code, ERR_INPUT);
            assert_true(strncmp(e.text, "column ", 7) == 0 && !strchr(e.text, '\n'));
        }
        free(text);
    }
    print_message("%ld of %d mutated filters are still filters\n", accepted, MUTATIONS);
    assert_true(accepted > 100 && accepted < MUTATIONS / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(comparisons_are_what_they_say),
        TEST(and_binds_closer_than_or_and_not_closest),
        TEST(what_is_undefined_does_not_pass_even_under_not),
        TEST(rows_are_filtered_by_their_mean),
        TEST(it_tells_which_metrics_it_reads),
        TEST(errors_give_the_column_and_what_was_expected),
        TEST(depth_and_length_have_their_limits),
        TEST(generated_filters_agree_with_a_plain_evaluator),
        TEST(no_text_does_more_than_be_refused),
    };
    return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}

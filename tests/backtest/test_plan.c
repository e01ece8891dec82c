/* From settings to backtests: grids, symbols, dates, ids, and what is refused in which words. */
#include "tests/backtest/market.h"
#include "tests/backtest/runs.h"

#include "kernels/backtest/plan.h"
#include "kernels/backtest/digest.h"
#include "kernels/backtest/result_read.h"
#include "kernels/backtest/result_write.h"

#include "tests/test.h"

#include <math.h>
#include <string.h>

static const char *bundle; /* S00 S01 S02, 40 days from 2000-01-01; S01 from the 21st */

static int make_bundle(void **state)
{
    (void)state;
    static char dir[1024];
    snprintf(dir, sizeof dir, "%s/b", test_folder("plan"));
    market_make(dir, 3, 40, 1);
    bundle = dir;
    return 0;
}

static struct arena arena;

static int end(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static struct bt_plan planned(const struct bt_settings *s)
{
    struct err e = {0};
    struct bt_plan plan;
    assert_ok(bt_plan_make(s, &arena, &plan, &e), &e);
    return plan;
}

static void refused(struct bt_settings s, const char *words)
{
    struct err e = {0};
    struct bt_plan plan;
    assert_false(bt_plan_make(&s, &arena, &plan, &e));
    assert_says(&e, words);
    assert_int_equal(e.code, ERR_INPUT);
}

static void refused_grid(const char *fast, const char *slow, const char *words)
{
    refused(market_settings(bundle, fast, slow), words);
}

static const char *keys_of(const char *fast, const char *slow)
{
    static char all[400];
    struct bt_settings s = market_settings(bundle, fast, slow);
    struct bt_plan plan = planned(&s);
    all[0] = '\0';
    for (long i = 0; i < bt_plan_backtests(&plan); i++) {
        char key[BT_KEY_TEXT];
        run_key(&plan, i, key);
        size_t n = strlen(all);
        snprintf(all + n, sizeof all - n, "%s%s", i ? " " : "", key);
    }
    return all;
}

static void the_last_parameter_is_fastest_and_only_fast_below_slow_stay(void **state)
{
    (void)state;
    assert_string_equal(keys_of("2:3", "2:4"), "2-3 2-4 3-4");
    assert_string_equal(keys_of("5:9:2", "9,6"), "5-9 5-6 7-9");
    assert_string_equal(keys_of("2:9:4", "10"), "2-10 6-10");
    assert_string_equal(keys_of("3", "10"), "3-10");
}

static void wrong_values_are_refused_by_name(void **state)
{
    (void)state;
    refused_grid("x", "5", "param: fast: expected fast=LO:HI[:STEP] or fast=A,B,C, found \"x\"");
    refused_grid("2:", "5", "param: fast: expected fast=LO:HI");
    refused_grid("2:3:1:1", "5", "param: fast: expected fast=LO:HI");
    refused_grid("", "5", "param: fast: expected fast=LO:HI");
    refused_grid("2,,3", "5", "param: fast: expected fast=LO:HI");
    refused_grid("2.5", "5", "param: fast: expected whole numbers from 1 to 10000 bars, found 2.5");
    refused_grid("2", "0:5", "param: slow: expected whole numbers from 1 to 10000 bars, found 0");
    refused_grid("2", "3:1e9", "param: slow: expected whole numbers");
    refused_grid("3:2", "5", "param: fast: expected LO <= HI and a whole STEP > 0");
    refused_grid("2:9:0", "5", "param: fast: expected LO <= HI and a whole STEP > 0");
    refused_grid("2:9:-1", "5", "param: fast: expected LO <= HI and a whole STEP > 0");
    refused_grid("2:9:0.5", "5", "param: fast: expected LO <= HI and a whole STEP > 0");
    refused_grid("2,3,2", "5", "param: fast: 2 is listed twice");
    refused_grid("5:9", "2:5", "param: no combination of these values has fast < slow");
    refused_grid("1:10000", "1:10000", "param: 100000000 combinations, expected at most 10000000");
}

static void parameters_are_given_once_each(void **state)
{
    (void)state;
    struct bt_settings s = market_settings(bundle, "2", "5");
    const char *twice[] = {"fast=2", "slow=5", "fast=3"}, *other[] = {"fast=2", "width=5"};
    const char *bare[] = {"fast"};
    s.param = (struct opt_texts){twice, 1};
    refused(s, "param: slow is missing (window of the slow average, bars): expected slow=LO:HI");
    s.param = (struct opt_texts){twice, 3};
    refused(s, "param: fast is given twice");
    s.param = (struct opt_texts){other, 2};
    refused(s,
            "param: expected NAME=VALUES with NAME one of fast, slow (strategy sma-cross), found "
            "\"width=5\"");
    s.param = (struct opt_texts){bare, 1};
    refused(s, "found \"fast\"");
}

static void symbols_are_those_of_the_bundle(void **state)
{
    (void)state;
    struct bt_settings s = market_settings(bundle, "2", "5");
    assert_int_equal(planned(&s).symbol_count, 3);
    s.symbols = "S02,S00";
    struct bt_plan plan = planned(&s);
    assert_int_equal(plan.symbol_count, 2);
    assert_string_equal(plan.symbols[0], "S02");
    s.symbols = "S02,XX";
    refused(s, "has no \"XX\"; it has S00, S01, S02");
    s.symbols = "S02,S02";
    refused(s, "symbols: S02 is listed twice");
    s.symbols = "";
    refused(s, "has no \"\"");
}

static void expect_symbols(const char *dir, const char *wanted, const char *expected)
{
    struct bt_settings s = market_settings(dir, "5", "20");
    struct text found = {0};
    s.symbols = wanted;
    struct bt_plan plan = planned(&s);
    for (int i = 0; i < plan.symbol_count; i++)
        text_printf(&found, "%s%s", i ? "," : "", plan.symbols[i]);
    assert_string_equal(found.p, expected);
    text_done(&found);
}

static void symbols_are_found_among_many_and_of_equal_lengths_the_first_count(void **state)
{
    (void)state;
    char dir[1024], all[64] = "";
    snprintf(dir, sizeof dir, "%s/many", test_folder("plan-many"));
    market_make(dir, 12, 40, 1); /* all of the same length but S01 */
    for (int i = 0; i < 12; i++) {
        char symbol[16];
        snprintf(symbol, sizeof symbol, "S%02d", i);
        expect_symbols(dir, symbol, symbol);
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i ? "," : "", symbol);
    }
    expect_symbols(dir, "S11,S00,S05", "S11,S00,S05");
    expect_symbols(dir, "all", all);
    expect_symbols(dir, "longest:1", "S00");
    expect_symbols(dir, "longest:3", "S00,S02,S03");
    expect_symbols(dir, "longest:11", "S00,S02,S03,S04,S05,S06,S07,S08,S09,S10,S11");
    expect_symbols(dir, "longest:12", all);
    expect_symbols(dir, "longest:99", all);
    struct bt_settings s = market_settings(dir, "5", "20");
    static const char *const strangers[] = {"S0", "S000", "", "S", "A", "T", "S02,"};
    for (int i = 0; i < 7; i++) {
        s.symbols = strangers[i];
        refused(s, "has no \"");
    }
}

static void dates_are_days_included_at_both_ends(void **state)
{
    (void)state;
    struct bt_settings s = market_settings(bundle, "2", "5");
    struct bt_plan plan = planned(&s);
    assert_string_equal(plan.ranges[0].name, "2000-01-01_2000-02-09");
    s.from = "2000-01-05";
    s.to = "2000-01-05";
    plan = planned(&s);
    assert_string_equal(plan.ranges[0].name, "2000-01-05_2000-01-05");
    assert_int_equal(plan.ranges[0].to - plan.ranges[0].from, 86399);
    s.to = "2000-01-04";
    refused(s, "from: expected a date not after 2000-01-04, found 2000-01-05");
    s.to = "2000-02-30";
    refused(s, "to: expected a date as 2024-12-31, found \"2000-02-30\"");
    s.to = "2000-02-09 10:00";
    refused(s, "to: expected a date as 2024-12-31");
    s.from = s.to = "2001-01-01";
    refused(s, "has bars from 2000-01-01 to 2000-02-09 only");
}

static void other_settings_are_refused_by_name(void **state)
{
    (void)state;
    struct bt_settings s = market_settings(bundle, "2", "5");
    s.strategy = "magic";
    refused(s, "strategy: expected one of sma-cross, ema-cross, ");
    s = market_settings(bundle, "2", "5");
    s.workers = 0;
    refused(s, "workers: expected 1 or more, or -1 for all cores, found 0");
    s = market_settings("/nowhere", "2", "5");
    struct err e = {0};
    struct bt_plan plan;
    assert_false(bt_plan_make(&s, &arena, &plan, &e));
    assert_says(&e, "/nowhere");
}

/* An id is the same in every build and for ever: stored results are found by it. */
static void ids_depend_on_what_the_result_depends_on(void **state)
{
    (void)state;
    struct bt_settings s = market_settings(bundle, "5", "20");
    struct bt_plan plan = planned(&s);
    char hex[SHA256_HEX], first[BT_ID_TEXT];
    const char *canonical = "{\"fee\":0.001,\"fill\":\"close\",\"params\":{\"fast\":5,\"slow\":20},"
                            "\"periods_per_year\":252,\"strategy\":\"sma-cross\"}";
    sha256_of(canonical, strlen(canonical), hex);
    memcpy(first, run_id(&plan, 0), sizeof first);
    assert_memory_equal(first, hex, BT_ID_TEXT - 1);
    s.fill = "next-open";
    plan = planned(&s);
    char next_open[BT_ID_TEXT];
    memcpy(next_open, run_id(&plan, 0), sizeof next_open);
    assert_string_not_equal(next_open, first);
    s.fill = "open";
    plan = planned(&s);
    assert_string_equal(run_id(&plan, 0), next_open);
    assert_int_equal(bt_plan_find_range(&plan, plan.ranges[0].name), 0);
    assert_int_equal(bt_plan_find_range(&plan, "2000-01-01_2000-01-02"), -1);
}

static struct bt_result *some_result(const struct bt_plan *plan)
{
    struct bt_item item;
    bt_plan_item(plan, 0, &item);
    struct bt_result *r = bt_result_new(plan, 0, &item);
    strcpy(r->content, plan->content);
    r->rows[0] = (struct bt_row){.bars = 40,
                                 .orders = 3,
                                 .trades = 2,
                                 .total_return = 0.1,
                                 .cagr = 1.0 / 3,
                                 .sharpe = -0.25,
                                 .max_drawdown = -1e-300,
                                 .exposure = 0.5,
                                 .drawdown_bars = 17,
                                 .worst_year = -0.7,
                                 .trade_hash = 0xfedcba9876543210u};
    r->rows[1] = (struct bt_row){.total_return = (double)NAN,
                                 .cagr = (double)NAN,
                                 .sharpe = (double)NAN,
                                 .max_drawdown = (double)NAN,
                                 .exposure = (double)NAN};
    return r;
}

static struct kernel_digest digest_of(const struct bt_plan *plan, const struct bt_result *r)
{
    struct bt_digest d;
    struct kernel_digest out;
    bt_digest_open(&d, plan, &arena);
    bt_digest_add(&d, r);
    bt_digest_end(&d, &out);
    return out;
}

static void a_stored_result_reads_back_to_the_same_bits(void **state)
{
    (void)state;
    struct bt_settings s = market_settings(bundle, "5", "20");
    struct bt_plan plan = planned(&s);
    plan.metrics_all = true;
    struct bt_result *r = some_result(&plan);
    struct text payload = {0};
    struct err e = {0};
    bt_result_write(&plan, r, &payload);
    assert_null(strchr(payload.p, '\n'));
    assert_non_null(strstr(payload.p, "\"sharpe\":null"));
    struct bt_result *back =
        bt_result_read(&plan, 0, &r->item, (struct str){payload.p, payload.n}, &e);
    assert_ok(back, &e);
    assert_memory_equal(&back->rows[0], &r->rows[0], sizeof r->rows[0]);
    assert_true(isnan(back->rows[1].sharpe) && back->rows[1].bars == 0);
    struct kernel_digest a = digest_of(&plan, r), b = digest_of(&plan, back);
    assert_memory_equal(&a, &b, sizeof a);
    back->rows[2].trade_hash++;
    b = digest_of(&plan, back);
    assert_string_not_equal(a.exact, b.exact);
    assert_string_equal(a.metrics, b.metrics);
    back->rows[2].trade_hash--;
    back->rows[2].sharpe = nextafter(back->rows[2].sharpe, 1);
    b = digest_of(&plan, back);
    assert_string_equal(a.exact, b.exact);
    assert_string_not_equal(a.metrics, b.metrics);
    bt_result_free(r);
    bt_result_free(back);
    text_done(&payload);
}

/* Replaces the first `from` of a valid payload by `to` and expects the words. */
static void damaged_payload(const char *from, const char *to, const char *words)
{
    struct bt_settings s = market_settings(bundle, "5", "20");
    struct bt_plan plan = planned(&s);
    struct bt_result *r = some_result(&plan);
    struct text good = {0}, bad = {0};
    struct err e = {0};
    bt_result_write(&plan, r, &good);
    char *at = strstr(good.p, from);
    assert_non_null(at);
    text_add(&bad, good.p, (size_t)(at - good.p));
    text_puts(&bad, to);
    text_puts(&bad, at + strlen(from));
    assert_null(bt_result_read(&plan, 0, &r->item, (struct str){bad.p, bad.n}, &e));
    assert_says(&e, words);
    text_done(&good);
    text_done(&bad);
    bt_result_free(r);
}

static void a_damaged_result_is_named(void **state)
{
    (void)state;
    damaged_payload("\"id\":\"", "\"id\":\"0", "id: expected");
    damaged_payload("\"bundle\":\"", "\"bundle\":\"0", "bundle: expected");
    damaged_payload("2000-01-01_", "2000-01-02_", "range: expected 2000-01-01_2000-02-09");
    damaged_payload("\"S01\"", "\"S09\"", "row 2: symbol: expected S01, found S09");
    damaged_payload("\"orders\":3", "\"orders\":-3", "row 1: orders");
    damaged_payload("\"sharpe\":-0.25", "\"sharpe\":\"x\"", "row 1: sharpe");
    damaged_payload("fedcba9876543210", "fedcba987654321g", "row 1: trade_hash");
    damaged_payload("\"rows\"", "\"lines\"", "rows");
    damaged_payload("}]", "", "result");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(symbols_are_found_among_many_and_of_equal_lengths_the_first_count),
        TEST(the_last_parameter_is_fastest_and_only_fast_below_slow_stay),
        TEST(wrong_values_are_refused_by_name),
        TEST(parameters_are_given_once_each),
        TEST(symbols_are_those_of_the_bundle),
        TEST(dates_are_days_included_at_both_ends),
        TEST(other_settings_are_refused_by_name),
        TEST(ids_depend_on_what_the_result_depends_on),
        TEST(a_stored_result_reads_back_to_the_same_bits),
        TEST(a_damaged_result_is_named),
    };
    return cmocka_run_group_tests_name("plan", tests, make_bundle, end);
}

/* rsi-bollinger against other engines: 8 symbols, 2000..2024, 20 combinations (golden/README.md).
 *
 * vectorbt: all 160 rows. Two have no trade at all, and there it calls the Sharpe ratio infinite;
 * here it is undefined, since the deviation is 0.
 */
#include "tests/backtest/market.h"
#include "tests/backtest/runs.h"

#include "harness/base/io.h"
#include "harness/base/json.h"
#include "kernels/backtest/run.h"

#include "tests/test.h"

#include <math.h>
#include <string.h>

static const long windows[] = {10, 14, 20, 25, 30};
static const double deviations[] = {1.5, 2, 2.5, 3};

enum { WINDOWS = 5, DEVIATIONS = 4, SYMBOLS = 8 };

static const char *const params[] = {"rsi=10,14,20,25,30", "std=1.5,2,2.5,3", "band=20",
                                     "oversold=30",        "overbought=70",   "wilder=0"};

/* Of the whole grid: signals bar by bar, and positions as words. */
enum { SIGNALS, WORDS, WAYS };

static const uint64_t layers[WAYS] = {LAYERS_NONE, LAYER_events};
static struct bt_run *runs[WAYS];

static const struct bt_run *whole_grid(int way)
{
    struct err e = {0};
    if (runs[way])
        return runs[way];
    struct bt_settings s = market_settings(market_mag7(), "2", "3");
    s.strategy = "rsi-bollinger";
    s.param = (struct opt_texts){(const char **)(uintptr_t)params, sizeof params / sizeof *params};
    struct bt_run *run = runs[way] = bt_run_open(&s, layers[way], (struct bt_run_target){0}, &e);
    assert_ok(run, &e);
    assert_ok(bt_run_step(run, 0, bt_plan_backtests(&run->plan), &e), &e);
    return run;
}

static int close_runs(void **state)
{
    (void)state;
    for (int way = 0; way < WAYS; way++)
        bt_run_close(runs[way]);
    return 0;
}

static const struct bt_row *row_at(int way, long backtest, int symbol)
{
    return &whole_grid(way)->kept[backtest]->rows[symbol];
}

static double number(struct str *rest)
{
    double x = (double)NAN;
    if (!str_to_double(str_cut(rest, ','), &x))
        fail_msg("golden: not a number");
    return x;
}

static double off_by(double ours, double theirs)
{
    double off = ours == theirs ? 0 : fabs(ours - theirs) / fabs(theirs);
    return isnan(off) ? 1 : off;
}

/* true: a row without trades. */
static bool compare_line(const struct bt_row *row, const char *symbol, const char *key,
                         struct str line)
{
    struct str rest = line;
    assert_true(str_is(str_cut(&rest, ','), symbol));
    assert_true(str_is(str_cut(&rest, ','), key));
    double total_return = number(&rest);
    struct str sharpe = str_cut(&rest, ',');
    double worst =
        fmax(off_by(row->total_return, total_return), off_by(row->max_drawdown, number(&rest)));
    bool idle = str_is(sharpe, "inf");
    worst = fmax(worst, idle ? 0 : off_by(row->sharpe, number(&sharpe)));
    if (worst > 1e-10)
        fail_msg("%s %s differs by %g", symbol, key, worst);
    assert_true((double)row->orders == number(&rest));
    assert_true((double)row->trades == number(&rest));
    assert_true(idle == (row->orders == 0) && idle == isnan(row->sharpe));
    return idle;
}

static void equal_vectorbt(int way)
{
    const struct bt_plan *plan = &whole_grid(way)->plan;
    struct text file = {0};
    struct err e = {0};
    long idle = 0;
    assert_ok(io_read_file(market_golden("golden_w3_close.csv"), &file, &e), &e);
    struct str rest = {file.p, file.n};
    str_cut(&rest, '\n');
    assert_int_equal(bt_plan_backtests(plan), WINDOWS * DEVIATIONS);
    assert_int_equal(plan->symbol_count, SYMBOLS);
    for (int symbol = 0; symbol < SYMBOLS; symbol++)
        for (int i = 0; i < WINDOWS * DEVIATIONS; i++) {
            char key[32];
            snprintf(key, sizeof key, "%ld-%.1f", windows[i / DEVIATIONS],
                     deviations[i % DEVIATIONS]);
            idle += compare_line(row_at(way, i, symbol), plan->symbols[symbol], key,
                                 str_cut(&rest, '\n'));
        }
    assert_int_equal(rest.n, 0);
    assert_int_equal(idle, 2);
    text_done(&file);
}

static void all_rows_equal_vectorbt(void **state)
{
    (void)state;
    equal_vectorbt(SIGNALS);
}

static void all_rows_from_words_equal_vectorbt(void **state)
{
    (void)state;
    equal_vectorbt(WORDS);
}

/* Whole units for cash 1e12: 3e-9 of the result. */
static void single_runs_equal_backtesting_py(void **state)
{
    (void)state;
    struct err e = {0};
    struct json *others = json_read_file(market_golden("others.json"), &e);
    assert_ok(others, &e);
    long compared = 0;
    const struct json *list = json_get(others, "backtesting_py");
    for (const struct json *s = json_first(list); s; s = json_next(s)) {
        if (strcmp(json_text(json_get(s, "strategy")), "rsi_bbands") != 0)
            continue;
        for (int i = 0; i < WINDOWS * DEVIATIONS; i++) {
            if ((double)windows[i / DEVIATIONS] != json_number(json_get(s, "rsi")) ||
                deviations[i % DEVIATIONS] != json_number(json_get(s, "std")))
                continue;
            const struct bt_row *row = row_at(SIGNALS, i, 0);
            double earned = json_number(json_get(s, "total_return"));
            assert_true(off_by(row->total_return, earned) < 1e-8);
            assert_int_equal(row->orders - row->trades, json_number(json_get(s, "closed_trades")));
            compared++;
        }
    }
    assert_int_equal(compared, 3);
    json_free(others);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_rows_equal_vectorbt),
        TEST(all_rows_from_words_equal_vectorbt),
        TEST(single_runs_equal_backtesting_py),
    };
    return cmocka_run_group_tests_name("golden rsi", tests, NULL, close_runs);
}

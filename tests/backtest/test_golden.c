/* The numbers of other engines on AAPL, 2000..2024 (golden/README.md).
 *
 * vectorbt: 4,851 pairs. Seven of them have bars at which both averages are equal in exact
 * arithmetic; there the rounding of a rolling sum of doubles decided in vectorbt, while the rule
 * says that a tie does nothing. For those seven the expected values below are the rule's own, from
 * a separate statement of it in 40-digit decimal arithmetic (Python's decimal, whole ticks).
 */
#include "tests/backtest/market.h"
#include "tests/backtest/runs.h"

#include "harness/base/io.h"
#include "harness/base/json.h"
#include "kernels/backtest/run.h"

#include "tests/test.h"

#include <math.h>
#include <string.h>

/* ---- our side --------------------------------------------------------------------------------- */

static const char *const fill_names[] = {"close", "next-open"};

static const struct way {
    uint64_t layers;
    const char *disable_simd;
} base = {LAYERS_NONE, ""}, events = {LAYER_events, ""}, events_plain = {LAYER_events, "avx2"},
  with_caches = {LAYER_events | PRE_GROUP | ASSET_CACHE | ARRAY_RETURN | HISTORY_CACHE, ""};
static const struct way *way = &base; /* of all comparisons until the next */
static struct bt_run *runs[2];        /* of the whole grid: close, next-open */

static void close_runs(void)
{
    bt_run_close(runs[0]);
    bt_run_close(runs[1]);
    runs[0] = runs[1] = NULL;
}

static int close_all(void **state)
{
    (void)state;
    close_runs();
    return 0;
}

static const struct bt_run *whole_grid(int fill)
{
    struct err e = {0};
    if (!runs[fill]) {
        struct bt_settings s = market_settings(market_mag7(), "2:100", "2:100");
        s.symbols = "AAPL";
        s.fill = fill_names[fill];
        s.disable_simd = way->disable_simd;
        runs[fill] = bt_run_open(&s, way->layers, (struct bt_run_target){0}, &e);
        assert_ok(runs[fill], &e);
        assert_ok(bt_run_step(runs[fill], 0, bt_plan_backtests(&runs[fill]->plan), &e), &e);
    }
    return runs[fill];
}

static const struct bt_row *row_of(const struct bt_run *run, const char *key)
{
    char found[BT_KEY_TEXT];
    for (long i = 0; i < bt_plan_backtests(&run->plan); i++) {
        run_key(&run->plan, i, found);
        if (strcmp(found, key) == 0)
            return &run->kept[i]->rows[0];
    }
    fail_msg("no backtest %s", key);
    return NULL;
}

static double off_by(double ours, double theirs)
{
    return fabs(ours - theirs) / fabs(theirs);
}

/* ---- vectorbt --------------------------------------------------------------------------------- */

static const struct tie {
    const char *key;
    struct {
        double total_return, sharpe, max_drawdown;
        long orders, trades;
    } fill[2];
} ties[] = {
    {"2-3",
     {{1.2493018893889993, 0.25475071456008347, -0.68431196365792024, 2316, 1158},
      {-0.31129756371853101, 0.072627755401696567, -0.73829893508107325, 2316, 1158}}},
    {"2-6",
     {{45.035873850591592, 0.74160072308309855, -0.77618054703093442, 1132, 566},
      {19.153059500822756, 0.60781694304074985, -0.6858013584416579, 1132, 566}}     },
    {"3-4",
     {{1.4608234065179539, 0.26964142601136026, -0.75893455317673364, 1888, 944},
      {3.2611196758683585, 0.35574355986616146, -0.67044920759133941, 1888, 944}}    },
    {"3-6",
     {{16.046055544920229, 0.57636746705068409, -0.78012321917055683, 1088, 544},
      {19.524313284301311, 0.60595727273779276, -0.67548838175969117, 1088, 544}}    },
    {"4-8",
     {{78.17282829530194, 0.81109522013206692, -0.40964285208486817, 792, 396},
      {71.877548733816084, 0.79757457988172198, -0.39879539161024413, 791, 396}}     },
    {"6-9",
     {{77.930997215577406, 0.8126170780900368, -0.36528920979595547, 727, 364},
      {81.032510673794278, 0.81341378834570155, -0.41323796211633956, 727, 364}}     },
    {"36-81",
     {{109.80632601106454, 0.80092234902482495, -0.66691499658059694, 75, 38},
      {99.07104724737151, 0.78598621439364558, -0.66145260168436049, 75, 38}}        },
};

enum { TIES = sizeof ties / sizeof *ties, PAIRS = 4851 };

static bool has_tie(const char *key)
{
    for (int i = 0; i < TIES; i++)
        if (strcmp(ties[i].key, key) == 0)
            return true;
    return false;
}

static double number(struct str *rest)
{
    double x = (double)NAN;
    if (!str_to_double(str_cut(rest, ','), &x))
        fail_msg("golden: not a number");
    return x;
}

/* One line of the golden file against the same backtest. true: equal to 1e-10, orders and all. */
static bool line_agrees(const struct bt_run *run, long i, struct str line, char key[BT_KEY_TEXT])
{
    const struct bt_row *row = &run->kept[i]->rows[0];
    struct str rest = line;
    run_key(&run->plan, i, key);
    assert_true(str_is(str_cut(&rest, ','), "AAPL"));
    assert_true(str_is(str_cut(&rest, ','), key));
    double worst = off_by(row->total_return, number(&rest));
    worst = fmax(worst, off_by(row->sharpe, number(&rest)));
    worst = fmax(worst, off_by(row->max_drawdown, number(&rest)));
    double orders = number(&rest), trades = number(&rest);
    return worst <= 1e-10 && (double)row->orders == orders && (double)row->trades == trades;
}

static void compare_file(int fill, const char *name)
{
    const struct bt_run *run = whole_grid(fill);
    struct text file = {0};
    struct err e = {0};
    assert_ok(io_read_file(market_golden(name), &file, &e), &e);
    struct str rest = {file.p, file.n};
    str_cut(&rest, '\n');
    long equal = 0, i = 0;
    for (; i < PAIRS; i++) {
        char key[BT_KEY_TEXT];
        bool agrees = line_agrees(run, i, str_cut(&rest, '\n'), key);
        equal += agrees;
        if (agrees == has_tie(key))
            fail_msg("%s %s: %s", name, key, agrees ? "a tie, and yet equal" : "differs");
    }
    assert_int_equal(rest.n, 0);
    assert_int_equal(equal, PAIRS - TIES);
    assert_int_equal(bt_plan_backtests(&run->plan), PAIRS);
    text_done(&file);
}

static void all_pairs_without_a_tie_equal_vectorbt_at_the_close(void **state)
{
    (void)state;
    compare_file(0, "golden_w1_close.csv");
}

static void all_pairs_without_a_tie_equal_vectorbt_at_the_next_open(void **state)
{
    (void)state;
    compare_file(1, "golden_w1_open.csv");
}

static void pairs_with_a_tie_equal_exact_arithmetic(void **state)
{
    (void)state;
    for (int fill = 0; fill < 2; fill++)
        for (int i = 0; i < TIES; i++) {
            const struct bt_row *row = row_of(whole_grid(fill), ties[i].key);
            assert_true(off_by(row->total_return, ties[i].fill[fill].total_return) < 1e-12);
            assert_true(off_by(row->sharpe, ties[i].fill[fill].sharpe) < 1e-12);
            assert_true(off_by(row->max_drawdown, ties[i].fill[fill].max_drawdown) < 1e-12);
            assert_int_equal(row->orders, ties[i].fill[fill].orders);
            assert_int_equal(row->trades, ties[i].fill[fill].trades);
        }
}

/* That they are ties at all: some bar at which the sums, cross-multiplied, are equal. */
static void pairs_with_a_tie_have_bars_of_equal_averages(void **state)
{
    (void)state;
    struct err e = {0};
    struct bundle *b = bundle_open(market_mag7(), &e);
    assert_ok(b, &e);
    long total, n = 0;
    const struct bar_row *rows = bundle_rows(b, &total);
    int64_t *sum = mem_alloc_zero(MEM_BASE, (size_t)(total + 1) * sizeof *sum); /* of n closes */
    for (long i = 0; i < total; i++)
        if (rows[i].asset == 0) { /* AAPL is the first by name */
            sum[n + 1] = sum[n] + rows[i].close;
            n++;
        }
    for (int i = 0; i < TIES; i++) {
        long fast = 0, slow = 0, bars = 0;
        struct str rest = str_of(ties[i].key);
        assert_true(str_to_long(str_cut(&rest, '-'), &fast) && str_to_long(rest, &slow));
        for (long t = slow; t <= n; t++)
            bars += (sum[t] - sum[t - fast]) * slow == (sum[t] - sum[t - slow]) * fast;
        assert_true(bars >= 1);
    }
    mem_free(MEM_BASE, sum);
    bundle_close(b);
}

/* ---- backtesting.py --------------------------------------------------------------------------- */

/* Its units are whole numbers; with cash 1e12 that is 3e-9 of the result. Two things cannot be made
 * equal: the pair 2-3 has ties (above), and with trade_on_close a fee is booked one bar later than
 * its fill, which moves the peak of 10-30 by that fee. */
static void compare_single(const struct json *single)
{
    char key[32];
    double fast = json_number(json_get(single, "fast")),
           slow = json_number(json_get(single, "slow"));
    int fill = strcmp(json_text(json_get(single, "exec")), "open") == 0;
    snprintf(key, sizeof key, "%.0f-%.0f", fast, slow);
    if (has_tie(key))
        return;
    const struct bt_row *row = row_of(whole_grid(fill), key);
    double fall = off_by(row->max_drawdown, json_number(json_get(single, "max_drawdown")));
    bool fee_in_peak = fill == 0 && strcmp(key, "10-30") == 0;
    assert_true(off_by(row->total_return, json_number(json_get(single, "total_return"))) < 1e-8);
    assert_true(fee_in_peak ? fall > 1e-3 && fall < 1.5e-3 : fall < 1e-8);
    assert_int_equal(row->orders - row->trades, json_number(json_get(single, "closed_trades")));
}

static void single_runs_equal_backtesting_py(void **state)
{
    (void)state;
    struct err e = {0};
    struct json *others = json_read_file(market_golden("others.json"), &e);
    assert_ok(others, &e);
    long compared = 0;
    const struct json *list = json_get(others, "backtesting_py");
    for (const struct json *s = json_first(list); s; s = json_next(s))
        if (strcmp(json_text(json_get(s, "strategy")), "sma_cross") == 0) {
            compare_single(s);
            compared++;
        }
    assert_int_equal(compared, 10);
    json_free(others);
}

/* ---- other ways --------------------------------------------------------------------------------- */

static void all_is_equal_another_way(const struct way *another)
{
    close_runs();
    way = another;
    compare_file(0, "golden_w1_close.csv");
    compare_file(1, "golden_w1_open.csv");
    pairs_with_a_tie_equal_exact_arithmetic(NULL);
    for (int fill = 0; fill < 2; fill++) {
        assert_int_equal(run_count_in(runs[fill], "event_accounts"), PAIRS);
        assert_int_equal(run_count_in(runs[fill], "event_passed"), 0);
    }
}

static void events_equal_them_too(void **state)
{
    (void)state;
    all_is_equal_another_way(&events);
}

static void events_of_plain_code_equal_them_too(void **state)
{
    (void)state;
    all_is_equal_another_way(&events_plain);
}

static void events_with_caches_equal_them_too(void **state)
{
    (void)state;
    all_is_equal_another_way(&with_caches);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_pairs_without_a_tie_equal_vectorbt_at_the_close),
        TEST(all_pairs_without_a_tie_equal_vectorbt_at_the_next_open),
        TEST(pairs_with_a_tie_equal_exact_arithmetic),
        TEST(pairs_with_a_tie_have_bars_of_equal_averages),
        TEST(single_runs_equal_backtesting_py),
        TEST(events_equal_them_too),
        TEST(events_of_plain_code_equal_them_too),
        TEST(events_with_caches_equal_them_too),
    };
    return cmocka_run_group_tests_name("golden", tests, NULL, close_all);
}

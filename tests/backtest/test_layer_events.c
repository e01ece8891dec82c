/* Layer events through whole runs: every strategy, fill and kind of range, and what it leaves to the
 * layer beneath, by its counts. */
#include "kernels/backtest/kept.h"
#include "tests/backtest/market.h"
#include "tests/backtest/runs.h"

#include "harness/base/rng.h"
#include "kernels/store/bundle.h"

#include "tests/test.h"

#include <string.h>

enum { SYMBOLS = 3, BARS = 1300, ABSURD_BARS = 200, DAY = 86400, FIRST = 10957 * DAY };
static const double bound = 1e-10;

static char dir[1024];
static struct arena arena;

static int make_bundle(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "%s/b", test_folder("layer-events"));
    market_make(dir, SYMBOLS, BARS, 11);
    return 0;
}

static int free_arena(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

/* ---- runs ------------------------------------------------------------------------------------- */

static struct kernel_count counts[KERNEL_COUNTS_MAX];
static int counted;

static uint64_t count(const char *name)
{
    for (int i = 0; i < counted; i++)
        if (strcmp(counts[i].name, name) == 0)
            return counts[i].value;
    fail_msg("no count %s", name);
    return 0;
}

static struct bt_kept results(const struct bt_settings *s, uint64_t layers)
{
    struct bt_kept kept = {0};
    struct err e = {0};
    struct bt_run_target target = {.consumer = bt_kept_consumer(&kept)};
    struct bt_run *run = bt_run_open(s, layers, target, &e);
    assert_ok(run, &e);
    kept.plan = &run->plan;
    assert_ok(bt_run_step(run, 0, bt_plan_backtests(&run->plan), &e), &e);
    assert_ok(bt_run_finish(run, &e), &e);
    counted = bt_run_counts(run, counts, KERNEL_COUNTS_MAX);
    bt_run_close(run);
    return kept;
}

static void assert_same(struct bt_kept *found, const struct bt_kept *expected, double rel_err)
{
    struct text why = {0};
    if (!bt_kept_same(found, expected, rel_err, &why))
        fail_msg("%s", why.p);
    text_done(&why);
    bt_kept_done(found);
}

/* The base against events alone, with plain code, and with all layers; counts are those of events
 * alone. */
static void agrees(const struct bt_settings *s)
{
    struct bt_settings plain = *s;
    plain.disable_simd = "avx2";
    struct bt_kept base = results(s, LAYERS_NONE), all = results(s, LAYERS_ALL);
    struct bt_kept without = results(&plain, LAYER_events), events = results(s, LAYER_events);
    assert_true(base.n > 0);
    assert_same(&all, &base, bound);
    assert_same(&without, &events, 0);
    assert_same(&events, &base, bound);
    bt_kept_done(&base);
}

static void counts_are(uint64_t tables, uint64_t accounts, uint64_t passed)
{
    assert_int_equal(count("event_tables"), tables);
    assert_int_equal(count("event_accounts"), accounts);
    assert_int_equal(count("event_passed"), passed);
}

/* ---- strategies, fills, ranges ------------------------------------------------------------------ */

static struct bt_settings settings(const char *bundle, const char *strategy, const char *params)
{
    struct bt_settings s = market_settings(bundle, "1", "2");
    const char **texts = ARENA_NEW(&arena, const char *, 8);
    int n = 0;
    for (struct str rest = str_of(params); rest.n;)
        texts[n++] = str_copy(&arena, str_cut(&rest, ' '));
    s.strategy = strategy;
    s.param = (struct opt_texts){texts, n};
    return s;
}

static const char grid[] = "fast=2:6 slow=7:17"; /* 55 */
enum { GRID = 55 };

static const struct {
    const char *strategy, *params;
    uint64_t combinations;
} strategies[] = {
    {"sma-cross",     grid,                                                         GRID},
    {"ema-cross",     "fast=2:6 slow=7:17",                                         GRID},
    {"rsi-bollinger", "rsi=2,5,14 std=0.5,1,2 band=5,20 oversold=30,45 wilder=0,1", 72  },
    {"momentum",      "window=1:12",                                                12  },
    {"buy-hold",      "",                                                           1   },
};
enum { STRATEGIES = sizeof strategies / sizeof *strategies };

static const char *const fills[] = {"close", "next-open", "next-close"};

static void every_strategy_agrees_at_every_fill(void **state)
{
    (void)state;
    for (int i = 0; i < STRATEGIES; i++)
        for (int f = 0; f < 3; f++) {
            struct bt_settings s = settings(dir, strategies[i].strategy, strategies[i].params);
            s.fill = fills[f];
            agrees(&s);
            uint64_t n = strategies[i].combinations * SYMBOLS;
            if (n == SYMBOLS) /* one does not pay for tables */
                counts_are(0, 0, n);
            else
                counts_are(SYMBOLS, n, 0);
        }
}

static void fees_of_none_and_of_half_agree(void **state)
{
    (void)state;
    for (int half = 0; half < 2; half++) {
        struct bt_settings s = settings(dir, "sma-cross", grid);
        s.fee = 0.5 * half;
        agrees(&s);
        assert_int_equal(count("event_accounts") + count("event_passed"), GRID * SYMBOLS);
        assert_true(count("event_accounts") > 2 * GRID);
    }
}

/* The second symbol begins in the middle: no bar, one bar, two, and some. 2001-10-12 is its first. */
static void ranges_of_few_bars_agree(void **state)
{
    (void)state;
    static const char *ranges[] = {"none=2000-01-01:2001-10-11", "one=2000-02-01:2001-10-12",
                                   "two=2000-03-01:2001-10-13", "some=2001-10-13:2002-01-31",
                                   "single=2002-06-01:2002-06-01"};
    for (int f = 0; f < 3; f++) {
        struct bt_settings s = settings(dir, "sma-cross", grid);
        s.range = (struct opt_texts){ranges, 5};
        s.fill = fills[f];
        agrees(&s);
        /* No bar of the second symbol in `none`, and nothing to fill where the next bar is none. */
        uint64_t passed = f == 0 ? GRID : GRID * (1 + 1 + SYMBOLS);
        counts_are(5 * SYMBOLS - passed / GRID, GRID * 5 * SYMBOLS - passed, passed);
    }
}

/* Ends of words and tiles; at 1,025 bars a tile is left in which no signal is filled at the next bar. */
static void any_number_of_bars_agrees(void **state)
{
    (void)state;
    static const long lengths[] = {2, 63, 64, 65, 66, 1023, 1024, 1025, 1026, 1088, 1089};
    for (int i = 0; i < 11 * 3; i++) {
        struct bt_settings s = settings(dir, "sma-cross", grid);
        s.last = lengths[i / 3];
        s.fill = fills[i % 3];
        agrees(&s);
        s = settings(dir, "momentum", "window=1:12");
        s.last = lengths[i / 3];
        s.fill = fills[i % 3];
        agrees(&s);
    }
}

static void a_walk_forward_agrees(void **state)
{
    (void)state;
    for (int f = 0; f < 3; f++) {
        struct bt_settings s = settings(dir, "sma-cross", grid);
        s.fill = fills[f];
        s.search = "walk-forward";
        s.train_bars = 300;
        s.validation_bars = s.test_bars = 130;
        s.step_bars = 200;
        agrees(&s);
        assert_true(count("event_accounts") > GRID * SYMBOLS);
    }
}

/* Groups and jobs: 4,851 combinations are one full job and a rest, of 19 groups and one of 3. */
static void many_combinations_agree(void **state)
{
    (void)state;
    struct bt_settings s = settings(dir, "sma-cross", "fast=2:100 slow=2:100");
    s.symbols = "S00";
    s.last = 330;
    agrees(&s);
    counts_are(1, 4851, 0);
}

static void windows_beyond_the_bars_agree(void **state)
{
    (void)state;
    struct bt_settings s = settings(dir, "sma-cross", "fast=1,1200,1299 slow=1300,1301,10000");
    agrees(&s);
    counts_are(SYMBOLS, 9 * SYMBOLS, 0);
}

static void any_number_of_workers_agrees(void **state)
{
    (void)state;
    struct bt_settings s = settings(dir, "sma-cross", grid);
    struct bt_kept base = results(&s, LAYERS_NONE);
    for (s.workers = 2; s.workers <= 3; s.workers++) {
        struct bt_kept found = results(&s, LAYERS_ALL);
        assert_same(&found, &base, bound);
        assert_int_equal(count("event_accounts") + count("event_passed"), GRID * SYMBOLS);
    }
    bt_kept_done(&base);
}

/* ---- what is passed on -------------------------------------------------------------------------- */

/* Four of the plan do not pay, five do; a job may have fewer, when others are stored or were guilty. */
static void few_combinations_do_not_pay(void **state)
{
    (void)state;
    static const char *const params[] = {"fast=2 slow=7", "fast=2,3 slow=7", "fast=2,3,4,5 slow=7",
                                         "fast=2,3,4,5,6 slow=7"};
    static const uint64_t n[] = {1, 2, 4, 5};
    for (int i = 0; i < 4; i++) {
        struct bt_settings s = settings(dir, "sma-cross", params[i]);
        agrees(&s);
        if (n[i] < 5)
            counts_are(0, 0, n[i] * SYMBOLS);
        else
            counts_are(SYMBOLS, n[i] * SYMBOLS, 0);
    }
}

/* Numbers that only a pass over the bars has: the same bits then. */
static void what_events_do_not_give_is_passed_on(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct bt_settings s = settings(dir, "sma-cross", grid);
        s.trades = i == 0;
        s.snapshots = i == 1 ? "daily" : i == 2 ? "weekly" : s.snapshots;
        s.metrics = i == 3 ? "all" : s.metrics;
        struct bt_kept base = results(&s, LAYERS_NONE), events = results(&s, LAYER_events);
        assert_true((i == 0) == (base.v[0].trades != NULL));
        assert_true((i == 1 || i == 2) == (base.v[0].equity_n > 0));
        assert_same(&events, &base, 0);
        counts_are(0, 0, GRID * SYMBOLS);
        bt_kept_done(&base);
    }
}

/* One of a job that wants its curve, or its trades, takes the whole job with it. */
static void a_job_of_which_one_wants_lists_is_passed_on(void **state)
{
    (void)state;
    static const uint32_t asset = 0;
    static double equity[BARS];
    static struct bt_trade trades[BARS / 2 + 1];
    struct bt_settings s = settings(dir, "sma-cross", grid);
    struct err e = {0};
    struct bt_run *run = bt_run_open(&s, LAYER_events, (struct bt_run_target){0}, &e);
    assert_ok(run, &e);
    struct bundle *bundle = bundle_open(dir, &e);
    assert_ok(bundle, &e);
    for (int wanted = 0; wanted < 6; wanted++) {
        struct bt_slice slice = {bundle, asset, &asset, 1, FIRST, FIRST + (int64_t)BARS * DAY};
        struct bt_item items[3];
        struct bt_row rows[3];
        struct bt_outcome outs[3] = {{.row = &rows[0]}, {.row = &rows[1]}, {.row = &rows[2]}};
        struct bt_job job = {.items = items, .n = 3};
        struct bt_bars bars;
        struct bt_lease lease;
        for (int k = 0; k < 3; k++)
            bt_plan_item(&run->plan, k, &items[k]);
        outs[wanted % 3].equity = wanted < 3 ? equity : NULL;
        outs[wanted % 3].trades = wanted < 3 ? NULL : trades;
        memset(equity, 0, sizeof equity);
        assert_ok(BT_CALL(run->ops.group, run, &slice, &bars, &lease, &e), &e);
        bars.of = &slice;
        assert_int_equal(bars.n, BARS);
        assert_ok(BT_CALL(run->ops.evaluate, run, &job, &bars, outs, &e), &e);
        if (wanted < 3)
            assert_true(equity[0] > 0 && equity[BARS - 1] > 0);
        else
            assert_int_equal(outs[wanted % 3].trade_count, rows[wanted % 3].trades);
        bt_lease_end(&lease);
    }
    counted = bt_run_counts(run, counts, KERNEL_COUNTS_MAX);
    counts_are(0, 0, 18);
    bundle_close(bundle);
    bt_run_close(run);
}

/* ---- absurd prices ------------------------------------------------------------------------------ */

/* Returns that rounding makes, in a series whose sums doubles hold. */
static int64_t single_ticks(struct rng *r, long t)
{
    (void)t;
    return 40000000000000 + (int64_t)rng_below(r, 3);
}

/* Sums beyond 2^53: no words from the strategy. */
static int64_t largest(struct rng *r, long t)
{
    (void)t;
    return 9000000000000000 - (int64_t)rng_below(r, 900000000000000);
}

static int64_t leaps(struct rng *r, long t)
{
    return t == 100 ? 8000000000000000 : 1 + (int64_t)rng_below(r, 900);
}

static int64_t stands(struct rng *r, long t)
{
    (void)r;
    (void)t;
    return 3333333;
}

/* Bars `seconds` apart. */
static const char *absurd_bundle(int64_t (*price)(struct rng *, long), long bars, int64_t seconds)
{
    static char folder[1024];
    struct err e = {0};
    struct arena of_writer = {0};
    struct rng r = rng_seeded(5);
    uint32_t id;
    snprintf(folder, sizeof folder, "%s/b", test_folder("layer-events-absurd"));
    struct bundle_target target = {.dir = folder, .source = "test", .synthetic = true};
    struct bundle_writer *w = bundle_writer_open(&target, &e);
    assert_ok(w, &e);
    assert_ok(bundle_writer_asset(w, str_of("ONE"), &id, &e), &e);
    for (long t = 0; t < bars; t++) {
        int64_t open = price(&r, t), close = price(&r, t);
        int64_t high = open > close ? open : close, low = open < close ? open : close;
        struct bar_row row = {FIRST + t * seconds, id, 0, open, high, low, close, 1};
        assert_ok(bundle_writer_row(w, &row, &e), &e);
    }
    assert_ok(bundle_writer_commit(w, NULL, &of_writer, &e), &e);
    arena_done(&of_writer);
    return folder;
}

static void absurd_prices_are_passed_on_and_agree(void **state)
{
    (void)state;
    static const struct {
        int64_t (*price)(struct rng *, long);
        double fee;
        bool passed;
    } rows[] = {
        {single_ticks, 0,     true },
        {single_ticks, 0.001, false},
        {largest,      0.001, false},
        {leaps,        0.001, true },
        {stands,       0,     false}
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bt_settings s =
            settings(absurd_bundle(rows[i].price, ABSURD_BARS, DAY), "sma-cross", grid);
        for (int f = 0; f < 3; f++) {
            s.fill = fills[f];
            s.fee = rows[i].fee;
            agrees(&s);
            assert_int_equal(count("event_tables"), 1);
            assert_int_equal(count("event_accounts") + count("event_passed"), GRID);
            assert_true((count("event_passed") > 0) == rows[i].passed);
        }
    }
}

/* Tiles of positions that come from signals: sums beyond 2^53 are no words of the strategy. */
static void many_bars_of_signals_agree(void **state)
{
    (void)state;
    struct bt_settings s = settings(absurd_bundle(largest, 2200, DAY), "sma-cross", grid);
    for (int f = 0; f < 3; f++) {
        s.fill = fills[f];
        agrees(&s);
        counts_are(1, GRID, 0);
    }
}

/* Half of the combinations are beyond the bound: those beside them are still accounted. */
static void only_what_passes_the_bound_is_passed_on(void **state)
{
    (void)state;
    struct bt_settings s = settings(absurd_bundle(leaps, ABSURD_BARS, DAY), "sma-cross",
                                    "fast=2:6 slow=7,8,9,10,190,199");
    agrees(&s);
    assert_true(count("event_passed") > 0 && count("event_accounts") > 0);
    assert_int_equal(count("event_accounts") + count("event_passed"), 30);
}

/* 1,201 prices as the largest would pass 2^63; that there are fewer bars does not save it. */
static void windows_that_are_refused_are_refused_by_events_too(void **state)
{
    (void)state;
    struct bt_settings s =
        settings(absurd_bundle(leaps, ABSURD_BARS, DAY), "sma-cross", "fast=2:4 slow=5,1200");
    for (int on = 0; on < 2; on++) {
        struct err e = {0};
        struct bt_run *run =
            bt_run_open(&s, on ? LAYER_events : LAYERS_NONE, (struct bt_run_target){0}, &e);
        assert_ok(run, &e);
        assert_false(bt_run_step(run, 0, bt_plan_backtests(&run->plan), &e));
        assert_says(&e, "window 1200");
        bt_run_close(run);
    }
}

static int64_t zigzag(struct rng *r, long t)
{
    return 50000000 + t % 2 * 1000000 + (int64_t)rng_below(r, 500000);
}

/* The same prices a second apart: what a year of that would be is beyond the bound. */
static void many_trades_in_little_time_are_passed_on(void **state)
{
    (void)state;
    for (int fast = 0; fast < 2; fast++) {
        struct bt_settings s = settings(absurd_bundle(zigzag, ABSURD_BARS, fast ? 1 : DAY),
                                        "sma-cross", "fast=1 slow=2:9");
        s.fee = 0;
        agrees(&s);
        counts_are(1, fast ? 0 : 8, fast ? 8 : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_strategy_agrees_at_every_fill),
        TEST(fees_of_none_and_of_half_agree),
        TEST(ranges_of_few_bars_agree),
        TEST(any_number_of_bars_agrees),
        TEST(a_walk_forward_agrees),
        TEST(many_combinations_agree),
        TEST(windows_beyond_the_bars_agree),
        TEST(any_number_of_workers_agrees),
        TEST(few_combinations_do_not_pay),
        TEST(what_events_do_not_give_is_passed_on),
        TEST(a_job_of_which_one_wants_lists_is_passed_on),
        TEST(absurd_prices_are_passed_on_and_agree),
        TEST(many_trades_in_little_time_are_passed_on),
        TEST(windows_that_are_refused_are_refused_by_events_too),
        TEST(many_bars_of_signals_agree),
        TEST(only_what_passes_the_bound_is_passed_on),
    };
    return cmocka_run_group_tests_name("layer events", tests, make_bundle, free_arena);
}

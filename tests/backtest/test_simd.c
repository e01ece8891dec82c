/* Layers simd and events, alone and together, with AVX2 and without: every strategy, every fill, the
 * trades of the base and its metrics within the bound; and who accounts which combinations. */
#include "kernels/backtest/kept.h"

#include "harness/base/rng.h"
#include "kernels/store/bundle.h"

#include "tests/backtest/market.h"
#include "tests/backtest/runs.h"
#include "tests/test.h"

#include <string.h>

enum { SYMBOLS = 3, BARS = 2600, PARAMS = 3 };

static const double bound = 1e-10;
static char bundle[1024];

/* From hardly ever trading to every other bar; one symbol begins in the middle of the bars. */
static const struct {
    const char *strategy, *params[PARAMS + 1];
} searches[] = {
    {"sma-cross",     {"fast=1:14", "slow=2:24"}                  },
    {"ema-cross",     {"fast=1:4", "slow=2,3,4,5,6,40"}           },
    {"rsi-bollinger", {"rsi=2,5,14", "std=0.2,1,2", "oversold=45"}},
    {"momentum",      {"window=1:21"}                             },
    {"buy-hold",      {NULL}                                      },
};
enum { SEARCHES = sizeof searches / sizeof *searches, SMA = 0, MOMENTUM = 3 };

static int make_bundle(void **state)
{
    (void)state;
    snprintf(bundle, sizeof bundle, "%s/b", test_folder("simd"));
    market_make(bundle, SYMBOLS, BARS, 7);
    return 0;
}

static struct bt_settings settings_of(int search)
{
    struct bt_settings s = market_settings(bundle, "", "");
    s.strategy = searches[search].strategy;
    s.param.v = (const char **)(uintptr_t)searches[search].params;
    for (s.param.n = 0; searches[search].params[s.param.n];)
        s.param.n++;
    return s;
}

static void keep(const struct bt_settings *s, uint64_t layers, struct bt_kept *kept)
{
    struct err e = {0};
    struct bt_run_target target = {.consumer = bt_kept_consumer(kept)};
    struct bt_run *run = bt_run_open(s, layers, target, &e);
    assert_ok(run, &e);
    kept->plan = &run->plan;
    assert_ok(bt_run_step(run, 0, bt_plan_backtests(&run->plan), &e), &e);
    assert_ok(bt_run_finish(run, &e), &e);
    bt_run_close(run);
}

static void check_same(const struct bt_settings *s, uint64_t layers, const struct bt_kept *expected,
                       double within)
{
    struct bt_kept found = {0};
    struct text why = {0};
    keep(s, layers, &found);
    if (!bt_kept_same(&found, expected, within, &why))
        fail_msg("%s, %s, layers %llx: %s", s->strategy, s->fill, (unsigned long long)layers,
                 why.p);
    bt_kept_done(&found);
}

static const uint64_t sets[] = {LAYER_simd, LAYER_events, LAYER_simd | LAYER_events,
                                LAYER_simd | LAYER_history_cache | LAYER_pre_group};
enum { SETS = sizeof sets / sizeof *sets };

static void every_strategy_agrees_with_the_base(void **state)
{
    (void)state;
    static const char *const fills[] = {"close", "next-open", "next-close"};
    for (int i = 0; i < SEARCHES; i++)
        for (int f = 0; f < 3; f++) {
            struct bt_settings s = settings_of(i);
            struct bt_kept base = {0};
            s.fill = fills[f];
            keep(&s, 0, &base);
            for (int k = 0; k < SETS; k++)
                check_same(&s, sets[k], &base, bound);
            bt_kept_done(&base);
        }
}

static void plain_code_gives_the_same_bits(void **state)
{
    (void)state;
    for (int i = 0; i < SEARCHES; i++)
        for (int k = 0; k < SETS; k++) {
            struct bt_settings s = settings_of(i);
            struct bt_kept fast = {0};
            keep(&s, sets[k], &fast);
            s.disable_simd = "avx2";
            check_same(&s, sets[k], &fast, 0);
            bt_kept_done(&fast);
        }
}

static void lists_of_trades_and_curves_are_left_to_the_base(void **state)
{
    (void)state;
    struct bt_settings s = settings_of(SMA);
    struct bt_kept base = {0};
    s.trades = true;
    s.snapshots = "weekly";
    keep(&s, 0, &base);
    for (int k = 0; k < SETS; k++)
        check_same(&s, sets[k], &base, 0);
    bt_kept_done(&base);
    run_whole(&s, LAYER_simd, NULL);
    assert_int_equal(run_count("dense_accounts"), 0);
}

/* ---- who accounts what ------------------------------------------------------------------------ */

static void simd_alone_accounts_all_it_can(void **state)
{
    (void)state;
    struct bt_settings s = settings_of(MOMENTUM);
    run_whole(&s, LAYER_simd, NULL);
    assert_int_equal(run_count("dense_accounts"), run_count("backtests") * SYMBOLS);
    assert_int_equal(run_count("dense_passed"), 0);
    assert_int_equal(run_count("dense_tables"), SYMBOLS);
}

static void few_combinations_are_the_bases(void **state)
{
    (void)state;
    struct bt_settings s = settings_of(SMA);
    s.param.v = (const char *[]){"fast=2:3", "slow=5"};
    run_whole(&s, LAYER_simd, NULL);
    assert_int_equal(run_count("dense_passed"), 2 * SYMBOLS);
    assert_int_equal(run_count("dense_tables"), 0);
}

/* Averages of 1 to 24 bars trade at 7 to 50 % of the bars, those of 30 and more hardly ever. */
static void combinations_that_trade_often_go_from_events_to_simd(void **state)
{
    (void)state;
    struct bt_settings s = settings_of(SMA);
    run_whole(&s, LAYER_events | LAYER_simd, NULL);
    uint64_t rows = run_count("backtests") * SYMBOLS, often = run_count("dense_accounts");
    assert_int_equal(run_count("event_accounts") + often, rows);
    assert_true(often > 0 && often < rows);
    assert_int_equal(run_count("event_passed"), often);
    run_whole(&s, LAYER_events, NULL);
    assert_int_equal(run_count("event_accounts"), rows);
    s.param.v = (const char *[]){"fast=30:50", "slow=100:110"};
    run_whole(&s, LAYER_events | LAYER_simd, NULL);
    assert_int_equal(run_count("event_passed"), 0);
}

/* Sums of these prices pass 2^53: the strategy gives signals and no words. */
static void make_dear_bundle(const char *dir)
{
    struct err e = {0};
    struct rng r = rng_seeded(3);
    struct arena a = {0};
    struct bundle_target target = {
        .dir = dir, .source = "test", .synthetic = true, .replace = true};
    struct bundle_writer *w = bundle_writer_open(&target, &e);
    uint32_t id;
    assert_ok(w, &e);
    assert_ok(bundle_writer_asset(w, str_of("DEAR"), &id, &e), &e);
    for (long t = 0; t < BARS; t++) {
        int64_t p = 1000000000000000 + (int64_t)rng_below(&r, 100000000000000);
        struct bar_row row = {.time = (10957 + t) * 86400,
                              .asset = id,
                              .open = p,
                              .high = p,
                              .low = p,
                              .close = p,
                              .volume = 1};
        assert_ok(bundle_writer_row(w, &row, &e), &e);
    }
    assert_ok(bundle_writer_commit(w, NULL, &a, &e), &e);
    arena_done(&a);
}

/* Signals made bar by bar cost more than any turnover: they are not made twice. */
static void combinations_of_signals_agree_and_stay_with_events(void **state)
{
    (void)state;
    char dir[1024];
    snprintf(dir, sizeof dir, "%s/b", test_folder("simd-dear"));
    make_dear_bundle(dir);
    struct bt_settings s = settings_of(SMA);
    struct bt_kept base = {0};
    s.bundle = dir;
    keep(&s, 0, &base);
    for (int k = 0; k < SETS; k++)
        check_same(&s, sets[k], &base, bound);
    bt_kept_done(&base);
    run_whole(&s, LAYER_events | LAYER_simd, NULL);
    assert_int_equal(run_count("event_passed"), 0);
    run_whole(&s, LAYER_simd, NULL);
    assert_int_equal(run_count("dense_accounts"), run_count("backtests"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_strategy_agrees_with_the_base),
        TEST(plain_code_gives_the_same_bits),
        TEST(lists_of_trades_and_curves_are_left_to_the_base),
        TEST(simd_alone_accounts_all_it_can),
        TEST(few_combinations_are_the_bases),
        TEST(combinations_that_trade_often_go_from_events_to_simd),
        TEST(combinations_of_signals_agree_and_stay_with_events),
    };
    return cmocka_run_group_tests_name("simd", tests, make_bundle, NULL);
}

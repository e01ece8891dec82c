/* Layer share-indicators: what it computes, in counts, and that results do not change. */
#include "tests/backtest/market.h"
#include "tests/backtest/runs.h"

#include "tests/test.h"

#include <stdio.h>
#include <string.h>

enum { SYMBOLS = 3, BARS = 300 };

static char bundle[1024];

static int make_bundle(void **state)
{
    (void)state;
    snprintf(bundle, sizeof bundle, "%s/b", test_folder("share"));
    market_make(bundle, SYMBOLS, BARS, 7);
    return 0;
}

/* A sweep, how many indicators its combinations ask for at a symbol, and how many of those differ. */
struct sweep {
    const char *strategy;
    const char *params[4];
    int param_count;
    uint64_t backtests, asks, different;
};

static const struct sweep sweeps[] = {
    {"sma-cross",     {"fast=2:6", "slow=4:9"},                             2, 24,  48,   8 },
    {"ema-cross",     {"fast=2:6", "slow=4:9"},                             2, 24,  48,   8 },
    {"ema-cross",     {"fast=2:30", "slow=31:40"},                          2, 290, 580,  39},
    {"rsi-bollinger", {"rsi=5,9,14", "std=1,2"},                            2, 6,   12,   4 },
    {"rsi-bollinger", {"rsi=5,9,14", "std=1,2", "wilder=1"},                3, 6,   12,   4 },
    {"rsi-bollinger", {"rsi=5,400", "std=1,2", "wilder=0,1", "band=5,350"}, 4, 16,  32,   6 },
    {"rsi-bollinger", {"rsi=2:20", "std=2", "wilder=0,1", "band=2:20"},     4, 722, 1444, 57},
    {"momentum",      {"window=3:9"},                                       1, 7,   0,    0 },
    {"buy-hold",      {NULL},                                               0, 1,   0,    0 },
};
enum { SWEEPS = sizeof sweeps / sizeof *sweeps };

static struct bt_settings settings_of(const struct sweep *sweep)
{
    struct bt_settings s = market_settings(bundle, "2", "3");
    s.strategy = sweep->strategy;
    s.param = (struct opt_texts){(const char **)(uintptr_t)sweep->params, sweep->param_count};
    return s;
}

static struct kernel_digest of_base(const struct bt_settings *s)
{
    return *run_whole(s, LAYERS_NONE, NULL);
}

/* Bit for bit, what layers may change within a bound too. */
static void assert_equal(const struct kernel_digest *found, const struct kernel_digest *expected)
{
    assert_string_equal(found->exact, expected->exact);
    assert_string_equal(found->metrics, expected->metrics);
}

static void each_indicator_is_computed_once_a_job_and_symbol(void **state)
{
    (void)state;
    for (int i = 0; i < SWEEPS; i++) {
        struct bt_settings s = settings_of(&sweeps[i]);
        struct kernel_digest base = of_base(&s);
        assert_equal(run_whole(&s, LAYER_share_indicators, NULL), &base);
        assert_int_equal(run_count("backtests"), sweeps[i].backtests);
        assert_int_equal(run_count("indicators_computed"), SYMBOLS * sweeps[i].different);
        assert_int_equal(run_count("indicators_asked"), SYMBOLS * sweeps[i].asks);
        assert_int_equal(run_count("indicators_unkept"), 0);
    }
}

/* Ten backtests are a job of their own; workers get parts of the sweep. */
static void each_job_computes_its_own(void **state)
{
    (void)state;
    struct bt_settings s = settings_of(&sweeps[2]);
    struct kernel_digest base = of_base(&s), digest;
    run_part((struct run_part){&s, LAYER_share_indicators, test_folder("share-jobs"), 0, 10, true},
             NULL);
    assert_int_equal(run_count("indicators_asked"), SYMBOLS * 20);
    assert_int_equal(run_count("indicators_computed"), SYMBOLS * 11); /* fast 2, slow 31:40 */
    s.workers = 2;
    run_part((struct run_part){&s, LAYER_share_indicators, NULL, 0, -1, false}, &digest);
    assert_equal(&digest, &base);
    assert_int_equal(run_count("indicators_asked"), SYMBOLS * 580);
    assert_in_range(run_count("indicators_computed"), SYMBOLS * 39, SYMBOLS * 580 / 2);
}

/* With the layers that stand above, beside and beneath. */
static void every_strategy_has_the_results_of_the_base(void **state)
{
    (void)state;
    static const uint64_t sets[] = {
        LAYER_share_indicators | HISTORY_CACHE,
        LAYER_share_indicators | PRE_GROUP | ARRAY_RETURN,
        LAYERS_EXACT | LAYER_share_indicators,
    };
    static const char *const simd[] = {"", "avx2"};
    for (int i = 0; i < SWEEPS; i++) {
        struct bt_settings s = settings_of(&sweeps[i]);
        struct kernel_digest base = of_base(&s);
        for (size_t k = 0; k < sizeof sets / sizeof *sets; k++)
            for (int off = 0; off < 2; off++) {
                s.disable_simd = simd[off];
                assert_equal(run_whole(&s, sets[k], NULL), &base);
            }
        s.check_caches = true;
        assert_equal(run_whole(&s, LAYER_share_indicators, NULL), &base);
        s.metrics = "all";
        base = of_base(&s);
        assert_equal(run_whole(&s, LAYER_share_indicators, NULL), &base);
    }
}

/* Events pass few combinations or none to the base; what they ask for themselves is shared too. */
static void events_ask_for_each_indicator_once(void **state)
{
    (void)state;
    for (int i = 0; i < SWEEPS; i++) {
        struct bt_settings s = settings_of(&sweeps[i]);
        struct kernel_digest without = *run_whole(&s, LAYER_events, NULL);
        assert_equal(run_whole(&s, LAYER_events | LAYER_share_indicators, NULL), &without);
        assert_in_range(run_count("indicators_computed"), 0, SYMBOLS * sweeps[i].different);
    }
}

/* history-cache above keeps what is asked for, when it is told to: then nothing is asked for twice. */
static void what_history_cache_keeps_is_not_asked_for_again(void **state)
{
    (void)state;
    struct bt_settings s = settings_of(&sweeps[2]);
    s.history_cache_reuse = 1;
    run_whole(&s, LAYER_share_indicators | HISTORY_CACHE, NULL);
    assert_int_equal(run_count("indicators_asked"), SYMBOLS * sweeps[2].different);
    assert_int_equal(run_count("indicators_computed"), SYMBOLS * sweeps[2].different);
    s.history_cache_reuse = 0; /* one job: sharing serves it, keeping would cost */
    run_whole(&s, LAYER_share_indicators | HISTORY_CACHE, NULL);
    assert_int_equal(run_count("indicators_asked"), SYMBOLS * sweeps[2].asks);
    assert_int_equal(run_count("history_cache_passed"), SYMBOLS * sweeps[2].asks);
}

static void what_the_budget_does_not_allow_is_computed_again(void **state)
{
    (void)state;
    for (int i = 0; i < SWEEPS; i++) {
        struct bt_settings s = settings_of(&sweeps[i]);
        struct kernel_digest base = of_base(&s);
        s.history_cache_mb = 1e-6;
        assert_equal(run_whole(&s, LAYER_share_indicators, NULL), &base);
        assert_int_equal(run_count("indicators_unkept"), SYMBOLS * sweeps[i].asks);
        assert_int_equal(run_count("indicators_computed"), SYMBOLS * sweeps[i].asks);
        s.history_cache_mb = 2.5 * BARS * 8 / (1 << 20); /* two columns */
        assert_equal(run_whole(&s, LAYER_share_indicators, NULL), &base);
        assert_in_range(run_count("indicators_unkept"), sweeps[i].different > 2,
                        SYMBOLS * sweeps[i].asks);
    }
}

/* Room for what one job asks for over the bars of one symbol is room for all jobs and symbols. */
static void the_budget_is_given_back(void **state)
{
    (void)state;
    const struct sweep *sweep = &sweeps[2];
    struct bt_settings s = settings_of(sweep);
    s.history_cache_mb = ((double)sweep->different * BARS * 8 + 1) / (1 << 20);
    for (s.workers = 1; s.workers <= 2; s.workers++) {
        run_whole(&s, LAYER_share_indicators, NULL);
        assert_int_equal(run_count("indicators_unkept"), 0);
    }
    s.history_cache_mb = ((double)sweep->different * BARS * 8 - 9) / (1 << 20);
    s.workers = 1;
    run_whole(&s, LAYER_share_indicators, NULL);
    assert_in_range(run_count("indicators_unkept"), 1, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_indicator_is_computed_once_a_job_and_symbol),
        TEST(each_job_computes_its_own),
        TEST(every_strategy_has_the_results_of_the_base),
        TEST(events_ask_for_each_indicator_once),
        TEST(what_history_cache_keeps_is_not_asked_for_again),
        TEST(what_the_budget_does_not_allow_is_computed_again),
        TEST(the_budget_is_given_back),
    };
    return cmocka_run_group_tests_name("share_indicators", tests, make_bundle, NULL);
}

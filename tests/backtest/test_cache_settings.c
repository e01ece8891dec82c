/* What the settings of caches do, in counts; presets and variables. */
#include "tests/backtest/caches.h"
#include "tests/backtest/market.h"

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

static int make_bundles(void **state)
{
    (void)state;
    caches_make("cache-settings");
    return 0;
}

/* ---- settings: each has its effect, in counts --------------------------------------------------- */

/* The lists of two bundles by turns. */
static void ask_lists(struct bt_run *run, int turns)
{
    struct bundle *bundles[] = {caches_bundle(caches_dir), caches_bundle(caches_hourly())};
    for (int i = 0; i < turns; i++) {
        struct bt_assets assets;
        struct bt_lease lease;
        struct err e = {0};
        assert_ok(BT_CALL(run->ops.assets, run, bundles[i % 2], &assets, &lease, &e), &e);
        assert_int_equal(assets.n, SYMBOLS);
        assert_string_equal(assets.v[2].symbol, "S02");
        assert_true((assets.v[0].last_time == FIRST + (BARS - 1) * DAY) == (i % 2 == 0));
        bt_lease_end(&lease);
    }
    bundle_close(bundles[0]);
    bundle_close(bundles[1]);
}

static void lru_maxsize_bounds_the_asset_lists(void **state)
{
    (void)state;
    struct bt_settings s = caches_settings();
    s.lru_maxsize = 2;
    struct bt_run *run = caches_open(&s, ASSET_CACHE);
    ask_lists(run, 10);
    assert_int_equal(run_count_in(run, "asset_lists"), 2);
    assert_int_equal(caches_stats(run, "asset-cache").entry_limit, 2);
    bt_run_close(run);
    s.lru_maxsize = 1;
    run = caches_open(&s, ASSET_CACHE);
    ask_lists(run, 10);
    assert_int_equal(run_count_in(run, "asset_lists"), 10);
    assert_int_equal(caches_stats(run, "asset-cache").evictions, 9);
    bt_run_close(run);
}

static void a_full_asset_cache_hands_out_the_plain_list(void **state)
{
    (void)state;
    struct bt_settings s = caches_settings();
    s.lru_maxsize = 1;
    struct bt_run *run = caches_open(&s, ASSET_CACHE);
    struct bundle *b = caches_bundle(caches_dir), *c = caches_bundle(caches_hourly());
    struct bt_assets first, second;
    struct bt_lease leases[2];
    struct err e = {0};
    assert_ok(BT_CALL(run->ops.assets, run, b, &first, &leases[0], &e), &e);
    assert_ok(BT_CALL(run->ops.assets, run, c, &second, &leases[1], &e), &e);
    assert_true(first.v[0].last_time != second.v[0].last_time);
    assert_int_equal(caches_stats(run, "asset-cache").refusals, 1);
    bt_lease_end(&leases[0]);
    bt_lease_end(&leases[1]);
    bundle_close(b);
    bundle_close(c);
    bt_run_close(run);
}

static void max_bundle_pool_size_bounds_the_pool(void **state)
{
    (void)state;
    for (long most = 1; most <= 2; most++) {
        struct bt_settings s = caches_settings();
        s.max_bundle_pool_size = most;
        struct bt_run *run = caches_open(&s, BUNDLE_POOL);
        const char *dirs[] = {run->plan.bundle_dir, caches_other};
        for (int i = 0; i < 10; i++) {
            struct bundle *b;
            struct bt_lease lease;
            struct err e = {0};
            run->plan.bundle_dir = dirs[i % 2];
            assert_ok(BT_CALL(run->ops.bundle, run, &b, &lease, &e), &e);
            bt_lease_end(&lease);
        }
        assert_int_equal(run_count_in(run, "bundle_opens"), most == 1 ? 10 : 2);
        assert_int_equal(caches_stats(run, "bundle-pool").evictions, most == 1 ? 9 : 0);
        run->plan.bundle_dir = dirs[0];
        bt_run_close(run);
    }
}

static void cache_size_gb_bounds_the_columns(void **state)
{
    (void)state;
    struct bt_settings s = caches_settings();
    size_t most = 4000;
    s.cache_size_gb = (double)most / (1 << 30);
    struct bt_run *run = caches_open(&s, PRE_GROUP);
    caches_run(run);
    struct cache_stats c = caches_stats(run, "pre-group");
    assert_int_equal(c.byte_limit, most);
    assert_true(c.bytes <= most && c.evictions > 0);
    bt_run_close(run);
}

static void history_cache_mb_bounds_both_tiers(void **state)
{
    (void)state;
    struct bt_settings s = market_settings(caches_dir, "2,20", "21:39");
    struct kernel_digest found = *run_whole(&s, LAYERS_NONE, NULL);
    for (int entries = 0; entries < 8; entries++) { /* of 24 and 40 * 8 bytes */
        size_t most = (size_t)entries * 350 + 2;
        s.history_cache_mb = (double)most / (1 << 20);
        struct bt_run *run = caches_open(&s, HISTORY_CACHE);
        for (long i = 0; i < bt_plan_backtests(&run->plan); i++) {
            struct err e = {0};
            assert_ok(bt_run_step(run, i, i + 1, &e), &e);
            assert_true(caches_stats(run, "history-cache").bytes <= most);
        }
        assert_true(caches_stats(run, "history-cache").evictions > 0 ||
                    caches_stats(run, "history-cache").refusals > 0);
        bt_run_close(run);
        assert_agree(run_whole(&s, HISTORY_CACHE, NULL), &found);
    }
}

/* 20 with each of 19 others, in room for the three 20s and one more: only 20 is found again. */
static void kept_windows_stay_while_others_pass(void **state)
{
    (void)state;
    struct bt_settings s = market_settings(caches_dir, "20", "21:39");
    s.history_cache_mb = 4 * 400.0 / (1 << 20);
    run_whole(&s, HISTORY_CACHE, NULL);
    assert_int_equal(run_count("history_cache_kept_hits"), SYMBOLS * (19 - 1));
    assert_int_equal(run_count("history_cache_hits"), SYMBOLS * (19 - 1));
    s = market_settings(caches_dir, "19", "21:39");
    s.history_cache_mb = 4 * 400.0 / (1 << 20);
    run_whole(&s, HISTORY_CACHE, NULL);
    assert_int_equal(run_count("history_cache_kept_hits"), 0);
    assert_int_equal(run_count("history_cache_hits"), 0);
}

/* 110 asks for 16 windows: 6.9 each. */
static void history_cache_reuse_tells_when_to_keep(void **state)
{
    (void)state;
    static const struct {
        const char *strategy;
        long reuse, workers;
        bool keeps;
    } cases[] = {
        {"sma-cross", 1,    1, true },
        {"sma-cross", 6,    1, true },
        {"sma-cross", 7,    1, false},
        {"sma-cross", 0,    1, false}, /* moving sums are computed as fast */
        {"ema-cross", 0,    1, true },
        {"ema-cross", 7,    1, false},
        {"ema-cross", 0,    3, false}, /* each worker asks for a third */
        {"sma-cross", 1000, 1, false},
        {"sma-cross", 1,    3, true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bt_settings s = caches_settings();
        struct kernel_digest found;
        s.strategy = cases[i].strategy;
        s.workers = cases[i].workers;
        found = *run_whole(&s, LAYERS_NONE, NULL);
        s.history_cache_reuse = cases[i].reuse;
        assert_agree(run_whole(&s, HISTORY_CACHE, NULL), &found);
        bool kept = run_count("history_cache_hits") > 0;
        if (kept != cases[i].keeps)
            fail_msg("case %zu", i);
        assert_int_equal(run_count("history_cache_passed"), kept ? 0 : SYMBOLS * 2 * N);
        assert_int_equal(run_count("history_cache_hits") + run_count("history_cache_misses"),
                         kept ? SYMBOLS * 2 * N : 0);
    }
}

static void enable_caching_off_takes_the_caches_out(void **state)
{
    (void)state;
    struct bt_settings s = caches_settings();
    assert_int_equal(bt_settings_layers(&s, LAYERS_EXACT), LAYERS_EXACT);
    s.enable_caching = "off";
    assert_int_equal(bt_settings_layers(&s, LAYERS_EXACT),
                     LAYERS_EXACT & ~(ASSET_CACHE | PRE_GROUP | HISTORY_CACHE | ARRAY_RETURN));
    run_whole(&s, LAYERS_EXACT, NULL);
    assert_int_equal(run_count("asset_lists"), N);
    assert_int_equal(run_count("rows_scanned"), (uint64_t)N * SYMBOLS * ROWS);
    assert_int_equal(run_count("bundle_opens"), 1);
    /* What was refused before is refused as ever. */
    assert_int_equal(bt_settings_layers(&s, ARRAY_RETURN), ARRAY_RETURN);
}

static void enable_bundle_pooling_off_takes_the_pool_out(void **state)
{
    (void)state;
    struct bt_settings s = caches_settings();
    s.enable_bundle_pooling = "off";
    assert_int_equal(bt_settings_layers(&s, LAYERS_EXACT), LAYERS_EXACT & ~BUNDLE_POOL);
    run_whole(&s, LAYERS_EXACT, NULL);
    assert_int_equal(run_count("bundle_opens"), N);
    assert_int_equal(run_count("asset_lists"), 1);
}

static struct bt_settings from_words(const char *word)
{
    static struct arena arena;
    struct bt_settings s;
    struct err e = {0};
    struct opt_texts rest;
    char copy[64], *argv[] = {copy};
    snprintf(copy, sizeof copy, "%s", word);
    opt_defaults(bt_options, &s, &arena);
    assert_ok(opt_from_args(bt_options, &s, 1, argv, &rest, &arena, &e), &e);
    return s;
}

static void presets_are_the_documented_ones(void **state)
{
    (void)state;
    struct bt_settings s = from_words("--preset=none");
    assert_true(s.cache_size_gb == 2 && s.lru_maxsize == 128 && s.max_bundle_pool_size == 100);
    assert_true(s.history_cache_mb == 200 && s.cache_log_every == 0 && !s.check_caches);
    assert_string_equal(s.enable_caching, "on");
    assert_string_equal(s.enable_bundle_pooling, "on");
    s = from_words("--preset=memory-constrained");
    assert_true(s.cache_size_gb == 0.5 && s.lru_maxsize == 32);
    s = from_words("--preset=high-performance");
    assert_true(s.cache_size_gb == 8 && s.lru_maxsize == 512);
    s = from_words("--preset=debugging");
    assert_true(s.cache_log_every == 100);
    assert_string_equal(s.enable_caching, "off");
    assert_int_equal(bt_settings_layers(&s, PRE_GROUP), 0);
}

static void each_variable_sets_its_setting(void **state)
{
    (void)state;
    setenv("CUPEL_CACHE_SIZE_GB", "3", 1);
    setenv("CUPEL_LRU_MAXSIZE", "7", 1);
    setenv("CUPEL_MAX_BUNDLE_POOL_SIZE", "5", 1);
    setenv("CUPEL_HISTORY_CACHE_MB", "11", 1);
    setenv("CUPEL_ENABLE_CACHING", "off", 1);
    setenv("CUPEL_ENABLE_BUNDLE_POOLING", "off", 1);
    struct bt_settings s = from_words("--preset=high-performance");
    assert_true(s.cache_size_gb == 3 && s.lru_maxsize == 7 && s.max_bundle_pool_size == 5);
    assert_true(s.history_cache_mb == 11);
    assert_string_equal(s.enable_caching, "off");
    assert_string_equal(s.enable_bundle_pooling, "off");
    s = from_words("--lru_maxsize=9");
    assert_int_equal(s.lru_maxsize, 9);
    for (const struct opt *row = bt_options; row->name; row++)
        if (row->env)
            unsetenv(row->env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lru_maxsize_bounds_the_asset_lists),
        TEST(a_full_asset_cache_hands_out_the_plain_list),
        TEST(max_bundle_pool_size_bounds_the_pool),
        TEST(cache_size_gb_bounds_the_columns),
        TEST(history_cache_mb_bounds_both_tiers),
        TEST(kept_windows_stay_while_others_pass),
        TEST(history_cache_reuse_tells_when_to_keep),
        TEST(enable_caching_off_takes_the_caches_out),
        TEST(enable_bundle_pooling_off_takes_the_pool_out),
        TEST(presets_are_the_documented_ones),
        TEST(each_variable_sets_its_setting),
    };
    return cmocka_run_group_tests_name("cache_settings", tests, make_bundles, NULL);
}

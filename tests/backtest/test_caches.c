/* The caches of a run: what they hold, what their keys tell apart, what their settings do. */
#define _GNU_SOURCE
#include "kernels/backtest/caches.h"
#include "tests/backtest/market.h"
#include "tests/backtest/runs.h"

#include "harness/base/io.h"
#include "harness/base/rng.h"
#include "kernels/backtest/numerics/sma.h"

#include "tests/test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SYMBOLS = 3, BARS = 40, N = 55, DAY = 86400, FIRST = 10957 * DAY };
enum { ROWS = (SYMBOLS - 1) * BARS + BARS / 2 };
enum { FAST = 5, SLOW = 11 }; /* fast 2..6 x slow 7..17: 55 backtests, 16 windows */

static char dir[1024], other[1024];

static int make_bundles(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "%s/b", test_folder("caches"));
    snprintf(other, sizeof other, "%s/b", test_folder("caches-other"));
    market_make(dir, SYMBOLS, BARS, 1);
    market_make(other, SYMBOLS, BARS, 2);
    return 0;
}

static struct bt_settings settings(void)
{
    return market_settings(dir, "2:6", "7:17");
}

static struct bt_run *open_with(const struct bt_settings *s, uint64_t layers)
{
    struct err e = {0};
    struct bt_run *run = bt_run_open(s, layers, (struct bt_run_target){0}, &e);
    assert_ok(run, &e);
    return run;
}

static void run_all(struct bt_run *run)
{
    bt_digest_clear(&run->digest); /* of this pass */
    struct err e = {0};
    assert_ok(bt_run_step(run, 0, bt_plan_backtests(&run->plan), &e), &e);
}

static struct cache_stats cache_of(const struct bt_run *run, const char *name)
{
    struct cache_stats all[BT_CACHES_MAX];
    int n = bt_run_caches(run, all, BT_CACHES_MAX);
    for (int i = 0; i < n; i++)
        if (strcmp(all[i].name, name) == 0)
            return all[i];
    fail_msg("no cache %s", name);
    return all[0];
}

static uint64_t count_of(const struct bt_run *run, const char *name)
{
    struct kernel_count counts[KERNEL_COUNTS_MAX];
    int n = bt_run_counts(run, counts, KERNEL_COUNTS_MAX);
    for (int i = 0; i < n; i++)
        if (strcmp(counts[i].name, name) == 0)
            return counts[i].value;
    fail_msg("no count %s", name);
    return 0;
}

/* ---- what each layer saves --------------------------------------------------------------------- */

static void asset_cache_asks_for_the_list_once(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    run_whole(&s, ASSET_CACHE, NULL);
    assert_int_equal(run_count("asset_lists"), 1);
    assert_int_equal(run_count("asset_cache_hits"), N - 1);
    assert_int_equal(run_count("asset_cache_misses"), 1);
}

static void array_return_copies_no_series(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    run_whole(&s, PRE_GROUP | ARRAY_RETURN, NULL);
    assert_int_equal(run_count("history_views"), 2 * N * SYMBOLS); /* close, and what fills get */
    assert_int_equal(run_count("history_copies"), 0);
}

static void array_return_hands_out_the_column_itself(void **state)
{
    (void)state;
    const int64_t rows[] = {1, -1, 2, -2, 3, -3};
    struct bt_settings s = settings();
    struct bt_run *run = open_with(&s, PRE_GROUP | ARRAY_RETURN);
    struct bt_bars bars = {.n = 3, .largest = 3};
    struct bt_series series;
    struct err e = {0};
    bars.field[BT_CLOSE] = (struct bt_col){rows, 1};
    assert_ok(BT_CALL(run->ops.history, run, &bars, BT_CLOSE, &series, &e), &e);
    assert_ptr_equal(series.v, rows);
    assert_true(series.n == 3 && series.largest == 3);
    assert_ptr_equal(series.of, &bars);
    bars.field[BT_CLOSE].step = 2;
    assert_ok(BT_CALL(run->ops.history, run, &bars, BT_CLOSE, &series, &e), &e);
    assert_ptr_not_equal(series.v, rows);
    assert_true(series.v[1] == 2 && series.v[2] == 3 && series.field == BT_CLOSE);
    bt_run_close(run);
}

static void history_cache_computes_each_window_once(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    run_whole(&s, HISTORY_CACHE, NULL);
    assert_int_equal(run_count("history_cache_misses"), SYMBOLS * (FAST + SLOW));
    assert_int_equal(run_count("history_cache_hits"), SYMBOLS * (2 * N - FAST - SLOW));
    assert_int_equal(run_count("history_cache_evictions"), 0);
    assert_int_equal(run_count("history_cache_refusals"), 0);
}

static void every_hit_rate_is_a_ratio(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    struct cache_stats all[BT_CACHES_MAX];
    struct bt_run *run = open_with(&s, LAYERS_EXACT);
    run_all(run);
    int n = bt_run_caches(run, all, BT_CACHES_MAX);
    assert_int_equal(n, 4);
    for (int i = 0; i < n; i++) {
        double rate = cache_hit_rate(&all[i]);
        assert_true(rate > 0.8 && rate < 1);
        assert_true(all[i].entries > 0 && all[i].bytes > 0);
    }
    bt_run_close(run);
}

static void workers_requests_are_told_too(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    s.workers = 2;
    struct bt_run *run = open_with(&s, LAYERS_EXACT & ~(uint64_t)LAYER_shared_bundle);
    run_all(run);
    struct cache_stats c = cache_of(run, "history-cache");
    assert_int_equal(c.hits + c.misses, 2 * N * SYMBOLS);
    c = cache_of(run, "bundle-pool");
    assert_int_equal(c.hits + c.misses, N);
    bt_run_close(run);
}

static void memory_is_counted_by_component_and_given_back(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    uint64_t assets = mem_counts(MEM_ASSETS).held_bytes;
    uint64_t history = mem_counts(MEM_HISTORY).held_bytes;
    struct bt_run *run = open_with(&s, LAYERS_EXACT);
    assert_int_equal(mem_counts(MEM_HISTORY).held_bytes, history); /* nothing before it is used */
    run_all(run);
    assert_true(mem_counts(MEM_ASSETS).held_bytes - assets >= cache_of(run, "asset-cache").bytes);
    assert_true(mem_counts(MEM_HISTORY).held_bytes - history >=
                cache_of(run, "history-cache").bytes);
    assert_true(cache_of(run, "history-cache").bytes > 0);
    bt_run_close(run);
    assert_int_equal(mem_counts(MEM_ASSETS).held_bytes, assets);
    assert_int_equal(mem_counts(MEM_HISTORY).held_bytes, history);
}

/* ---- keys -------------------------------------------------------------------------------------- */

static struct bundle *opened(const char *folder)
{
    struct err e = {0};
    struct bundle *b = bundle_open(folder, &e);
    assert_ok(b, &e);
    return b;
}

/* As many bars of the same symbols, an hour apart. */
static const char *make_hourly(void)
{
    static char hourly[1024];
    struct err e = {0};
    struct arena arena = {0};
    snprintf(hourly, sizeof hourly, "%s/b", test_folder("caches-hourly"));
    struct bundle_target target = {.dir = hourly, .source = "test", .synthetic = true};
    struct bundle_writer *w = bundle_writer_open(&target, &e);
    assert_ok(w, &e);
    for (int a = 0; a < SYMBOLS; a++) {
        char symbol[16];
        uint32_t id;
        snprintf(symbol, sizeof symbol, "S%02d", a);
        assert_ok(bundle_writer_asset(w, str_of(symbol), &id, &e), &e);
        for (long t = 0; t < BARS; t++) {
            int64_t p = 7000000 + 1000 * t * (a + 1);
            struct bar_row row = {FIRST + t * 3600, id, 0, p, p, p, p, 1};
            assert_ok(bundle_writer_row(w, &row, &e), &e);
        }
    }
    assert_ok(bundle_writer_commit(w, NULL, &arena, &e), &e);
    arena_done(&arena);
    return hourly;
}

static const uint32_t all_assets[] = {0, 1, 2};

/* One indicator through all the slots of the run, against sums over the bundle's own rows. */
static bool indicator_is_right(struct bt_run *run, const struct bt_slice *slice,
                               enum bt_field field, long window)
{
    int64_t x[BARS], expected[BARS];
    long total, n = 0;
    const struct bar_row *rows = bundle_rows(slice->bundle, &total);
    for (long i = 0; i < total; i++)
        if (rows[i].asset == slice->asset && rows[i].time >= slice->from &&
            rows[i].time <= slice->to)
            x[n++] = field == BT_OPEN ? rows[i].open : rows[i].close;
    sma_sums(x, n, window, expected);

    struct bt_bars bars;
    struct bt_lease lease;
    struct bt_series series;
    struct bt_indicator sums;
    struct bt_ask ask = {BT_SMA, window};
    struct err e = {0};
    assert_ok(BT_CALL(run->ops.group, run, slice, &bars, &lease, &e), &e);
    bars.of = slice;
    assert_ok(BT_CALL(run->ops.history, run, &bars, field, &series, &e), &e);
    assert_ok(BT_CALL(run->ops.indicator, run, &ask, &series, &sums, &e), &e);
    bool ok = sums.n == n && sums.window == window;
    for (long i = window - 1; ok && i < n; i++)
        ok = sums.column[0].whole[i] == expected[i];
    bt_lease_end(&lease);
    return ok;
}

/* Whatever is left out of a key gives the value of something else here: contents (three bundles of
 * the same symbols, one of them hourly), asset, first and last time, field, window. */
static void no_answer_is_that_of_another_question(void **state)
{
    (void)state;
    enum { CASES = 4000 };
    uint64_t seed = rng_entropy() >> 16;
    struct rng r = rng_seeded(seed);
    struct bt_settings s = settings();
    s.history_cache_mb = 0.05; /* some must leave */
    s.cache_size_gb = 2e-5;
    struct bt_run *run = open_with(&s, LAYERS_EXACT | LAYER_share_indicators);
    struct bundle *bundles[] = {opened(dir), opened(other), opened(make_hourly())};
    print_message("# %d cases from seed %llu\n", CASES, (unsigned long long)seed);
    for (int i = 0; i < CASES; i++) {
        static const long windows[] = {1, 2, 3, 5, 20};
        struct bt_slice slice = {.bundle = bundles[rng_below(&r, 3)],
                                 .asset = (uint32_t)rng_below(&r, SYMBOLS),
                                 .wanted = all_assets,
                                 .wanted_count = SYMBOLS,
                                 .from = FIRST + (int64_t)rng_below(&r, 4) * 4 * DAY,
                                 .to = FIRST + (int64_t)rng_below(&r, 4) * 9 * DAY};
        enum bt_field field = rng_below(&r, 2) ? BT_OPEN : BT_CLOSE;
        if (!indicator_is_right(run, &slice, field, windows[rng_below(&r, 5)]))
            fail_msg("seed %llu, case %d: an answer to another question", (unsigned long long)seed,
                     i);
        arena_reset(&run->scratch);
    }
    assert_true(cache_of(run, "history-cache").hits > CASES / 10);
    assert_true(cache_of(run, "history-cache").evictions > 0);
    assert_true(cache_of(run, "pre-group").evictions > 0);
    for (int i = 0; i < 3; i++)
        bundle_close(bundles[i]);
    bt_run_close(run);
}

static void a_series_of_nobody_is_not_cached(void **state)
{
    (void)state;
    int64_t v[] = {1, 2, 3};
    struct bt_settings s = settings();
    struct bt_run *run = open_with(&s, HISTORY_CACHE);
    struct bt_series series = {.v = v, .n = 3, .largest = 100};
    struct bt_ask ask = {BT_SMA, 2};
    struct bt_indicator sums;
    struct err e = {0};
    for (int i = 0; i < 2; i++) {
        v[2] = 3 + i;
        assert_ok(BT_CALL(run->ops.indicator, run, &ask, &series, &sums, &e), &e);
        assert_int_equal(sums.column[0].whole[2], 5 + i);
    }
    assert_int_equal(cache_of(run, "history-cache").entries, 0);
    bt_run_close(run);
}

static void what_could_not_be_computed_is_not_cached(void **state)
{
    (void)state;
    int64_t v[] = {1};
    struct bt_settings s = settings();
    struct bt_run *run = open_with(&s, HISTORY_CACHE);
    struct bundle *b = opened(dir);
    struct bt_slice slice = {b, 0, all_assets, SYMBOLS, FIRST, FIRST};
    struct bt_bars bars = {.of = &slice, .n = 1, .largest = (int64_t)1 << 53};
    struct bt_series series = {v, 1, (int64_t)1 << 53, &bars, BT_CLOSE};
    struct bt_ask ask = {BT_SMA, 2000};
    struct bt_indicator sums;
    for (int i = 0; i < 2; i++) {
        struct err e = {0};
        assert_false(BT_CALL(run->ops.indicator, run, &ask, &series, &sums, &e));
        assert_says(&e, "window 2000");
    }
    assert_int_equal(cache_of(run, "history-cache").entries, 0);
    assert_int_equal(cache_of(run, "history-cache").misses, 2);
    bundle_close(b);
    bt_run_close(run);
}

/* ---- settings: each has its effect, in counts --------------------------------------------------- */

/* The lists of two bundles by turns. */
static void ask_lists(struct bt_run *run, int turns)
{
    struct bundle *bundles[] = {opened(dir), opened(make_hourly())};
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
    struct bt_settings s = settings();
    s.lru_maxsize = 2;
    struct bt_run *run = open_with(&s, ASSET_CACHE);
    ask_lists(run, 10);
    assert_int_equal(count_of(run, "asset_lists"), 2);
    assert_int_equal(cache_of(run, "asset-cache").entry_limit, 2);
    bt_run_close(run);
    s.lru_maxsize = 1;
    run = open_with(&s, ASSET_CACHE);
    ask_lists(run, 10);
    assert_int_equal(count_of(run, "asset_lists"), 10);
    assert_int_equal(cache_of(run, "asset-cache").evictions, 9);
    bt_run_close(run);
}

static void a_full_asset_cache_hands_out_the_plain_list(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    s.lru_maxsize = 1;
    struct bt_run *run = open_with(&s, ASSET_CACHE);
    struct bundle *b = opened(dir), *c = opened(make_hourly());
    struct bt_assets first, second;
    struct bt_lease leases[2];
    struct err e = {0};
    assert_ok(BT_CALL(run->ops.assets, run, b, &first, &leases[0], &e), &e);
    assert_ok(BT_CALL(run->ops.assets, run, c, &second, &leases[1], &e), &e);
    assert_true(first.v[0].last_time != second.v[0].last_time);
    assert_int_equal(cache_of(run, "asset-cache").refusals, 1);
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
        struct bt_settings s = settings();
        s.max_bundle_pool_size = most;
        struct bt_run *run = open_with(&s, BUNDLE_POOL);
        const char *dirs[] = {run->plan.bundle_dir, other};
        for (int i = 0; i < 10; i++) {
            struct bundle *b;
            struct bt_lease lease;
            struct err e = {0};
            run->plan.bundle_dir = dirs[i % 2];
            assert_ok(BT_CALL(run->ops.bundle, run, &b, &lease, &e), &e);
            bt_lease_end(&lease);
        }
        assert_int_equal(count_of(run, "bundle_opens"), most == 1 ? 10 : 2);
        assert_int_equal(cache_of(run, "bundle-pool").evictions, most == 1 ? 9 : 0);
        run->plan.bundle_dir = dirs[0];
        bt_run_close(run);
    }
}

static void cache_size_gb_bounds_the_columns(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    size_t most = 4000;
    s.cache_size_gb = (double)most / (1 << 30);
    struct bt_run *run = open_with(&s, PRE_GROUP);
    run_all(run);
    struct cache_stats c = cache_of(run, "pre-group");
    assert_int_equal(c.byte_limit, most);
    assert_true(c.bytes <= most && c.evictions > 0);
    bt_run_close(run);
}

static void history_cache_mb_bounds_both_tiers(void **state)
{
    (void)state;
    struct bt_settings s = market_settings(dir, "2,20", "21:39");
    struct kernel_digest found = *run_whole(&s, LAYERS_NONE, NULL);
    for (int entries = 0; entries < 8; entries++) { /* of 24 and 40 * 8 bytes */
        size_t most = (size_t)entries * 350 + 2;
        s.history_cache_mb = (double)most / (1 << 20);
        struct bt_run *run = open_with(&s, HISTORY_CACHE);
        for (long i = 0; i < bt_plan_backtests(&run->plan); i++) {
            struct err e = {0};
            assert_ok(bt_run_step(run, i, i + 1, &e), &e);
            assert_true(cache_of(run, "history-cache").bytes <= most);
        }
        assert_true(cache_of(run, "history-cache").evictions > 0 ||
                    cache_of(run, "history-cache").refusals > 0);
        bt_run_close(run);
        assert_agree(run_whole(&s, HISTORY_CACHE, NULL), &found);
    }
}

/* 20 with each of 19 others, in room for the three 20s and one more: only 20 is found again. */
static void kept_windows_stay_while_others_pass(void **state)
{
    (void)state;
    struct bt_settings s = market_settings(dir, "20", "21:39");
    s.history_cache_mb = 4 * 400.0 / (1 << 20);
    run_whole(&s, HISTORY_CACHE, NULL);
    assert_int_equal(run_count("history_cache_kept_hits"), SYMBOLS * (19 - 1));
    assert_int_equal(run_count("history_cache_hits"), SYMBOLS * (19 - 1));
    s = market_settings(dir, "19", "21:39");
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
        struct bt_settings s = settings();
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
    struct bt_settings s = settings();
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
    struct bt_settings s = settings();
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

/* ---- clearing by hand --------------------------------------------------------------------------- */

static void a_cleared_cache_answers_anew(void **state)
{
    (void)state;
    static const char *const names[] = {"bundle-pool", "pre-group", "asset-cache", "history-cache"};
    struct bt_settings s = settings();
    struct bt_run *run = open_with(&s, LAYERS_EXACT);
    struct err e = {0};
    run_all(run);
    for (int i = 0; i < 4; i++) {
        assert_true(cache_of(run, names[i]).entries > 0);
        assert_ok(bt_run_clear_caches(run, names[i], &e), &e);
        assert_int_equal(cache_of(run, names[i]).entries, 0);
        assert_int_equal(cache_of(run, names[i]).bytes, 0);
    }
    uint64_t misses = cache_of(run, "history-cache").misses;
    run_all(run);
    assert_int_equal(cache_of(run, "history-cache").misses, 2 * misses);
    assert_int_equal(count_of(run, "bundle_opens"), 2);
    assert_int_equal(count_of(run, "asset_lists"), 2);
    assert_ok(bt_run_clear_caches(run, NULL, &e), &e);
    for (int i = 0; i < 4; i++)
        assert_int_equal(cache_of(run, names[i]).entries, 0);
    bt_run_close(run);
}

static void an_unknown_cache_is_refused_with_those_there_are(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    struct err e = {0};
    struct bt_run *run = open_with(&s, ASSET_CACHE | PRE_GROUP | BATCH_WRITE);
    assert_false(bt_run_clear_caches(run, "history-cache", &e));
    assert_string_equal(e.text, "cache \"history-cache\": expected one of those that are on: "
                                "pre-group, asset-cache");
    bt_run_close(run);
}

/* ---- the bundle's folder changes ---------------------------------------------------------------- */

static void touch(const char *name)
{
    char path[1100];
    struct timespec times[] = {
        {.tv_nsec = UTIME_OMIT},
        { .tv_sec = 1000000000,        .tv_nsec = 17}
    };
    snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void touched_files_leave_the_caches_good(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    struct bt_run *run = open_with(&s, LAYERS_EXACT);
    run_all(run);
    struct kernel_digest before, after;
    struct err e = {0};
    assert_ok(bt_run_digest(run, &before, &e), &e);
    uint64_t grouped = count_of(run, "group_passes"), asked = count_of(run, "asset_lists");
    touch("manifest.json");
    touch("bars.bin");
    touch("assets.sqlite");
    run_all(run);
    assert_ok(bt_run_digest(run, &after, &e), &e);
    assert_agree(&before, &after);
    assert_int_equal(count_of(run, "bundle_pool_stale"), 1);
    assert_int_equal(count_of(run, "bundle_pool_touched"), 1);
    assert_int_equal(count_of(run, "group_passes"), grouped);
    assert_int_equal(count_of(run, "asset_lists"), asked);
    bt_run_close(run);
}

static void a_version_check_reads_nothing(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    struct bt_run *run = open_with(&s, BUNDLE_POOL);
    struct bundle *b;
    struct bt_lease lease;
    struct err e = {0};
    assert_ok(BT_CALL(run->ops.bundle, run, &b, &lease, &e), &e);
    bt_lease_end(&lease);
    struct io_counts before = io_counts_now();
    for (int i = 0; i < 100; i++) {
        assert_ok(BT_CALL(run->ops.bundle, run, &b, &lease, &e), &e);
        bt_lease_end(&lease);
    }
    struct io_counts after = io_counts_now();
    assert_memory_equal(&before, &after, sizeof before);
    bt_run_close(run);
}

static void a_replaced_bundle_gives_its_own_content(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    struct bt_run *run = open_with(&s, LAYERS_EXACT), *base;
    struct kernel_digest cached, fresh;
    struct err e = {0};
    run_all(run);
    market_make(dir, SYMBOLS, BARS, 9); /* the same dates and symbols, other prices */
    run_all(run);
    assert_ok(bt_run_digest(run, &cached, &e), &e);
    assert_int_equal(count_of(run, "bundle_pool_stale"), 1);
    assert_int_equal(count_of(run, "bundle_pool_touched"), 0);
    base = open_with(&s, LAYERS_NONE);
    run_all(base);
    assert_ok(bt_run_digest(base, &fresh, &e), &e);
    assert_agree(&cached, &fresh);
    bt_run_close(run);
    bt_run_close(base);
    market_make(dir, SYMBOLS, BARS, 1);
}

/* Not once only: a second look at what was refused must be refused as well. */
static void data_edited_in_place_are_refused(void **state)
{
    (void)state;
    static const uint64_t sets[] = {LAYERS_NONE, BUNDLE_POOL, PRE_GROUP, LAYERS_EXACT};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        struct bt_settings s = settings();
        struct bt_run *run = open_with(&s, sets[i]);
        struct err e = {0};
        char path[1100];
        run_all(run);
        snprintf(path, sizeof path, "%s/bars.bin", dir);
        FILE *f = fopen(path, "r+b");
        assert_non_null(f);
        fseek(f, offsetof(struct bar_row, close), SEEK_SET);
        fputc('x', f);
        fclose(f);
        for (int look = 0; look < 3; look++) {
            e = (struct err){0};
            assert_false(bt_run_step(run, 0, 1, &e));
            assert_says(&e, "bars.bin");
        }
        bt_run_close(run);
        market_make(dir, SYMBOLS, BARS, 1);
    }
}

/* ---- check_caches ------------------------------------------------------------------------------- */

static void a_check_of_sound_caches_changes_nothing(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    struct kernel_digest found = *run_whole(&s, LAYERS_NONE, NULL);
    s.check_caches = true;
    assert_agree(run_whole(&s, LAYERS_EXACT, NULL), &found);
    assert_int_equal(run_count("history_cache_hits"), SYMBOLS * (2 * N - FAST - SLOW));
    assert_true(run_count("asset_lists") == N); /* asked again at each hit */
}

/* Runs, lets `spoil` write to what a cache handed out, and runs again: the checker must stop it. */
static void wrong_entry(uint64_t layers, void (*spoil)(struct bt_run *run, struct bundle *b),
                        const char *says)
{
    struct bt_settings s = settings();
    for (int checked = 0; checked < 2; checked++) {
        s.check_caches = checked;
        struct bt_run *run = open_with(&s, layers);
        struct bundle *b = opened(dir);
        struct err e = {0};
        spoil(run, b);
        bool ok = bt_run_step(run, 0, 1, &e);
        assert_true(ok == !checked); /* unseen without the check */
        if (checked) {
            assert_int_equal(e.code, ERR_MISMATCH);
            assert_says(&e, says);
            assert_says(&e, "the entry differs from a fresh one");
        }
        bundle_close(b);
        bt_run_close(run);
    }
}

static struct bt_slice whole_slice(const struct bt_run *run, struct bundle *b)
{
    const struct bt_range *range = &run->plan.ranges[0];
    return (struct bt_slice){b, 1, all_assets, SYMBOLS, range->from, range->to};
}

static void spoil_list(struct bt_run *run, struct bundle *b)
{
    struct bt_assets assets;
    struct bt_lease lease;
    struct err e = {0};
    assert_ok(BT_CALL(run->ops.assets, run, b, &assets, &lease, &e), &e);
    ((struct bundle_asset *)(uintptr_t)assets.v)[1].rows++;
    bt_lease_end(&lease);
}

static void spoil_columns(struct bt_run *run, struct bundle *b)
{
    struct bt_slice slice = whole_slice(run, b);
    struct bt_bars bars;
    struct bt_lease lease;
    struct err e = {0};
    assert_ok(BT_CALL(run->ops.group, run, &slice, &bars, &lease, &e), &e);
    ((int64_t *)(uintptr_t)bars.field[BT_HIGH].p)[3]++;
    bt_lease_end(&lease);
}

static void spoil_sums(struct bt_run *run, struct bundle *b)
{
    struct bt_slice slice = whole_slice(run, b);
    struct bt_bars bars;
    struct bt_lease lease;
    struct bt_series series;
    struct bt_indicator sums;
    struct bt_ask ask = {BT_SMA, 7};
    struct err e = {0};
    assert_ok(BT_CALL(run->ops.group, run, &slice, &bars, &lease, &e), &e);
    bars.of = &slice;
    assert_ok(BT_CALL(run->ops.history, run, &bars, BT_CLOSE, &series, &e), &e);
    assert_ok(BT_CALL(run->ops.indicator, run, &ask, &series, &sums, &e), &e);
    ((int64_t *)(uintptr_t)sums.column[0].whole)[9]++;
    bt_lease_end(&lease);
}

static void a_wrong_entry_is_caught_and_named(void **state)
{
    (void)state;
    wrong_entry(ASSET_CACHE, spoil_list, "cache asset-cache: content ");
    wrong_entry(PRE_GROUP, spoil_columns, "cache pre-group: columns of asset 1, times ");
    wrong_entry(HISTORY_CACHE, spoil_sums,
                "cache history-cache: indicator 0, window 7, field 4 of asset 1, times ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(asset_cache_asks_for_the_list_once),
        TEST(array_return_copies_no_series),
        TEST(array_return_hands_out_the_column_itself),
        TEST(history_cache_computes_each_window_once),
        TEST(every_hit_rate_is_a_ratio),
        TEST(workers_requests_are_told_too),
        TEST(memory_is_counted_by_component_and_given_back),
        TEST(no_answer_is_that_of_another_question),
        TEST(a_series_of_nobody_is_not_cached),
        TEST(what_could_not_be_computed_is_not_cached),
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
        TEST(a_cleared_cache_answers_anew),
        TEST(an_unknown_cache_is_refused_with_those_there_are),
        TEST(touched_files_leave_the_caches_good),
        TEST(a_version_check_reads_nothing),
        TEST(a_replaced_bundle_gives_its_own_content),
        TEST(data_edited_in_place_are_refused),
        TEST(a_check_of_sound_caches_changes_nothing),
        TEST(a_wrong_entry_is_caught_and_named),
    };
    return cmocka_run_group_tests_name("caches", tests, make_bundles, NULL);
}

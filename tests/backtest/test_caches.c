/* The caches of a run: what they save, what their keys tell apart, what a check of them finds. */
#include "tests/backtest/caches.h"

#include "harness/base/rng.h"
#include "kernels/backtest/numerics/sma.h"

#include "tests/test.h"

#include <string.h>

static int make_bundles(void **state)
{
    (void)state;
    caches_make("caches");
    return 0;
}

/* ---- what each layer saves --------------------------------------------------------------------- */

static void asset_cache_asks_for_the_list_once(void **state)
{
    (void)state;
    struct bt_settings s = caches_settings();
    run_whole(&s, ASSET_CACHE, NULL);
    assert_int_equal(run_count("asset_lists"), 1);
    assert_int_equal(run_count("asset_cache_hits"), N - 1);
    assert_int_equal(run_count("asset_cache_misses"), 1);
}

static void array_return_copies_no_series(void **state)
{
    (void)state;
    struct bt_settings s = caches_settings();
    run_whole(&s, PRE_GROUP | ARRAY_RETURN, NULL);
    assert_int_equal(run_count("history_views"), 2 * N * SYMBOLS); /* close, and what fills get */
    assert_int_equal(run_count("history_copies"), 0);
}

static void array_return_hands_out_the_column_itself(void **state)
{
    (void)state;
    const int64_t rows[] = {1, -1, 2, -2, 3, -3};
    struct bt_settings s = caches_settings();
    struct bt_run *run = caches_open(&s, PRE_GROUP | ARRAY_RETURN);
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
    struct bt_settings s = caches_settings();
    run_whole(&s, HISTORY_CACHE, NULL);
    assert_int_equal(run_count("history_cache_misses"), SYMBOLS * (FAST + SLOW));
    assert_int_equal(run_count("history_cache_hits"), SYMBOLS * (2 * N - FAST - SLOW));
    assert_int_equal(run_count("history_cache_evictions"), 0);
    assert_int_equal(run_count("history_cache_refusals"), 0);
}

static void every_hit_rate_is_a_ratio(void **state)
{
    (void)state;
    struct bt_settings s = caches_settings();
    struct cache_stats all[BT_CACHES_MAX];
    struct bt_run *run = caches_open(&s, LAYERS_EXACT);
    caches_run(run);
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
    struct bt_settings s = caches_settings();
    s.workers = 2;
    struct bt_run *run = caches_open(&s, LAYERS_EXACT & ~(uint64_t)LAYER_shared_bundle);
    caches_run(run);
    struct cache_stats c = caches_stats(run, "history-cache");
    assert_int_equal(c.hits + c.misses, 2 * N * SYMBOLS);
    c = caches_stats(run, "bundle-pool");
    assert_int_equal(c.hits + c.misses, N);
    bt_run_close(run);
}

static void memory_is_counted_by_component_and_given_back(void **state)
{
    (void)state;
    struct bt_settings s = caches_settings();
    uint64_t assets = mem_counts(MEM_ASSETS).held_bytes;
    uint64_t history = mem_counts(MEM_HISTORY).held_bytes;
    struct bt_run *run = caches_open(&s, LAYERS_EXACT);
    assert_int_equal(mem_counts(MEM_HISTORY).held_bytes, history); /* nothing before it is used */
    caches_run(run);
    assert_true(mem_counts(MEM_ASSETS).held_bytes - assets >=
                caches_stats(run, "asset-cache").bytes);
    assert_true(mem_counts(MEM_HISTORY).held_bytes - history >=
                caches_stats(run, "history-cache").bytes);
    assert_true(caches_stats(run, "history-cache").bytes > 0);
    bt_run_close(run);
    assert_int_equal(mem_counts(MEM_ASSETS).held_bytes, assets);
    assert_int_equal(mem_counts(MEM_HISTORY).held_bytes, history);
}

/* ---- keys -------------------------------------------------------------------------------------- */

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
    struct bt_settings s = caches_settings();
    s.history_cache_mb = 0.05; /* some must leave */
    s.cache_size_gb = 2e-5;
    struct bt_run *run = caches_open(&s, LAYERS_EXACT | LAYER_share_indicators);
    struct bundle *bundles[] = {caches_bundle(caches_dir), caches_bundle(caches_other),
                                caches_bundle(caches_hourly())};
    print_message("# %d cases from seed %llu\n", CASES, (unsigned long long)seed);
    for (int i = 0; i < CASES; i++) {
        static const long windows[] = {1, 2, 3, 5, 20};
        struct bt_slice slice = {.bundle = bundles[rng_below(&r, 3)],
                                 .asset = (uint32_t)rng_below(&r, SYMBOLS),
                                 .wanted = caches_assets,
                                 .wanted_count = SYMBOLS,
                                 .from = FIRST + (int64_t)rng_below(&r, 4) * 4 * DAY,
                                 .to = FIRST + (int64_t)rng_below(&r, 4) * 9 * DAY};
        enum bt_field field = rng_below(&r, 2) ? BT_OPEN : BT_CLOSE;
        if (!indicator_is_right(run, &slice, field, windows[rng_below(&r, 5)]))
            fail_msg("seed %llu, case %d: an answer to another question", (unsigned long long)seed,
                     i);
        arena_reset(&run->scratch);
    }
    assert_true(caches_stats(run, "history-cache").hits > CASES / 10);
    assert_true(caches_stats(run, "history-cache").evictions > 0);
    assert_true(caches_stats(run, "pre-group").evictions > 0);
    for (int i = 0; i < 3; i++)
        bundle_close(bundles[i]);
    bt_run_close(run);
}

static void a_series_of_nobody_is_not_cached(void **state)
{
    (void)state;
    int64_t v[] = {1, 2, 3};
    struct bt_settings s = caches_settings();
    struct bt_run *run = caches_open(&s, HISTORY_CACHE);
    struct bt_series series = {.v = v, .n = 3, .largest = 100};
    struct bt_ask ask = {BT_SMA, 2};
    struct bt_indicator sums;
    struct err e = {0};
    for (int i = 0; i < 2; i++) {
        v[2] = 3 + i;
        assert_ok(BT_CALL(run->ops.indicator, run, &ask, &series, &sums, &e), &e);
        assert_int_equal(sums.column[0].whole[2], 5 + i);
    }
    assert_int_equal(caches_stats(run, "history-cache").entries, 0);
    bt_run_close(run);
}

static void what_could_not_be_computed_is_not_cached(void **state)
{
    (void)state;
    int64_t v[] = {1};
    struct bt_settings s = caches_settings();
    struct bt_run *run = caches_open(&s, HISTORY_CACHE);
    struct bundle *b = caches_bundle(caches_dir);
    struct bt_slice slice = {b, 0, caches_assets, SYMBOLS, FIRST, FIRST};
    struct bt_bars bars = {.of = &slice, .n = 1, .largest = (int64_t)1 << 53};
    struct bt_series series = {v, 1, (int64_t)1 << 53, &bars, BT_CLOSE};
    struct bt_ask ask = {BT_SMA, 2000};
    struct bt_indicator sums;
    for (int i = 0; i < 2; i++) {
        struct err e = {0};
        assert_false(BT_CALL(run->ops.indicator, run, &ask, &series, &sums, &e));
        assert_says(&e, "window 2000");
    }
    assert_int_equal(caches_stats(run, "history-cache").entries, 0);
    assert_int_equal(caches_stats(run, "history-cache").misses, 2);
    bundle_close(b);
    bt_run_close(run);
}

/* ---- clearing by hand --------------------------------------------------------------------------- */

static void a_cleared_cache_answers_anew(void **state)
{
    (void)state;
    static const char *const names[] = {"bundle-pool", "pre-group", "asset-cache", "history-cache"};
    struct bt_settings s = caches_settings();
    struct bt_run *run = caches_open(&s, LAYERS_EXACT);
    struct err e = {0};
    caches_run(run);
    for (int i = 0; i < 4; i++) {
        assert_true(caches_stats(run, names[i]).entries > 0);
        assert_ok(bt_run_clear_caches(run, names[i], &e), &e);
        assert_int_equal(caches_stats(run, names[i]).entries, 0);
        assert_int_equal(caches_stats(run, names[i]).bytes, 0);
    }
    uint64_t misses = caches_stats(run, "history-cache").misses;
    caches_run(run);
    assert_int_equal(caches_stats(run, "history-cache").misses, 2 * misses);
    assert_int_equal(run_count_in(run, "bundle_opens"), 2);
    assert_int_equal(run_count_in(run, "asset_lists"), 2);
    assert_ok(bt_run_clear_caches(run, NULL, &e), &e);
    for (int i = 0; i < 4; i++)
        assert_int_equal(caches_stats(run, names[i]).entries, 0);
    bt_run_close(run);
}

static void an_unknown_cache_is_refused_with_those_there_are(void **state)
{
    (void)state;
    struct bt_settings s = caches_settings();
    struct err e = {0};
    struct bt_run *run = caches_open(&s, ASSET_CACHE | PRE_GROUP | BATCH_WRITE);
    assert_false(bt_run_clear_caches(run, "history-cache", &e));
    assert_string_equal(e.text, "cache \"history-cache\": expected one of those that are on: "
                                "pre-group, asset-cache");
    bt_run_close(run);
}

/* ---- check_caches ------------------------------------------------------------------------------- */

static void a_check_of_sound_caches_changes_nothing(void **state)
{
    (void)state;
    struct bt_settings s = caches_settings();
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
    struct bt_settings s = caches_settings();
    for (int checked = 0; checked < 2; checked++) {
        s.check_caches = checked;
        struct bt_run *run = caches_open(&s, layers);
        struct bundle *b = caches_bundle(caches_dir);
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
    return (struct bt_slice){b, 1, caches_assets, SYMBOLS, range->from, range->to};
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
        TEST(a_cleared_cache_answers_anew),
        TEST(an_unknown_cache_is_refused_with_those_there_are),
        TEST(a_check_of_sound_caches_changes_nothing),
        TEST(a_wrong_entry_is_caught_and_named),
    };
    return cmocka_run_group_tests_name("caches", tests, make_bundles, NULL);
}

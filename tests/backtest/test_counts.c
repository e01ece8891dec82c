/* What is done, exactly, by the base and with each layer on. */
#include "tests/backtest/market.h"
#include "tests/backtest/runs.h"

#include "kernels/backtest/run.h"

#include "tests/test.h"

enum { SYMBOLS = 3, BARS = 40, N = 55, ROWS = (SYMBOLS - 1) * BARS + BARS / 2 };
enum { BATCH = 50, BATCHES = 2 }; /* 50 and 5 */

static const char *bundle;

/* fast 2..6 x slow 7..17: 55 backtests. */
static void count_with(uint64_t layers)
{
    char store[1024];
    struct bt_settings s = market_settings(bundle, "2:6", "7:17");
    snprintf(store, sizeof store, "%s", test_folder("counts-store"));
    run_whole(&s, layers, store);
    assert_int_equal(run_count("backtests"), N);
    assert_int_equal(run_count("bar_backtests"), N * ROWS);
}

static int make_bundle(void **state)
{
    (void)state;
    static char dir[1024];
    snprintf(dir, sizeof dir, "%s/b", test_folder("counts"));
    market_make(dir, SYMBOLS, BARS, 1);
    bundle = dir;
    return 0;
}

static void the_base_does_everything_for_each_backtest(void **state)
{
    (void)state;
    count_with(LAYERS_NONE);
    assert_int_equal(run_count("checkpoint_reads"), N);
    assert_int_equal(run_count("checkpoint_writes"), N);
    assert_int_equal(run_count("result_writes"), N);
    assert_int_equal(run_count("bundle_opens"), N);
    assert_int_equal(run_count("asset_lists"), N);
    assert_int_equal(run_count("rows_scanned"), (uint64_t)N * SYMBOLS * ROWS);
    assert_int_equal(run_count("renames"), 2 * N);
    assert_int_equal(run_count("backtests_from_store"), 0);
}

static void checkpoint_cache_reads_the_checkpoint_once(void **state)
{
    (void)state;
    count_with(CHECKPOINT_CACHE);
    assert_int_equal(run_count("checkpoint_reads"), 1);
    assert_int_equal(run_count("checkpoint_cache_hits"), N - 1);
    assert_int_equal(run_count("checkpoint_writes"), N);
    assert_int_equal(run_count("bundle_opens"), N);
}

static void batch_write_writes_once_a_batch(void **state)
{
    (void)state;
    count_with(BATCH_WRITE);
    assert_int_equal(run_count("result_writes"), BATCHES);
    assert_int_equal(run_count("checkpoint_writes"), BATCHES);
    assert_int_equal(run_count("batches_written"), BATCHES);
    assert_int_equal(run_count("renames"), 2 * BATCHES);
    assert_int_equal(run_count("checkpoint_reads"), N + 1); /* the last batch is not full */
}

static void bundle_pool_opens_the_bundle_once(void **state)
{
    (void)state;
    count_with(BUNDLE_POOL);
    assert_int_equal(run_count("bundle_opens"), 1);
    assert_int_equal(run_count("bundle_pool_hits"), N - 1);
    assert_int_equal(run_count("bundle_pool_misses"), 1);
    assert_int_equal(run_count("rows_scanned"), (uint64_t)N * SYMBOLS * ROWS);
}

static void pre_group_scans_the_rows_once(void **state)
{
    (void)state;
    count_with(PRE_GROUP);
    assert_int_equal(run_count("rows_scanned"), 2 * ROWS); /* to count, then to copy */
    assert_int_equal(run_count("group_passes"), 1);
    assert_int_equal(run_count("group_cache_misses"), 1);
    assert_int_equal(run_count("group_cache_hits"), N * SYMBOLS - 1);
    assert_int_equal(run_count("bundle_opens"), N);
}

/* Both bounds are the time of a bar, so that one taken for the other's side is seen. */
static void pre_group_scans_the_rows_of_the_range_only(void **state)
{
    (void)state;
    struct bt_settings s = market_settings(bundle, "2:6", "7:17");
    struct kernel_digest found;
    s.from = "2000-01-11";
    s.to = "2000-01-28";
    run_part((struct run_part){&s, LAYERS_NONE, NULL, 0, -1, false}, &found);
    uint64_t rows = run_count("bar_backtests") / N;
    assert_in_range(rows, 2, ROWS - 1);
    assert_agree(run_whole(&s, PRE_GROUP, NULL), &found);
    assert_int_equal(run_count("bar_backtests"), N * rows);
    assert_int_equal(run_count("rows_scanned"), 2 * rows);
}

static void all_layers_together_do_each_thing_once(void **state)
{
    (void)state;
    count_with(LAYERS_EXACT);
    assert_int_equal(run_count("checkpoint_reads"), 1);
    assert_int_equal(run_count("result_writes"), BATCHES);
    assert_int_equal(run_count("bundle_opens"), 1);
    assert_int_equal(run_count("rows_scanned"), 2 * ROWS);
}

static void workers_count_as_one_process_does(void **state)
{
    (void)state;
    char store[1024];
    struct bt_settings s = market_settings(bundle, "2:6", "7:17");
    s.workers = 2;
    snprintf(store, sizeof store, "%s", test_folder("counts-workers"));
    run_whole(&s, LAYERS_NONE, store);
    assert_int_equal(run_count("backtests"), N);
    assert_int_equal(run_count("bundle_opens"), N);
    assert_int_equal(run_count("rows_scanned"), (uint64_t)N * SYMBOLS * ROWS);
    assert_int_equal(run_count("result_writes"), N);
    assert_int_equal(run_count("renames"), 2 * N);
    assert_int_equal(run_count("checkpoint_reads"), 1); /* for a batch of jobs, not for each */
}

/* Too few symbols to share out: backtests are, though they are hardly more than one job's. */
static void four_hundred_backtests_are_enough_for_two_workers(void **state)
{
    (void)state;
    struct bt_settings s = market_settings(bundle, "2:11", "12:51");
    s.workers = 2;
    run_whole(&s, LAYERS_ALL, NULL);
    assert_int_equal(run_count("backtests"), 400);
    assert_int_equal(run_count("workers_started"), 2);
}

static void a_cache_too_small_for_all_still_serves_each(void **state)
{
    (void)state;
    char store[1024];
    struct kernel_digest found;
    struct bt_settings s = market_settings(bundle, "2:6", "7:17");
    snprintf(store, sizeof store, "%s", test_folder("counts-store"));
    run_part((struct run_part){&s, LAYERS_NONE, NULL, 0, -1, false}, &found);
    s.cache_size_gb = 2000.0 / (1 << 30); /* one asset fits, 40 bars of 40 bytes; two do not */
    assert_agree(run_whole(&s, PRE_GROUP, store), &found);
    assert_int_equal(run_count("group_passes"), N * SYMBOLS);
    assert_true(run_count("group_cache_evictions") > 0);
    s.cache_size_gb = 500.0 / (1 << 30); /* none does */
    assert_agree(run_whole(&s, PRE_GROUP, NULL), &found);
}

/* ---- looking back ----------------------------------------------------------------------------- */

enum { FAIL_FROM = 40 };

static const struct bt_evaluate_link *beneath;

static bool evaluate_or_fail(const struct bt_evaluate_link *self, struct bt_run *run,
                             const struct bt_job *job, const struct bt_bars *bars,
                             struct bt_outcome *outs, struct err *e)
{
    (void)self;
    return job->items[0].backtest < FAIL_FROM ? BT_CALL(beneath, run, job, bars, outs, e)
                                              : err_input(e, "made to fail");
}

static bool count_combined(void *context, const struct bt_combined *combined, struct err *e)
{
    (void)combined;
    (void)e;
    ++*(long *)context;
    return true;
}

static void a_look_back_loads_what_is_stored_once_whatever_has_failed(void **state)
{
    (void)state;
    static const struct bt_evaluate_link link = {.call = evaluate_or_fail};
    struct bt_settings s = market_settings(bundle, "2:6", "7:17");
    struct err e = {0};
    long combined = 0;
    static const char *ranges[] = {"2000-01-01:2000-01-25", "2000-01-26:"};
    s.range = (struct opt_texts){ranges, 2};
    s.continue_on_error = true;
    struct bt_run_target target = {
        .store = test_folder("counts-store"),
        .consumer = {.combined = count_combined, .context = &combined}
    };
    struct bt_run *run = bt_run_open(&s, LAYER_batch, target, &e);
    assert_ok(run, &e);
    beneath = run->ops.evaluate;
    run->ops.evaluate = &link;
    assert_ok(bt_run_step(run, 0, 2 * N, &e) && bt_run_finish(run, &e), &e);
    assert_int_equal(run->counts.failed, 2 * N - FAIL_FROM);
    assert_int_equal(combined, FAIL_FROM);
    assert_int_equal(run->counts.results_parsed, FAIL_FROM);
    bt_run_close(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_base_does_everything_for_each_backtest),
        TEST(checkpoint_cache_reads_the_checkpoint_once),
        TEST(batch_write_writes_once_a_batch),
        TEST(bundle_pool_opens_the_bundle_once),
        TEST(pre_group_scans_the_rows_once),
        TEST(pre_group_scans_the_rows_of_the_range_only),
        TEST(all_layers_together_do_each_thing_once),
        TEST(workers_count_as_one_process_does),
        TEST(four_hundred_backtests_are_enough_for_two_workers),
        TEST(a_cache_too_small_for_all_still_serves_each),
        TEST(a_look_back_loads_what_is_stored_once_whatever_has_failed),
    };
    return cmocka_run_group_tests_name("counts", tests, make_bundle, NULL);
}

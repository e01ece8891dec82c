/* Ways in which caches and pools of other systems went wrong, each shown to be shut here.
 *
 * What each trap was                               where it is tested
 *  1 a version check that loads the data           test_caches: a_version_check_reads_nothing
 *  2 other prices under the same dates unseen      test_resume: a_bundle_replaced_in_mid_run_gives...
 *                                                  test_caches: a_replaced_bundle_gives_its_own_content
 *  3 columns kept without their range              here: windows_of_a_walk_never_share_columns
 *  4 history kept without frequency or bundle      test_caches: no_answer_is_that_of_another_question
 *                                                  here: daily_and_hourly_bars_of_one_folder...
 *  5 a tier without limit, use above 100 %         test_caches: history_cache_mb_bounds_both_tiers
 *                                                  test_stats: how_full_it_is_is_a_ratio...
 *  6 cached memory handed out to be changed        here: nobody_writes_into_what_a_cache_hands_out
 *  7 settings without effect                       test_caches: lru_maxsize..., each_variable_sets...
 *  8 layers that nothing calls, pools that do      here: each_layer_stands_in_some_slot_of_the_run,
 *    not persist                                   workers_persist_over_batches_and_ranges
 *  9 a pool that is not shared between processes   here: forked_workers_open_no_bundle
 * 10 a comparison of a thing with itself           here: each_layer_stands_in_some_slot_of_the_run
 * 14 a random search that overshoots by workers    here: a_random_search_makes_just_its_trials
 *    time-outs that stop nobody                    test_lost: a_hung_worker_is_named_with_the_time
 * 15 a choice that is announced and not made       here: a_walk_tests_what_its_training_chose,
 *                                                  a_resumed_walk_chooses_as_the_first_one_did
 * of the straddles' caches, those that this kernel could have as well:
 *    "off" that leaves some caches on              here: without_layers_nothing_is_remembered
 *    the first path wins, the second is ignored    test_caches: max_bundle_pool_size_bounds_the_pool
 *    an answer under too small a key               3 and 4; test_caches: no_answer_is_that_of...
 * and those that `cupel verify` found in this one:
 *    a batch's results of replaced data not         here: what_was_computed_after_a_replacement_is...
 *    summed up, or hidden by stale ones
 */
#include "tests/backtest/market.h"
#include "tests/backtest/runs.h"

#include "harness/verify/passage.h"
#include "harness/verify/sets.h"
#include "kernels/backtest/strategies.h"
#include "kernels/store/bundle.h"

#include "tests/test.h"

#include <string.h>

enum { SYMBOLS = 3, BARS = 200, HOUR = 3600, DAY = 24 * HOUR, FIRST = 10957 * DAY };

static char dir[1024];
static struct arena arena;

static int make_bundle(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "%s/b", test_folder("traps"));
    market_make(dir, SYMBOLS, BARS, 1);
    return 0;
}

static int forget(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static struct bt_settings settings(void)
{
    struct bt_settings s = market_settings(dir, "2:5", "5,9,20");
    s.trades = true;
    s.batch_size = 4;
    s.checkpoint_batch_size = 3;
    return s;
}

static struct bt_settings walk(void)
{
    struct bt_settings s = settings();
    s.search = "walk-forward";
    s.train_bars = 60;
    s.validation_bars = s.test_bars = 30;
    s.step_bars = 20;
    return s;
}

static struct bt_settings two_ranges(void)
{
    static const char *ranges[] = {"first=2000-01-01:2000-03-31", "second=2000-04-01:"};
    struct bt_settings s = settings();
    s.range = (struct opt_texts){ranges, 2};
    return s;
}

/* The outcome of a passage, without a store unless one is given. */
static struct outcome outcome_of(const struct bt_settings *s, uint64_t layers, const char *store,
                                 bool resume)
{
    struct outcome o = {0};
    struct err e = {0};
    struct passage p = {.settings = s, .layers = layers, .store = store, .resume = resume};
    assert_ok(passage_run(&p, &o, &e), &e);
    return o;
}

static void assert_same(struct outcome *found, const struct outcome *expected)
{
    struct err e = {0};
    assert_ok(outcome_same(found, expected, 0, &e), &e);
    outcome_done(found);
}

/* ---- keys --------------------------------------------------------------------------------------- */

static void windows_of_a_walk_never_share_columns(void **state)
{
    (void)state;
    static const uint64_t caches[] = {PRE_GROUP, HISTORY_CACHE, PRE_GROUP | HISTORY_CACHE};
    struct bt_settings s = walk();
    struct outcome base = outcome_of(&s, LAYERS_NONE, NULL, false);
    assert_true(base.backtests > 4 * 3 * 2);
    s.check_caches = true;
    for (size_t i = 0; i < sizeof caches / sizeof *caches; i++) {
        struct outcome o = outcome_of(&s, caches[i], NULL, false);
        assert_same(&o, &base);
    }
    outcome_done(&base);
}

/* As many bars of the same symbols between the same days, but of other hours and prices. */
static void make_hourly(void)
{
    struct err e = {0};
    struct bundle_target target = {
        .dir = dir, .source = "test", .synthetic = true, .replace = true};
    struct bundle_writer *w = bundle_writer_open(&target, &e);
    assert_ok(w, &e);
    for (int a = 0; a < SYMBOLS; a++) {
        char symbol[16];
        uint32_t id;
        snprintf(symbol, sizeof symbol, "S%02d", a);
        assert_ok(bundle_writer_asset(w, str_of(symbol), &id, &e), &e);
        for (int t = a == 1 ? BARS / 2 : 0; t < BARS; t++) {
            int64_t p = 30000000 + 400000 * ((t * 37 + a * 11) % 29);
            int64_t time = t == BARS - 1 ? FIRST + (BARS - 1) * (int64_t)DAY : FIRST + t * HOUR;
            struct bar_row row = {
                .time = time, .asset = id, .open = p, .high = p, .low = p, .close = p};
            assert_ok(bundle_writer_row(w, &row, &e), &e);
        }
    }
    assert_ok(bundle_writer_commit(w, NULL, &arena, &e), &e);
}

static bool become_hourly(void *context, struct err *e)
{
    (void)context;
    (void)e;
    make_hourly();
    return true;
}

static void daily_and_hourly_bars_of_one_folder_never_meet(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    struct outcome base = {0}, other = {0};
    struct err e = {0};
    struct passage p = {.settings = &s, .half_way = become_hourly};
    assert_ok(passage_run(&p, &base, &e), &e);
    market_make(dir, SYMBOLS, BARS, 1);
    p.layers = LAYERS_EXACT;
    assert_ok(passage_run(&p, &other, &e), &e);
    market_make(dir, SYMBOLS, BARS, 1);
    assert_string_not_equal(base.kept.v[0].content, base.kept.v[base.kept.n - 1].content);
    assert_same(&other, &base);
    outcome_done(&base);
}

/* ---- memory that is handed out ------------------------------------------------------------------ */

static const struct {
    const char *name, *params[3];
} strategies[] = {
    {"sma-cross",     {"fast=2:5", "slow=5,9,20", NULL}},
    {"ema-cross",     {"fast=2:5", "slow=5,9,20", NULL}},
    {"rsi-bollinger", {"rsi=3,5", "std=0.5,1", NULL}   },
    {"momentum",      {"window=1,5,20", NULL}          },
    {"buy-hold",      {NULL}                           },
};

/* Every entry is compared with a fresh one at each later use: who wrote into it is found out. */
static void nobody_writes_into_what_a_cache_hands_out(void **state)
{
    (void)state;
    size_t n = 0;
    while (bt_strategies[n])
        n++;
    assert_int_equal(n, sizeof strategies / sizeof *strategies);
    for (size_t i = 0; i < n; i++) {
        struct bt_settings s = settings();
        const char *params[3];
        int count = 0;
        for (; strategies[i].params[count]; count++)
            params[count] = strategies[i].params[count];
        s.strategy = strategies[i].name;
        s.param = (struct opt_texts){params, count};
        s.metrics = "all";
        s.snapshots = "daily";
        s.check_caches = true;
        for (int f = 0; f < 2; f++) {
            struct outcome o = {0};
            struct err e = {0};
            struct passage p = {.settings = &s, .layers = LAYERS_EXACT, .again = true};
            s.fill = f ? "next-open" : "close";
            assert_ok(passage_run(&p, &o, &e), &e);
            assert_int_equal(o.again.n, o.kept.n);
            outcome_done(&o);
        }
    }
}

static void without_layers_nothing_is_remembered(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    run_whole(&s, LAYERS_NONE, NULL);
    uint64_t n = run_count("backtests");
    assert_true(n > 2);
    assert_int_equal(run_count("bundle_opens"), n);
    assert_int_equal(run_count("asset_lists"), n);
    assert_int_equal(run_count("rows_scanned"), n * SYMBOLS * ((SYMBOLS - 1) * BARS + BARS / 2));
}

/* ---- layers that are what they say -------------------------------------------------------------- */

static int slots_of(uint64_t layers)
{
    struct bt_settings s = settings();
    struct err e = {0};
    struct bt_run *run = bt_run_open(&s, layers, (struct bt_run_target){0}, &e);
    assert_ok(run, &e);
    int n = 0;
#define IS_OTHER(slot, ...)                                                                        \
    for (const struct bt_##slot##_link *l = run->ops.slot; l; l = l->next)                         \
        n += l->call != bt_base.slot;
    BT_SLOTS(IS_OTHER)
#undef IS_OTHER
    bt_run_close(run);
    return n;
}

static void each_layer_stands_in_some_slot_of_the_run(void **state)
{
    (void)state;
    assert_int_equal(slots_of(LAYERS_NONE), 0);
    for (int i = 0; i < BT_SWITCHES; i++) {
        uint64_t alone = (uint64_t)1 << i, with;
        assert_true(sets_complete(alone, LAYERS_EXACT, &with));
        int without = with == alone ? 0 : slots_of(with & ~alone);
        assert_true(slots_of(with) > without);
    }
}

static void workers_persist_over_batches_and_ranges(void **state)
{
    (void)state;
    struct bt_settings s = two_ranges();
    s.workers = 2;
    run_whole(&s, LAYERS_NONE, NULL);
    uint64_t batches = run_count("worker_batches");
    assert_true(batches >= 4);
    assert_true(run_count("workers_started") > 2);
    run_whole(&s, LAYER_persistent_pool, NULL);
    assert_int_equal(run_count("worker_batches"), batches);
    assert_int_equal(run_count("workers_started"), 2);
}

static void forked_workers_open_no_bundle(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    s.workers = 2;
    run_whole(&s, BUNDLE_POOL | LAYER_persistent_pool, NULL);
    assert_true(run_count("bundle_opens") >= 1); /* by each that had a job */
    run_whole(&s, BUNDLE_POOL | LAYER_persistent_pool | LAYER_shared_bundle, NULL);
    assert_int_equal(run_count("bundle_opens"), 1); /* the parent's */
    assert_int_equal(run_count("bundles_shared"), run_count("backtests"));
}

/* ---- searches ----------------------------------------------------------------------------------- */

static void a_random_search_makes_just_its_trials(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    s.search = "random";
    for (s.trials = 1; s.trials <= 8; s.trials++) {
        s.workers = 1;
        struct outcome base = outcome_of(&s, LAYERS_NONE, NULL, false);
        assert_int_equal(base.kept.n, s.trials);
        for (s.workers = 2; s.workers <= 3; s.workers++) {
            struct outcome o = outcome_of(&s, LAYERS_EXACT, NULL, false);
            assert_same(&o, &base);
        }
        outcome_done(&base);
    }
}

static double objective_of(const struct bt_kept_one *one)
{
    return bt_metric_mean(bt_metric_find(str_of("sharpe")), one->rows, one->symbol_count);
}

/* Names are w01-train, w01-validation, w01-test. */
static bool is_phase(const struct bt_kept_one *one, const char *phase)
{
    return strcmp(strchr(one->range, '-') + 1, phase) == 0;
}

static void a_walk_tests_what_its_training_chose(void **state)
{
    (void)state;
    struct bt_settings s = walk();
    struct outcome o = outcome_of(&s, LAYERS_EXACT, NULL, false);
    const struct bt_kept_one *best = NULL;
    const char *window = "";
    int tests = 0, validations = 0;
    for (long i = 0; i < o.kept.n; i++) {
        const struct bt_kept_one *one = &o.kept.v[i];
        if (strncmp(one->range, window, 3) != 0)
            best = NULL;
        window = one->range;
        if (is_phase(one, "train")) {
            if (!best || objective_of(one) > objective_of(best)) /* the first wins ties */
                best = one;
            continue;
        }
        assert_non_null(best);
        assert_string_equal(one->id, best->id);
        tests += is_phase(one, "test");
        validations += is_phase(one, "validation");
    }
    assert_true(tests >= 3);
    assert_int_equal(validations, tests);
    outcome_done(&o);
}

/* Torn in a window's middle: what is recalled has its say in the choice as what was computed. */
static void a_resumed_walk_chooses_as_the_first_one_did(void **state)
{
    (void)state;
    struct bt_settings s = walk();
    struct outcome base = outcome_of(&s, LAYERS_NONE, NULL, false);
    for (int i = 0; i < 2; i++) {
        const char *store = test_folder("traps-walk");
        struct outcome torn = {0};
        struct err e = {0};
        struct passage p = {.settings = &s, .layers = LAYERS_EXACT, .store = store, .torn = true};
        assert_ok(passage_run(&p, &torn, &e), &e);
        outcome_done(&torn);
        struct outcome o = outcome_of(&s, i ? LAYERS_EXACT : LAYERS_NONE, store, true);
        assert_true(o.resumed > 0);
        assert_same(&o, &base);
    }
    outcome_done(&base);
}

/* Enough backtests for jobs of three. */
static void a_job_of_several_backtests_keeps_their_order(void **state)
{
    (void)state;
    struct bt_settings s = market_settings(dir, "2:11", "12:26");
    s.batch_size = 150;
    struct outcome base = outcome_of(&s, LAYERS_NONE, NULL, false);
    assert_int_equal(base.kept.n, 150);
    s.workers = 2;
    struct outcome o = outcome_of(&s, LAYERS_EXACT, NULL, false);
    assert_same(&o, &base);
    outcome_done(&base);
}

/* ---- found by verification ---------------------------------------------------------------------- */

static bool replace(void *context, struct err *e)
{
    (void)context;
    (void)e;
    market_make(dir, SYMBOLS, BARS, 77);
    return true;
}

static void what_was_computed_after_a_replacement_is_summed_up(void **state)
{
    (void)state;
    static const uint64_t some[] = {LAYER_batch, LAYER_batch | BATCH_WRITE,
                                    LAYER_batch | BATCH_WRITE | LAYER_selective_load,
                                    LAYERS_EXACT & ~LAYER_stream_results, LAYERS_EXACT};
    struct bt_settings s = two_ranges();
    struct outcome updated = {0}, o = {0};
    struct err e = {0};
    struct passage p = {.settings = &s, .half_way = replace};
    assert_ok(passage_run(&p, &updated, &e), &e);
    struct outcome after = outcome_of(&s, LAYERS_NONE, NULL, false);
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        const char *store = test_folder("traps-store");
        market_make(dir, SYMBOLS, BARS, 1);
        p.layers = some[i];
        p.store = store;
        assert_ok(passage_run(&p, &o, &e), &e);
        assert_same(&o, &updated);
        o = outcome_of(&s, some[i], store, true);
        assert_true(o.resumed > 0 && o.resumed < o.taken);
        assert_same(&o, &after);
    }
    market_make(dir, SYMBOLS, BARS, 1);
    outcome_done(&updated);
    outcome_done(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(windows_of_a_walk_never_share_columns),
        TEST(daily_and_hourly_bars_of_one_folder_never_meet),
        TEST(nobody_writes_into_what_a_cache_hands_out),
        TEST(without_layers_nothing_is_remembered),
        TEST(each_layer_stands_in_some_slot_of_the_run),
        TEST(workers_persist_over_batches_and_ranges),
        TEST(forked_workers_open_no_bundle),
        TEST(a_random_search_makes_just_its_trials),
        TEST(a_walk_tests_what_its_training_chose),
        TEST(a_resumed_walk_chooses_as_the_first_one_did),
        TEST(a_job_of_several_backtests_keeps_their_order),
        TEST(what_was_computed_after_a_replacement_is_summed_up),
    };
    return cmocka_run_group_tests_name("traps", tests, make_bundle, forget);
}

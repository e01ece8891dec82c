/* The slots kernel: every set of layers hands out the same, a wrong value is seen, counts are of the
 * measured calls, and workers and sweeps do what the layers promise. */
#include "harness/plan/plan.h"
#include "harness/result/agree.h"
#include "harness/verify/sets.h"
#include "kernels/backtest/backtest.h"
#include "kernels/slots/slots.h"
#include "kernels/slots/slots_memory.h"
#include "kernels/slots/slots_parts.h"
#include "tests/backtest/market.h"
#include "tests/backtest/runs.h"

#include "tests/test.h"

#include <glob.h>
#include <string.h>
#include <unistd.h>

static struct arena arena;
static char market[1024], other_market[1024];

static int make_markets(void **state)
{
    (void)state;
    snprintf(market, sizeof market, "%s/b", test_folder("slots"));
    market_make(market, 3, 40, 1);
    snprintf(other_market, sizeof other_market, "%s/b", test_folder("slots-other"));
    market_make(other_market, 3, 40, 2);
    return 0;
}

static int forget(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

/* Two calls, or more where fewer would not meet a cache; four backtests. */
static struct slots_settings settings_of(const char *slot)
{
    static const char *param[] = {"fast=2,3", "slow=5,7"};
    struct slots_settings s;
    opt_defaults(kernel_slots.options, &s, &arena);
    s.slot = slot;
    s.calls = strcmp(slot, "indicator") == 0 ? 20 : 2;
    s.windows = "2:6:2";
    s.run.bundle = market;
    s.run.param = (struct opt_texts){param, 2};
    s.run.history_cache_reuse = 1;
    s.run.workers = strcmp(slot, "workers") == 0 || strcmp(slot, "sweep") == 0 ? 2 : 1;
    return s;
}

static struct slots *prepare(const struct slots_settings *settings, uint64_t layers)
{
    struct err e = {0};
    const struct kernel_case c = {.settings = settings, .layers = layers};
    void *s = kernel_slots.prepare(&c, &e);
    assert_ok(s, &e);
    return s;
}

static void step_all(struct slots *s)
{
    struct err e = {0};
    assert_ok(kernel_slots.step(s, 0, kernel_slots.jobs(s), &e), &e);
}

static uint64_t count_of(const struct slots *s, const char *name)
{
    struct kernel_count counts[KERNEL_COUNTS_MAX];
    int n = kernel_slots.counts(s, counts, KERNEL_COUNTS_MAX);
    for (int i = 0; i < n; i++)
        if (strcmp(counts[i].name, name) == 0)
            return counts[i].value;
    fail_msg("no count is named %s", name);
    return 0;
}

static struct kernel_digest digest_of(struct slots *s)
{
    struct err e = {0};
    struct kernel_digest digest = {0};
    assert_ok(kernel_slots.digest(s, &digest, &e), &e);
    kernel_slots.release(s);
    return digest;
}

static struct kernel_digest run_slot(const struct slots_settings *settings, uint64_t layers)
{
    struct slots *s = prepare(settings, layers);
    step_all(s);
    return digest_of(s);
}

/* ---- the same from every set ------------------------------------------------------------------- */

/* Each alone, all but each, none, all, and the one pair of which neither alone does what both do; with
 * workers, which take long to make, those of them that these ask. */
static bool is_tried(const struct slots_settings *s, uint64_t set)
{
    const uint64_t asked =
        BUNDLE_POOL | ASSET_CACHE | PRE_GROUP | LAYER_shared_bundle | LAYER_persistent_pool;
    int n = __builtin_popcountll(set);
    if (s->run.workers > 1)
        return n == BT_SWITCHES || (n == 1 && set & asked);
    return n <= 1 || n >= BT_SWITCHES - 1 || set == (PRE_GROUP | ARRAY_RETURN);
}

static void holds_every_set_against_none(const char *slot, const struct layer_sets *sets)
{
    struct slots_settings settings = settings_of(slot);
    struct kernel_digest base = run_slot(&settings, LAYERS_NONE);
    for (int i = 0; i < sets->n; i++) {
        struct err e = {0};
        if (!is_tried(&settings, sets->v[i]))
            continue;
        struct kernel_digest found = run_slot(&settings, sets->v[i]);
        if (!agree_check(&found, &base, "the base has", &e))
            fail_msg("slot %s, set %llx: %s", slot, (unsigned long long)sets->v[i], e.text);
    }
}

static void every_set_of_layers_hands_out_the_same(void **state)
{
    (void)state;
    struct layer_sets sets;
    sets_list(&kernel_backtest, LAYERS_ALL, &arena, &sets);
#define HOLDS(slot) holds_every_set_against_none(#slot, &sets);
    SLOTS_ROWS(HOLDS)
#undef HOLDS
}

static void every_indicator_is_the_same_from_a_cache(void **state)
{
    (void)state;
    struct slots_settings s = settings_of("indicator");
    for (const char *const *name = slots_indicator_names; *name; name++) {
        s.indicator = *name;
        struct kernel_digest base = run_slot(&s, LAYERS_NONE);
        struct kernel_digest found = run_slot(&s, LAYER_history_cache | LAYER_share_indicators);
        assert_string_equal(found.exact, base.exact);
    }
}

static void neither_cuts_nor_warm_calls_change_the_digest(void **state)
{
    (void)state;
    struct slots_settings s = settings_of("indicator");
    struct kernel_digest whole = run_slot(&s, LAYERS_NONE);
    s.warm = true;
    struct slots *cut = prepare(&s, HISTORY_CACHE);
    struct err e = {0};
    for (long i = 0; i < s.calls; i++)
        assert_ok(kernel_slots.step(cut, i, i + 1, &e), &e);
    assert_string_equal(digest_of(cut).exact, whole.exact);
}

/* ---- a wrong answer ------------------------------------------------------------------------------ */

static void other_data_have_another_digest(void **state)
{
    (void)state;
#define DIFFERS(slot)                                                                              \
    {                                                                                              \
        struct slots_settings s = settings_of(#slot);                                              \
        struct kernel_digest ours = run_slot(&s, LAYERS_NONE);                                     \
        s.run.bundle = other_market;                                                               \
        assert_string_not_equal(run_slot(&s, LAYERS_NONE).exact, ours.exact);                      \
    }
    DIFFERS(bundle)
    DIFFERS(filter)
    DIFFERS(convert)
    DIFFERS(columns)
    DIFFERS(indicator)
    DIFFERS(backtest)
    DIFFERS(sweep)
#undef DIFFERS
}

/* A cache that went wrong after its first answer: the value is changed where it is kept, as a layer with
 * a bug would keep it. */
static void is_seen(struct slots *planted, const struct slots_settings *settings)
{
    struct err e = {0};
    struct kernel_digest base = run_slot(settings, LAYERS_NONE);
    step_all(planted);
    struct kernel_digest found = digest_of(planted);
    assert_false(agree_check(&found, &base, "the base has", &e));
    assert_int_equal(e.code, ERR_MISMATCH);
}

static void a_wrong_value_in_a_column_is_a_mismatch(void **state)
{
    (void)state;
    static const char *const slots[] = {"filter", "convert", "columns"};
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++) {
        struct slots_settings settings = settings_of(slots[i]);
        settings.warm = true;
        struct slots *s = prepare(&settings, PRE_GROUP | ARRAY_RETURN);
        struct err e = {0};
        if (s->symbol_count == 0)
            assert_ok(slots_need_bars(s, &e), &e);
        int64_t *close = (int64_t *)(uintptr_t)s->symbols[1].bars.field[BT_CLOSE].p;
        close[3]++; /* not one of those that a call looks at */
        is_seen(s, &settings);
    }
}

static void a_wrong_value_in_an_indicator_is_a_mismatch(void **state)
{
    (void)state;
    struct slots_settings settings = settings_of("indicator");
    settings.warm = true;
    struct slots *s = prepare(&settings, HISTORY_CACHE);
    struct err e = {0};
    struct bt_ask ask = {BT_SMA, 4};
    struct bt_indicator x;
    assert_ok(BT_CALL(s->run->ops.indicator, s->run, &ask, &s->symbols[0].closes, &x, &e), &e);
    ((int64_t *)(uintptr_t)x.column[0].whole)[10]++;
    is_seen(s, &settings);
}

static void a_wrong_asset_is_a_mismatch(void **state)
{
    (void)state;
    struct slots_settings settings = settings_of("assets");
    settings.warm = true;
    struct slots *s = prepare(&settings, ASSET_CACHE);
    struct err e = {0};
    struct bt_assets assets;
    struct bt_lease lease;
    assert_ok(BT_CALL(s->run->ops.assets, s->run, s->held[0].bundle, &assets, &lease, &e), &e);
    ((struct bundle_asset *)(uintptr_t)assets.v)[1].first_time++;
    bt_lease_end(&lease);
    is_seen(s, &settings);
}

/* ---- counts ------------------------------------------------------------------------------------ */

static void counts_are_of_the_measured_calls(void **state)
{
    (void)state;
    struct slots_settings settings = settings_of("assets");
    settings.calls = 10;
    struct slots *s = prepare(&settings, LAYERS_NONE);
    step_all(s);
    assert_int_equal(count_of(s, "slot_calls"), 10);
    assert_int_equal(count_of(s, "asset_lists"), 10);
    digest_of(s);
    for (int warm = 0; warm < 2; warm++) {
        settings.warm = warm;
        s = prepare(&settings, ASSET_CACHE);
        step_all(s);
        assert_int_equal(count_of(s, "asset_cache_hits"), 9 + warm);
        assert_int_equal(count_of(s, "asset_cache_misses"), 1 - warm);
        assert_int_equal(count_of(s, "asset_lists"), 1 - warm);
        digest_of(s);
    }
}

static void kept_windows_are_hits_of_the_first_tier(void **state)
{
    (void)state;
    struct slots_settings settings = settings_of("indicator");
    settings.windows = "20";
    settings.warm = true;
    struct slots *s = prepare(&settings, HISTORY_CACHE);
    step_all(s);
    assert_int_equal(count_of(s, "history_cache_hits"), settings.calls);
    assert_int_equal(count_of(s, "history_cache_kept_hits"), settings.calls);
    assert_int_equal(count_of(s, "history_cache_misses"), 0);
    digest_of(s);
}

/* ---- workers ------------------------------------------------------------------------------------ */

static uint64_t counted(const char *slot, uint64_t layers, const char *count)
{
    struct slots_settings settings = settings_of(slot);
    settings.calls = 3;
    struct slots *s = prepare(&settings, layers);
    step_all(s);
    uint64_t value = count_of(s, count);
    digest_of(s);
    return value;
}

static void workers_come_and_stay_as_the_layers_have_it(void **state)
{
    (void)state;
    const uint64_t persistent = LAYER_persistent_pool, shared = LAYER_shared_bundle;
    assert_int_equal(counted("workers", LAYERS_NONE, "workers_started"), 6);
    assert_int_equal(counted("workers", persistent, "workers_started"), 2);
    assert_int_equal(counted("workers", LAYERS_NONE, "bundle_opens"), 6);
    assert_int_equal(counted("workers", shared, "bundle_opens"), 1);
    assert_int_equal(counted("workers", shared, "bundles_shared"), 6);
}

static void a_pool_is_kept_between_runs(void **state)
{
    (void)state;
    assert_int_equal(counted("sweep", LAYERS_NONE, "workers_started"), 6);
    assert_int_equal(counted("sweep", LAYER_persistent_pool, "workers_started"), 2);
    assert_int_equal(counted("sweep", LAYER_persistent_pool, "backtests"), 12);
}

/* The digest holds each run's: as many as there were. */
static void every_run_counts(void **state)
{
    (void)state;
    struct slots_settings settings = settings_of("sweep");
    struct kernel_digest two = run_slot(&settings, LAYERS_NONE);
    settings.calls = 3;
    struct kernel_digest three = run_slot(&settings, LAYERS_NONE);
    assert_string_not_equal(two.exact, three.exact);
    assert_string_equal(two.metrics, three.metrics);
    assert_int_equal(two.sums[0].defined + two.sums[0].undefined, 4 * 3);
}

static void memory_is_told_of_workers_that_live(void **state)
{
    (void)state;
    uint64_t rss = counted("workers", LAYERS_NONE, "worker_rss_bytes");
    uint64_t own = counted("workers", LAYERS_NONE, "worker_private_bytes");
    assert_true(rss > 100000 && own > 0 && own < rss);
    struct slots_memory m;
    assert_true(slots_memory_read(getpid(), &m));
    assert_int_equal(m.rss, m.shared + m.own);
    assert_true(m.pss <= m.rss);
    assert_false(slots_memory_read(0, &m));
}

/* ---- refusals ------------------------------------------------------------------------------------ */

static void refuses(const struct slots_settings *settings, const char *words)
{
    struct err e = {0};
    const struct kernel_case c = {.settings = settings};
    assert_null(kernel_slots.prepare(&c, &e));
    assert_says(&e, words);
    assert_int_equal(err_exit_status(e.code), 2);
}

static void bad_settings_are_refused_by_name(void **state)
{
    (void)state;
    struct slots_settings s = settings_of("assets");
    s.calls = 401;
    refuses(&s, "calls: expected at most 400 with slot assets, found 401");
    s = settings_of("filter");
    s.run.workers = 2;
    refuses(&s, "workers: expected 1 with slot filter, found 2");
    s = settings_of("workers");
    s.run.workers = 1;
    refuses(&s, "workers: expected 2 or more with slot workers, found 1");
    s = settings_of("indicator");
    s.windows = "0:3";
    refuses(&s, "param: windows: expected whole numbers from 1 to 10000 bars, found 0");
    s.windows = "20,x";
    refuses(&s, "windows=A,B,C, found \"20,x\"");
}

/* ---- the scenarios that use it ------------------------------------------------------------------- */

static struct kernel_digest run_side(const struct plan_side *side)
{
    struct slots_settings settings;
    struct err e = {0};
    opt_defaults(kernel_slots.options, &settings, &arena);
    assert_ok(opt_from_json(kernel_slots.options, &settings, side->settings, &arena, &e), &e);
    return run_slot(&settings, side->layers);
}

static void run_cells(const struct scenario *s, const struct json *over)
{
    struct plan p;
    struct err e = {0};
    assert_ok(plan_make(&p, s, &(struct plan_overrides){.settings = over}, &arena, &e), &e);
    for (int i = 0; i < p.count; i++) {
        assert_null(p.cells[i].skipped);
        if (json_number(json_get(p.cells[i].new.settings, "workers")) > 2)
            continue;
        struct kernel_digest base = run_side(&p.cells[i].base), new = run_side(&p.cells[i].new);
        if (!agree_check(&new, &base, "the base has", &e))
            fail_msg("%s: %s: %s", s->name, p.cells[i].id, e.text);
    }
    plan_done(&p);
}

/* Both sides of every comparison, on little data and in few calls; of those that differ in the number of
 * workers, which take long to make, the first. */
static void every_comparison_of_the_studies_agrees(void **state)
{
    (void)state;
    glob_t files;
    struct json *over = json_object();
    json_put_text(over, "bundle", market);
    json_put_text(over, "symbols", "all");
    json_put_number(over, "calls", 2);
    assert_int_equal(glob("scenarios/characteristics/*.json", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        struct scenario s;
        struct err e = {0};
        assert_ok(scenario_read(&s, files.gl_pathv[i], &arena, &e), &e);
        if (strcmp(s.kernel, kernel_slots.name) == 0)
            run_cells(&s, over);
        scenario_done(&s);
    }
    globfree(&files);
    json_free(over);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_set_of_layers_hands_out_the_same),
        TEST(every_indicator_is_the_same_from_a_cache),
        TEST(neither_cuts_nor_warm_calls_change_the_digest),
        TEST(other_data_have_another_digest),
        TEST(a_wrong_value_in_a_column_is_a_mismatch),
        TEST(a_wrong_value_in_an_indicator_is_a_mismatch),
        TEST(a_wrong_asset_is_a_mismatch),
        TEST(counts_are_of_the_measured_calls),
        TEST(kept_windows_are_hits_of_the_first_tier),
        TEST(workers_come_and_stay_as_the_layers_have_it),
        TEST(a_pool_is_kept_between_runs),
        TEST(every_run_counts),
        TEST(memory_is_told_of_workers_that_live),
        TEST(bad_settings_are_refused_by_name),
        TEST(every_comparison_of_the_studies_agrees),
    };
    return cmocka_run_group_tests_name("slots", tests, make_markets, forget);
}

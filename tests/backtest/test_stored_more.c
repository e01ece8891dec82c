/* Stored results and what is asked for now: more than is asked for serves, less is stale. */
#include "tests/backtest/market.h"
#include "tests/backtest/runs.h"

#include "kernels/backtest/kept.h"
#include "kernels/backtest/run.h"

#include "tests/test.h"

#include <string.h>

enum { N = 12, ASKS = 12 }; /* fast 2..4 x slow 7..10 */

static char bundle[1024];
static bool told_stale; /* by the last run */

/* What a run asks to be stored: one of 2 x 2 x 3. */
static struct bt_settings asking(int ask)
{
    struct bt_settings s = market_settings(bundle, "2:4", "7:10");
    s.metrics = bt_metrics_names[ask & 1];
    s.trades = (ask >> 1) & 1;
    s.snapshots = (const char *[]){"none", "daily", "weekly"}[ask / 4];
    s.checkpoint_batch_size = 5;
    return s;
}

static bool covers(int stored, int asked)
{
    return !(asked & ~stored & 3) && (asked / 4 == 0 || asked / 4 == stored / 4);
}

static int make_bundle(void **state)
{
    (void)state;
    snprintf(bundle, sizeof bundle, "%s/b", test_folder("stored-more"));
    market_make(bundle, 2, 60, 9);
    return 0;
}

/* A whole run, all of its results kept. Returns how many came from the store. */
static long run_kept(int ask, uint64_t layers, const char *store, bool force, struct bt_kept *kept)
{
    struct err e = {0};
    struct bt_settings s = asking(ask);
    s.force_rerun = force;
    struct bt_run_target target = {
        .store = store, .resume = true, .consumer = bt_kept_consumer(kept)};
    struct bt_run *run = bt_run_open(&s, layers, target, &e);
    assert_ok(run, &e);
    kept->plan = &run->plan;
    assert_ok(bt_run_step(run, 0, N, &e) && bt_run_finish(run, &e), &e);
    long resumed = (long)run->counts.resumed;
    assert_int_equal(run->counts.backtests, N - resumed);
    told_stale = run->notes.n && strstr(run->notes.p, "(stale)");
    assert_true(told_stale || run->notes.n == 0);
    bt_run_close(run);
    return resumed;
}

static void expect_same(const struct bt_kept *found, const struct bt_kept *expected)
{
    struct text why = {0};
    if (!bt_kept_same(found, expected, 1e-10, &why)) /* layers may sum in another order */
        fail_msg("%s", why.p);
    text_done(&why);
}

/* Returns how many of the results that were stored with `stored` served who asked for `asked`. */
static long stored_then_asked(int stored, int asked, uint64_t layers)
{
    const char *store = test_folder("stored-more-store");
    struct bt_kept first = {0}, found = {0}, expected = {0};
    run_kept(stored, layers, store, false, &first);
    bt_kept_done(&first);
    long resumed = run_kept(asked, layers, store, false, &found);
    assert_int_equal(told_stale, resumed == 0);
    run_kept(asked, LAYERS_NONE, NULL, false, &expected);
    expect_same(&found, &expected);
    bt_kept_done(&found);
    bt_kept_done(&expected);
    return resumed;
}

static void more_than_is_asked_for_serves_and_gives_the_same_results(void **state)
{
    (void)state;
    for (uint64_t set = LAYERS_NONE; set <= LAYERS_ALL; set += LAYERS_ALL)
        for (int pair = 0; pair < ASKS * ASKS; pair += set ? 1 : 5) /* single files take longer */
            if (covers(pair / ASKS, pair % ASKS))
                assert_int_equal(stored_then_asked(pair / ASKS, pair % ASKS, set), N);
}

static void less_than_is_asked_for_is_stale(void **state)
{
    (void)state;
    for (uint64_t set = LAYERS_NONE; set <= LAYERS_ALL; set += LAYERS_ALL)
        for (int pair = 0; pair < ASKS * ASKS; pair += 11)
            if (!covers(pair / ASKS, pair % ASKS))
                assert_int_equal(stored_then_asked(pair / ASKS, pair % ASKS, set), 0);
}

static void what_is_stored_stays_when_less_is_asked_for(void **state)
{
    (void)state;
    enum { MOST = 3 + 4, LEAST = 0 };
    for (uint64_t set = LAYERS_NONE; set <= LAYERS_ALL; set += LAYERS_ALL) {
        const char *store = test_folder("stored-more-store");
        struct bt_kept kept[3] = {0};
        run_kept(MOST, set, store, false, &kept[0]);
        assert_int_equal(run_kept(LEAST, set, store, false, &kept[1]), N);
        assert_int_equal(run_kept(MOST, set, store, false, &kept[2]), N);
        expect_same(&kept[2], &kept[0]);
        for (int k = 0; k < 3; k++)
            bt_kept_done(&kept[k]);
    }
}

static void a_forced_run_takes_nothing_from_the_store(void **state)
{
    (void)state;
    for (uint64_t set = LAYERS_NONE; set <= LAYERS_ALL; set += LAYERS_ALL) {
        const char *store = test_folder("stored-more-store");
        struct bt_kept kept[3] = {0};
        run_kept(3, set, store, false, &kept[0]);
        assert_int_equal(run_kept(3, set, store, true, &kept[1]), 0);
        expect_same(&kept[1], &kept[0]);
        assert_int_equal(run_kept(0, set, store, true, &kept[2]), 0); /* stored with less now */
        bt_kept_done(&kept[2]);
        assert_int_equal(run_kept(3, set, store, false, &kept[2]), 0);
        for (int k = 0; k < 3; k++)
            bt_kept_done(&kept[k]);
    }
}

/* ---- stamps ----------------------------------------------------------------------------------- */

static void stamp_of(const struct bt_settings *s, const char *content, char out[BT_STAMP_TEXT])
{
    struct err e = {0};
    struct arena a = {0};
    struct bt_plan plan;
    assert_ok(bt_plan_make(s, &a, &plan, &e), &e);
    bt_plan_stamp(&plan, 0, content ? content : plan.content, out);
    arena_done(&a);
}

static void a_stamp_depends_on_all_that_the_numbers_depend_on(void **state)
{
    (void)state;
    enum { OTHERS = 4 };
    static const char other[SHA256_HEX] =
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    struct bt_settings plain = asking(0), others[OTHERS];
    char stamp[BT_STAMP_TEXT], changed[BT_STAMP_TEXT];
    for (int i = 0; i < OTHERS; i++)
        others[i] = plain;
    others[0].symbols = "S00";
    others[1].symbols = "S01,S00";
    others[2].from = "2000-01-02";
    others[3].to = "2000-02-20";
    stamp_of(&plain, NULL, stamp);
    for (int i = 0; i <= OTHERS; i++) {
        stamp_of(i < OTHERS ? &others[i] : &plain, i < OTHERS ? NULL : other, changed);
        assert_false(bt_stamp_serves(changed, stamp) || bt_stamp_serves(stamp, changed));
    }
}

static void a_stamp_says_what_is_stored(void **state)
{
    (void)state;
    char stamps[ASKS][BT_STAMP_TEXT];
    for (int i = 0; i < ASKS; i++) {
        struct bt_settings s = asking(i);
        stamp_of(&s, NULL, stamps[i]);
        assert_int_equal(strncmp(stamps[i], stamps[0], BT_STAMP_TEXT - 2), 0);
    }
    for (int stored = 0; stored < ASKS; stored++)
        for (int asked = 0; asked < ASKS; asked++) {
            assert_int_equal(bt_stamp_serves(stamps[stored], stamps[asked]), covers(stored, asked));
            assert_int_equal(strcmp(stamps[stored], stamps[asked]) == 0, stored == asked);
        }
}

static void what_is_no_stamp_serves_nobody(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "", "0", "0123456789abcde", "0123456789abcdeX", "x123456789abcdef", "made by hand"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(bt_stamp_serves(wrong[i], "0123456789abcde0"));
    assert_true(bt_stamp_serves("0123456789abcdef", "0123456789abcde0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(more_than_is_asked_for_serves_and_gives_the_same_results),
        TEST(less_than_is_asked_for_is_stale),
        TEST(what_is_stored_stays_when_less_is_asked_for),
        TEST(a_forced_run_takes_nothing_from_the_store),
        TEST(a_stamp_depends_on_all_that_the_numbers_depend_on),
        TEST(a_stamp_says_what_is_stored),
        TEST(what_is_no_stamp_serves_nobody),
    };
    return cmocka_run_group_tests_name("stored more", tests, make_bundle, NULL);
}

/* Each layer alone, every pair, all but one and all, over real data and all symbols: one digest. What
 * several settings do together: `cupel verify` (tests/cli/test_verify.sh). */
#include "tests/backtest/market.h"
#include "tests/backtest/runs.h"

#include "harness/verify/sets.h"
#include "kernels/backtest/backtest.h"

#include "tests/test.h"

#include <string.h>

/* 11 backtests a run, pairs with ties among them. */
static struct bt_settings small_grid(const char *fill)
{
    struct bt_settings s = market_settings(market_mag7(), "2:4", "3,6,20,60");
    s.fill = fill;
    s.checkpoint_batch_size = 4;
    return s;
}

/* Of small_grid, close: the same from every compiler, build and machine. It changes when ids, metrics
 * or the data change, and then stored results of before are strangers. */
static const char digest_known[] =
    "95d78cedbbc1c3ce819a19e5ac18dcc693e98eaa1e018e3a70c9e0edc5da7c34";

static void the_digest_is_the_same_in_every_build(void **state)
{
    (void)state;
    struct bt_settings s = small_grid("close");
    assert_string_equal(run_whole(&s, LAYERS_ALL, NULL)->exact, digest_known);
}

static const char *const fills[] = {"close", "next-open", "next-close"};

static struct arena arena;
static struct layer_sets sets;

static int list_sets(void **state)
{
    (void)state;
    sets_list(&kernel_backtest, LAYERS_ALL, &arena, &sets);
    return 0;
}

static int forget_sets(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

/* Which layers need which. */
static bool is_needy(uint64_t set)
{
    return ((set & ARRAY_RETURN) && !(set & PRE_GROUP)) ||
           ((set & LAYER_stream_results) && !(set & LAYER_selective_load));
}

static void sets_are_refused_for_a_need_alone(void **state)
{
    (void)state;
    struct err e = {0};
    for (int i = 0; i < sets.n; i++)
        assert_false(is_needy(sets.v[i]));
    for (int i = 0; i < sets.refused_count; i++)
        assert_true(is_needy(sets.refused[i].set));
    assert_int_equal(sets.n + sets.refused_count,
                     2 + 2 * BT_SWITCHES + BT_SWITCHES * (BT_SWITCHES - 1) / 2);
    assert_false(kernel_backtest.resolve(ARRAY_RETURN, &e));
    assert_string_equal(e.text, "layer array-return needs columns of step 1, which no layer of the "
                                "set gives (switch on: pre-group)");
}

static void every_set_of_layers_gives_one_digest(void **state)
{
    (void)state;
    for (int f = 0; f < 3; f++) {
        struct bt_settings s = small_grid(fills[f]);
        struct kernel_digest base = *run_whole(&s, LAYERS_NONE, NULL);
        for (int i = 0; i < sets.n; i++)
            assert_agree(run_whole(&s, sets.v[i], test_folder("agree-cold")), &base);
    }
}

/* The first half torn off in the middle of a batch, the rest by the layers that were off. */
static void a_run_resumed_by_the_other_layers_gives_the_same_digest(void **state)
{
    (void)state;
    struct bt_settings s = small_grid("close");
    struct kernel_digest base = *run_whole(&s, LAYERS_NONE, NULL), found;
    char store[1024];
    for (int i = 0; i < sets.n; i++) {
        uint64_t others = sets_largest(&kernel_backtest, LAYERS_ALL & ~sets.v[i]);
        snprintf(store, sizeof store, "%s", test_folder("agree-resumed"));
        run_part((struct run_part){&s, sets.v[i], store, 0, 6, true}, NULL);
        run_part((struct run_part){&s, others, store, 0, -1, false}, &found);
        assert_agree(&found, &base);
        assert_true(run_count("backtests_from_store") >= 4);
    }
}

static void any_number_of_workers_gives_the_same_digest(void **state)
{
    (void)state;
    struct bt_settings s = small_grid("close");
    struct kernel_digest base = *run_whole(&s, LAYERS_NONE, NULL);
    for (s.workers = 2; s.workers <= 4; s.workers++)
        for (uint64_t set = 0; set <= LAYERS_ALL; set += LAYERS_ALL)
            assert_agree(run_whole(&s, set, test_folder("agree-workers")), &base);
}

static void the_order_of_symbols_does_not_matter(void **state)
{
    (void)state;
    struct bt_settings s = small_grid("close");
    struct kernel_digest base;
    s.symbols = "AAPL,TSLA,META";
    base = *run_whole(&s, LAYERS_ALL, NULL);
    s.symbols = "META,AAPL,TSLA";
    assert_agree(run_whole(&s, LAYERS_NONE, NULL), &base);
    s.symbols = "META,AAPL,NVDA";
    assert_differ(run_whole(&s, LAYERS_NONE, NULL), &base);
}

static void a_part_of_the_dates_agrees_too(void **state)
{
    (void)state;
    struct bt_settings s = small_grid("next-open");
    struct kernel_digest base;
    s.from = "2011-01-01"; /* TSLA has bars, META has none before 2012-05-18 */
    s.to = "2012-03-15";
    base = *run_whole(&s, LAYERS_NONE, NULL);
    for (int i = 0; i < sets.n; i++)
        assert_agree(run_whole(&s, sets.v[i], NULL), &base);
    s.to = "2012-03-16";
    assert_differ(run_whole(&s, LAYERS_NONE, NULL), &base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sets_are_refused_for_a_need_alone),
        TEST(the_digest_is_the_same_in_every_build),
        TEST(every_set_of_layers_gives_one_digest),
        TEST(a_run_resumed_by_the_other_layers_gives_the_same_digest),
        TEST(any_number_of_workers_gives_the_same_digest),
        TEST(the_order_of_symbols_does_not_matter),
        TEST(a_part_of_the_dates_agrees_too),
    };
    return cmocka_run_group_tests_name("agree", tests, list_sets, forget_sets);
}

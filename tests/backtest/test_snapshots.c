/* The calendar of snapshots: kept for one question, made anew for any other. */
#include "tests/backtest/market.h"

#include "kernels/backtest/snapshots.h"

#include "tests/test.h"

#include <string.h>

enum { BUNDLES = 2, RANGES = 3, SYMBOLS = 2 };

static char dirs[BUNDLES][1024]; /* of 60 and of 40 days, the second symbol from the middle on */
static struct arena arena;
static struct bt_plan plans[2]; /* daily, weekly */
static struct bundle *bundles[BUNDLES];

static int make(void **state)
{
    (void)state;
    static const char *ranges[RANGES] = {"2000-01-01:2000-01-20", "2000-01-01:2000-02-29",
                                         "2000-01-15:2000-01-20"};
    struct err e = {0};
    for (int b = 0; b < BUNDLES; b++) {
        snprintf(dirs[b], sizeof dirs[b], "%s/b", test_folder(b ? "snapshots-2" : "snapshots-1"));
        market_make(dirs[b], SYMBOLS, b ? 40 : 60, 4);
        bundles[b] = bundle_open(dirs[b], &e);
        assert_ok(bundles[b], &e);
    }
    for (int weekly = 0; weekly < 2; weekly++) {
        struct bt_settings s = market_settings(dirs[0], "2", "5");
        s.snapshots = weekly ? "weekly" : "daily";
        s.range = (struct opt_texts){ranges, RANGES};
        assert_ok(bt_plan_make(&s, &arena, &plans[weekly], &e), &e);
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    for (int b = 0; b < BUNDLES; b++)
        bundle_close(bundles[b]);
    arena_done(&arena);
    return 0;
}

static const uint32_t ids[SYMBOLS] = {0, 1};

static void expect_fresh(const struct bt_calendar *kept, const struct bt_plan *plan, int range,
                         int bundle)
{
    struct bt_calendar fresh = {0};
    bt_calendar_need(&fresh, plan, range, bundles[bundle], ids, SYMBOLS);
    assert_true(fresh.n > 0);
    assert_int_equal(kept->n, fresh.n);
    assert_memory_equal(kept->period, fresh.period, (size_t)fresh.n * sizeof *fresh.period);
    bt_calendar_done(&fresh);
}

/* Every question after every other. */
static void each_question_gets_its_own_calendar(void **state)
{
    (void)state;
    for (int weekly = 0; weekly < 2; weekly++)
        for (int from = 0; from < RANGES * BUNDLES; from++)
            for (int to = 0; to < RANGES * BUNDLES; to++) {
                struct bt_calendar c = {0};
                const struct bt_plan *plan = &plans[weekly];
                bt_calendar_need(&c, plan, from / BUNDLES, bundles[from % BUNDLES], ids, SYMBOLS);
                bt_calendar_need(&c, plan, to / BUNDLES, bundles[to % BUNDLES], ids, SYMBOLS);
                expect_fresh(&c, plan, to / BUNDLES, to % BUNDLES);
                bt_calendar_done(&c);
            }
}

static void the_same_question_is_answered_from_memory(void **state)
{
    (void)state;
    struct bt_calendar c = {0};
    bt_calendar_need(&c, &plans[0], 1, bundles[0], ids, SYMBOLS);
    const int64_t *before = c.period;
    c.period[0]--; /* made anew it would be another */
    bt_calendar_need(&c, &plans[0], 1, bundles[0], ids, SYMBOLS);
    assert_ptr_equal(c.period, before);
    assert_int_equal(bt_calendar_time(&c, BT_DAILY, 1) - bt_calendar_time(&c, BT_DAILY, 0),
                     2 * 86400);
    bt_calendar_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_question_gets_its_own_calendar),
        TEST(the_same_question_is_answered_from_memory),
    };
    return cmocka_run_group_tests_name("snapshots", tests, make, end);
}

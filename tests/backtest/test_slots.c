/* Slots called by hand: what a layer hands out against what the base hands out. */
#include "tests/backtest/market.h"
#include "tests/backtest/runs.h"

#include "harness/base/io.h"
#include "kernels/backtest/run.h"

#include "tests/test.h"

#include <string.h>

enum { ASSETS = 3, BARS = 40, DAY = 86400, FIRST = 10957 * DAY };

static char dir[1024];

static int make_bundle(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "%s/b", test_folder("slots"));
    market_make(dir, ASSETS, BARS, 1);
    return 0;
}

static struct bt_run *open_run(uint64_t layers)
{
    struct bt_settings s = market_settings(dir, "2", "3");
    struct err e = {0};
    struct bt_run *run = bt_run_open(&s, layers, (struct bt_run_target){0}, &e);
    assert_ok(run, &e);
    return run;
}

static struct bundle *open_bundle(void)
{
    struct err e = {0};
    struct bundle *b = bundle_open(dir, &e);
    assert_ok(b, &e);
    return b;
}

static const uint32_t all_assets[] = {0, 1, 2};

static void same_bars(struct bt_run *a, struct bt_run *b, const struct bt_slice *slice)
{
    struct bt_bars of_a, of_b;
    struct bt_lease lease_a, lease_b;
    struct err e = {0};
    assert_ok(BT_CALL(a->ops.group, a, slice, &of_a, &lease_a, &e), &e);
    assert_ok(BT_CALL(b->ops.group, b, slice, &of_b, &lease_b, &e), &e);
    assert_int_equal(of_a.n, of_b.n);
    assert_true(of_a.largest == of_b.largest);
    for (int f = 0; f < BT_FIELDS; f++) {
        assert_int_equal(of_b.field[f].step, 1);
        for (long i = 0; i < of_a.n; i++)
            assert_true(bt_at(of_a.field[f], i) == bt_at(of_b.field[f], i));
    }
    for (long i = 0; i < of_a.n; i++)
        assert_true(bt_at(of_a.field[BT_TIME], i) >= slice->from &&
                    bt_at(of_a.field[BT_TIME], i) <= slice->to);
    bt_lease_end(&lease_a);
    bt_lease_end(&lease_b);
}

/* Many slices of one bundle in one cache: a key that lacked a part of them would mix them up. */
static void grouped_columns_are_those_of_their_own_slice(void **state)
{
    (void)state;
    struct bt_run *base = open_run(LAYERS_NONE), *grouped = open_run(PRE_GROUP);
    struct bundle *b = open_bundle();
    for (int turn = 0; turn < 2; turn++)
        for (uint32_t asset = 0; asset < ASSETS; asset++)
            for (long from = 0; from < BARS; from += 13)
                for (long to = from; to < BARS + 5; to += 11) {
                    struct bt_slice slice = {
                        b, asset, all_assets, ASSETS, FIRST + from * DAY, FIRST + to * DAY};
                    same_bars(base, grouped, &slice);
                }
    bundle_close(b);
    bt_run_close(base);
    bt_run_close(grouped);
}

static void another_content_of_the_same_folder_is_another_slice(void **state)
{
    (void)state;
    struct bt_run *base = open_run(LAYERS_NONE), *grouped = open_run(PRE_GROUP);
    for (uint64_t seed = 1; seed < 4; seed++) {
        market_make(dir, ASSETS, BARS, seed);
        struct bundle *b = open_bundle();
        struct bt_slice slice = {b, 1, all_assets, ASSETS, FIRST, FIRST + BARS * DAY};
        same_bars(base, grouped, &slice);
        bundle_close(b);
    }
    bt_run_close(base);
    bt_run_close(grouped);
    market_make(dir, ASSETS, BARS, 1);
}

/* Rows edited by hand, without verifying: strange asset ids must neither crash nor count. */
static void rows_of_no_asset_are_passed_over(void **state)
{
    (void)state;
    struct bt_run *base = open_run(LAYERS_NONE), *grouped = open_run(PRE_GROUP);
    char path[1100];
    struct text bars = {0};
    struct err e = {0};
    snprintf(path, sizeof path, "%s/bars.bin", dir);
    assert_ok(io_read_file(path, &bars, &e), &e);
    const uint32_t strange[] = {ASSETS, 1000, UINT32_MAX};
    for (int i = 0; i < 3; i++)
        memcpy(bars.p + (size_t)(5 + i) * sizeof(struct bar_row) + offsetof(struct bar_row, asset),
               &strange[i], sizeof strange[i]);
    assert_ok(io_write_file(path, bars.p, bars.n, &e), &e);
    struct bundle *b = open_bundle();
    for (uint32_t asset = 0; asset < ASSETS; asset++) {
        struct bt_slice slice = {b, asset, all_assets, ASSETS, FIRST, FIRST + BARS * DAY};
        same_bars(base, grouped, &slice);
    }
    bundle_close(b);
    text_done(&bars);
    bt_run_close(base);
    bt_run_close(grouped);
    market_make(dir, ASSETS, BARS, 1);
}

static void a_pooled_bundle_is_one_object_until_the_folder_changes(void **state)
{
    (void)state;
    struct bt_run *run = open_run(BUNDLE_POOL);
    struct bundle *first, *second, *third;
    struct bt_lease leases[3];
    struct err e = {0};
    assert_ok(BT_CALL(run->ops.bundle, run, &first, &leases[0], &e), &e);
    assert_ok(BT_CALL(run->ops.bundle, run, &second, &leases[1], &e), &e);
    assert_ptr_equal(first, second);
    market_make(dir, ASSETS, BARS, 5);
    assert_ok(BT_CALL(run->ops.bundle, run, &third, &leases[2], &e), &e);
    assert_string_not_equal(bundle_info(first)->content, bundle_info(third)->content);
    for (int i = 0; i < 3; i++)
        bt_lease_end(&leases[i]); /* the first stays usable until here */
    bt_run_close(run);
    market_make(dir, ASSETS, BARS, 1);
}

static void history_is_contiguous_whatever_the_bars_are(void **state)
{
    (void)state;
    const int64_t interleaved[] = {1, -1, 2, -2, 3, -3};
    struct bt_run *run = open_run(LAYERS_NONE);
    struct bt_bars bars = {.n = 3, .largest = 3};
    struct bt_series s;
    struct err e = {0};
    bars.field[BT_CLOSE] = (struct bt_col){interleaved, 2};
    assert_ok(BT_CALL(run->ops.history, run, &bars, BT_CLOSE, &s, &e), &e);
    assert_int_equal(s.n, 3);
    assert_true(s.v[0] == 1 && s.v[1] == 2 && s.v[2] == 3);
    bt_run_close(run);
}

static void sums_that_could_overflow_are_refused(void **state)
{
    (void)state;
    struct bt_run *run = open_run(LAYERS_NONE);
    const int64_t v[] = {1};
    struct bt_series s = {.v = v, .n = 1, .largest = (int64_t)1 << 53};
    struct bt_indicator out;
    struct err e = {0};
    struct bt_ask fits = {BT_SMA, 1000}, too_long = {BT_SMA, 2000};
    assert_ok(BT_CALL(run->ops.indicator, run, &fits, &s, &out, &e), &e);
    assert_false(BT_CALL(run->ops.indicator, run, &too_long, &s, &out, &e));
    assert_says(&e, "window 2000: sums of that many prices as large as 9007199254.740992 would");
    bt_run_close(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(grouped_columns_are_those_of_their_own_slice),
        TEST(another_content_of_the_same_folder_is_another_slice),
        TEST(rows_of_no_asset_are_passed_over),
        TEST(a_pooled_bundle_is_one_object_until_the_folder_changes),
        TEST(history_is_contiguous_whatever_the_bars_are),
        TEST(sums_that_could_overflow_are_refused),
    };
    return cmocka_run_group_tests_name("slots", tests, make_bundle, NULL);
}

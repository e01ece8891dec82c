/* Kept results: equal to themselves, and every single difference is found and named. */
#include "kernels/backtest/kept.h"

#include "tests/backtest/market.h"
#include "tests/test.h"

#include <math.h>
#include <string.h>

enum { SYMBOLS = 2 };

static char dir[1024];

static int make_bundle(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "%s/b", test_folder("kept"));
    market_make(dir, SYMBOLS, 80, 3);
    return 0;
}

/* Two ranges of four backtests, and what they are together: twelve. */
static void keep(struct bt_kept *kept)
{
    static const char *ranges[] = {"2000-01-01:2000-02-09", "2000-02-10:"};
    struct bt_settings s = market_settings(dir, "2,3", "5,9");
    struct err e = {0};
    s.trades = true;
    s.snapshots = "weekly";
    s.range = (struct opt_texts){ranges, 2};
    struct bt_run_target target = {.consumer = bt_kept_consumer(kept)};
    struct bt_run *run = bt_run_open(&s, 0, target, &e);
    assert_ok(run, &e);
    kept->plan = &run->plan;
    assert_ok(bt_run_step(run, 0, bt_plan_backtests(&run->plan), &e), &e);
    assert_ok(bt_run_finish(run, &e), &e);
    bt_run_close(run);
    assert_int_equal(kept->n, 12);
}

/* Result 5, which a test may change. */
static struct bt_kept_one *fifth(struct bt_kept *k)
{
    return &k->v[5];
}

static struct bt_row *row_of(struct bt_kept *k)
{
    return (struct bt_row *)(uintptr_t)&fifth(k)->rows[1];
}

static struct bt_trades *trades_of(struct bt_kept *k)
{
    return (struct bt_trades *)(uintptr_t)&fifth(k)->trades[1];
}

static void change_whole(struct bt_kept *k)
{
    row_of(k)->orders++;
}

static void change_real(struct bt_kept *k)
{
    row_of(k)->sharpe = nextafter(row_of(k)->sharpe, INFINITY);
}

static void undefine_real(struct bt_kept *k)
{
    row_of(k)->total_return = NAN;
}

static void change_hash(struct bt_kept *k)
{
    row_of(k)->trade_hash ^= 1;
}

static void change_trade(struct bt_kept *k)
{
    trades_of(k)->v[0].entry++;
}

static void lose_trade(struct bt_kept *k)
{
    trades_of(k)->n--;
}

static void change_equity(struct bt_kept *k)
{
    double *v = (double *)(uintptr_t)fifth(k)->equity;
    v[2] += 1e-6;
}

static void change_content(struct bt_kept *k)
{
    fifth(k)->content[0] ^= 1;
}

static void change_order(struct bt_kept *k)
{
    struct bt_kept_one one = k->v[5];
    k->v[5] = k->v[6];
    k->v[6] = one;
}

static void lose_last(struct bt_kept *k)
{
    k->n--;
}

static void give_twice(struct bt_kept *k)
{
    memmove(k->v + 6, k->v + 5, (size_t)(k->n - 6) * sizeof *k->v);
}

static const struct {
    void (*change)(struct bt_kept *k);
    const char *says;
} changes[] = {
    {change_whole,   "S01, orders: found"                                                  },
    {change_real,    "S01, sharpe: found"                                                  },
    {undefine_real,  "S01, total_return: found nan, expected"                              },
    {change_hash,    "S01, hash of the trades: found"                                      },
    {change_trade,   "S01, trade 1: found entry at bar"                                    },
    {lose_trade,     "found none, expected entry at bar"                                   },
    {change_equity,  "equity of snapshot 3: found"                                         },
    {change_content, "content of the bundle: found"                                        },
    {change_order,   "result 6 of 12: found backtest 6"                                    },
    {lose_last,      "found 11 results, expected 12; the first that is missing: backtest 3"},
    {give_twice,     "result 7 of 12: found backtest 5"                                    },
};

static void they_equal_themselves(void **state)
{
    (void)state;
    struct bt_kept one = {0}, two = {0};
    struct text why = {0};
    keep(&one);
    keep(&two);
    assert_true(bt_kept_same(&one, &two, 0, &why));
    bt_kept_done(&one);
    bt_kept_done(&two);
}

static void every_difference_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct bt_kept one = {0}, two = {0};
        struct text why = {0};
        keep(&one);
        keep(&two);
        changes[i].change(&two);
        assert_false(bt_kept_same(&two, &one, 0, &why));
        if (!strstr(why.p, changes[i].says))
            fail_msg("expected \"%s\" in \"%s\"", changes[i].says, why.p);
        text_done(&why);
        bt_kept_done(&one);
        bt_kept_done(&two);
    }
}

static void a_bound_lets_metrics_differ_by_so_much_and_nothing_else(void **state)
{
    (void)state;
    struct bt_kept one = {0}, two = {0};
    struct text why = {0};
    keep(&one);
    keep(&two);
    row_of(&two)->sharpe *= 1 + 1e-12;
    assert_false(bt_kept_same(&two, &one, 0, &why));
    assert_true(bt_kept_same(&two, &one, 1e-10, &why));
    assert_false(bt_kept_same(&two, &one, 1e-14, &why));
    row_of(&one)->sharpe = 5e-11; /* near 0 the bound is on the difference itself */
    row_of(&two)->sharpe = -4e-11;
    assert_true(bt_kept_same(&two, &one, 1e-10, &why));
    row_of(&two)->sharpe = -6e-11;
    assert_false(bt_kept_same(&two, &one, 1e-10, &why));
    row_of(&one)->sharpe = 5000;
    row_of(&two)->sharpe = 5000 + 4e-7;
    assert_true(bt_kept_same(&two, &one, 1e-10, &why));
    row_of(&two)->sharpe = NAN;
    assert_false(bt_kept_same(&two, &one, 1e-10, &why));
    row_of(&two)->sharpe = 5000;
    row_of(&two)->exposure += 1e-12;
    assert_false(bt_kept_same(&two, &one, 1e-10, &why));
    row_of(&two)->exposure = row_of(&one)->exposure;
    assert_true(bt_kept_same(&two, &one, 1e-10, &why));
    row_of(&two)->trades++;
    assert_false(bt_kept_same(&two, &one, 1e-10, &why));
    text_done(&why);
    bt_kept_done(&one);
    bt_kept_done(&two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(they_equal_themselves),
        TEST(every_difference_is_named),
        TEST(a_bound_lets_metrics_differ_by_so_much_and_nothing_else),
    };
    return cmocka_run_group_tests_name("kept", tests, make_bundle, NULL);
}

/* A backtest that kills its worker: it alone fails, whatever job it was in. */
#include "tests/backtest/market.h"
#include "tests/backtest/runs.h"

#include "kernels/backtest/kept.h"
#include "kernels/backtest/run.h"

#include "tests/test.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

/* fast 2..9 x slow 11..18; two workers: jobs of 32, or where there are blocks of one symbol each */
enum { N = 64, GUILTY = 21, BATCH = 64, SYMBOLS = 5 };

static char bundle[1024], other[1024];
static const char *used = bundle;
static int workers = 2;
static pid_t parent;
static const struct bt_evaluate_link *beneath;
static long guilty[3];

static int make_bundle(void **state)
{
    (void)state;
    snprintf(bundle, sizeof bundle, "%s/b", test_folder("guilty"));
    market_make(bundle, SYMBOLS, 60, 9);
    snprintf(other, sizeof other, "%s/b", test_folder("guilty-other"));
    market_make(other, SYMBOLS, 60, 10);
    parent = getpid();
    return 0;
}

static bool evaluate_guilty(const struct bt_evaluate_link *self, struct bt_run *run,
                            const struct bt_job *job, const struct bt_bars *bars,
                            struct bt_outcome *outs, struct err *e)
{
    (void)self;
    for (int k = 0; k < job->n; k++)
        for (int g = 0; g < 3; g++)
            if (job->items[k].backtest == guilty[g] && getpid() != parent && bars->of->asset == 0)
                kill(getpid(), SIGKILL);
    return BT_CALL(beneath, run, job, bars, outs, e);
}

/* Whole, with blocks of `block` backtests; what fails is left out. store NULL: none. */
static struct bt_run *run_with(long block, const char *store, bool go_on, struct bt_kept *kept,
                               struct err *e)
{
    static const struct bt_evaluate_link link = {.call = evaluate_guilty};
    struct bt_settings s = market_settings(used, "2:9", "11:18");
    s.workers = workers;
    s.batch_size = BATCH;
    s.continue_on_error = go_on;
    struct bt_run_target target = {
        .consumer = bt_kept_consumer(kept), .store = store, .resume = true};
    struct bt_run *run = bt_run_open(&s, LAYERS_NONE, target, e);
    assert_ok(run, e);
    kept->plan = &run->plan;
    run->block = block;
    beneath = run->ops.evaluate;
    run->ops.evaluate = &link;
    if (bt_run_step(run, 0, N, e) && bt_run_finish(run, e))
        return run;
    bt_run_close(run);
    return NULL;
}

static void blame(long a, long b, long c)
{
    guilty[0] = a;
    guilty[1] = b;
    guilty[2] = c;
}

static void expect_all_but(const struct bt_kept *found, const struct bt_kept *all, int missing)
{
    struct bt_kept others = *all;
    struct text why = {0};
    others.v = test_malloc(sizeof *all->v * (size_t)all->n);
    others.n = 0;
    for (long i = 0; i < all->n; i++)
        if (all->v[i].backtest != guilty[0] && all->v[i].backtest != guilty[1] &&
            all->v[i].backtest != guilty[2])
            others.v[others.n++] = all->v[i];
    assert_int_equal(others.n, N - missing);
    if (!bt_kept_same(found, &others, 0, &why))
        fail_msg("%s", why.p);
    test_free(others.v);
    text_done(&why);
}

static void check(long block, int count)
{
    struct bt_kept all = {0}, found = {0};
    struct err e = {0};
    long asked[3];
    memcpy(asked, guilty, sizeof asked);
    blame(-1, -1, -1);
    workers = 1;
    bt_run_close(run_with(block, NULL, true, &all, &e));
    workers = 2;
    assert_int_equal(all.n, N);
    memcpy(guilty, asked, sizeof asked);
    struct bt_run *run = run_with(block, NULL, true, &found, &e);
    assert_ok(run, &e);
    assert_int_equal(run->counts.failed, count);
    for (int g = 0; g < count; g++) {
        char key[BT_KEY_TEXT], line[BT_KEY_TEXT + 160];
        run_key(&run->plan, guilty[g], key);
        snprintf(
            line, sizeof line,
            "failed: sma-cross %s, %s: its worker was killed by signal 9 (Killed), at the second "
            "attempt too\n",
            key, run->plan.ranges[0].name);
        assert_non_null(strstr(run->notes.p, line));
    }
    bt_run_close(run);
    expect_all_but(&found, &all, count);
    bt_kept_done(&all);
    bt_kept_done(&found);
}

static void only_the_guilty_one_fails(void **state)
{
    (void)state;
    const long blocks[] = {1, 8, 32};
    for (int i = 0; i < 3; i++) {
        blame(GUILTY, -1, -1);
        check(blocks[i], 1);
    }
}

static void symbols_are_shared_out(void **state)
{
    (void)state;
    struct bt_kept one = {0}, two = {0};
    struct err e = {0};
    struct text why = {0};
    blame(-1, -1, -1);
    workers = 1;
    bt_run_close(run_with(N, NULL, true, &one, &e));
    workers = 2;
    bt_run_close(run_with(N, NULL, true, &two, &e));
    assert_int_equal(two.n, N);
    if (!bt_kept_same(&two, &one, 0, &why))
        fail_msg("%s", why.p);
    bt_kept_done(&one);
    bt_kept_done(&two);
    text_done(&why);
}

/* A worker's first job is of the bundle, those after it are of another. */
static const struct bt_bundle_link *beneath_bundle;
static bool bundle_replaced(const struct bt_bundle_link *self, struct bt_run *run,
                            struct bundle **out, struct bt_lease *lease, struct err *e)
{
    (void)self;
    static int calls;
    static struct bundle *now;
    if (getpid() == parent || calls++ == 0)
        return BT_CALL(beneath_bundle, run, out, lease, e);
    if (!now)
        now = bundle_open(other, e);
    *out = now;
    *lease = (struct bt_lease){0};
    return now != NULL;
}

/* Symbols of one backtest come from two contents: it runs again, whole. */
static void a_result_is_of_one_content(void **state)
{
    (void)state;
    static const struct bt_bundle_link link = {.call = bundle_replaced};
    struct bt_kept all = {0}, found = {0};
    struct err e = {0};
    struct text why = {0};
    blame(-1, -1, -1);
    used = other;
    workers = 1;
    bt_run_close(run_with(8, NULL, true, &all, &e));
    used = bundle;
    workers = 2;
    struct bt_settings s = market_settings(bundle, "2:9", "11:18");
    s.workers = 2;
    struct bt_run_target target = {.consumer = bt_kept_consumer(&found)};
    struct bt_run *run = bt_run_open(&s, LAYERS_NONE, target, &e);
    assert_ok(run, &e);
    found.plan = &run->plan;
    run->block = N;
    beneath_bundle = run->ops.bundle;
    run->ops.bundle = &link;
    assert_ok(bt_run_step(run, 0, N, &e) && bt_run_finish(run, &e), &e);
    if (!bt_kept_same(&found, &all, 0, &why))
        fail_msg("%s", why.p);
    bt_run_close(run);
    bt_kept_done(&all);
    bt_kept_done(&found);
    text_done(&why);
}

static void several_in_one_job_and_in_others(void **state)
{
    (void)state;
    blame(0, 1, N - 1);
    check(32, 3);
    blame(7, 8, 9);
    check(8, 3);
}

static void without_going_on_it_is_named_and_what_was_before_it_is_stored(void **state)
{
    (void)state;
    struct bt_kept kept = {0}, again = {0};
    struct err e = {0};
    const char *store = test_folder("guilty-store");
    blame(GUILTY, -1, -1);
    assert_null(run_with(32, store, false, &kept, &e));
    assert_says(&e, "sma-cross 4-16, ");
    assert_says(&e, "its worker was killed by signal 9");
    blame(-1, -1, -1);
    struct bt_run *run = run_with(32, store, false, &again, &e);
    assert_ok(run, &e);
    assert_int_equal(run->counts.resumed, GUILTY);
    assert_int_equal(again.n, N);
    bt_run_close(run);
    bt_kept_done(&kept);
    bt_kept_done(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_the_guilty_one_fails),
        TEST(symbols_are_shared_out),
        TEST(a_result_is_of_one_content),
        TEST(several_in_one_job_and_in_others),
        TEST(without_going_on_it_is_named_and_what_was_before_it_is_stored),
    };
    return cmocka_run_group_tests_name("guilty", tests, make_bundle, NULL);
}

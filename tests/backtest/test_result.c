/* Rows and their stored form, on a generated market: what neither golden files nor digests hold. */
#include "tests/backtest/market.h"

#include "harness/base/json.h"
#include "harness/base/mem.h"
#include "kernels/backtest/result_write.h"
#include "kernels/backtest/run.h"

#include "tests/test.h"

#include <math.h>
#include <string.h>

static struct bt_run *run;
static char bundle_dir[1100];

static int make(void **state)
{
    (void)state;
    struct err e = {0};
    snprintf(bundle_dir, sizeof bundle_dir, "%s/b", test_folder("result"));
    market_make(bundle_dir, 2, 200, 5);
    struct bt_settings s = market_settings(bundle_dir, "3", "8");
    run = bt_run_open(&s, 0, (struct bt_run_target){0}, &e);
    assert_ok(run != NULL, &e);
    assert_ok(bt_run_step(run, 0, 1, &e) && bt_run_finish(run, &e), &e);
    return 0;
}

static int end(void **state)
{
    (void)state;
    bt_run_close(run);
    return 0;
}

static void cagr_spans_the_first_bar_to_the_last(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena a = {0};
    struct bundle_asset *assets = NULL;
    int n = 0;
    struct bundle *b = bundle_open(bundle_dir, &e);
    assert_ok(b && bundle_assets(b, &a, &assets, &n, &e), &e);
    const struct bt_result *r = run->kept[0];
    for (int i = 0; i < n; i++) {
        double years = (double)(assets[i].last_time - assets[i].first_time) / (365.25 * 86400);
        double expected = pow(1 + r->rows[i].total_return, 1 / years) - 1;
        assert_int_equal(r->rows[i].bars, assets[i].rows);
        assert_true(fabs(r->rows[i].cagr - expected) < 1e-12);
    }
    bundle_close(b);
    arena_done(&a);
}

static double stored(const struct json *payload, const char *part, int index, const char *field)
{
    const struct json *at = json_get(payload, part);
    for (at = index < 0 ? at : json_first(at); index > 0; index--)
        at = json_next(at);
    return json_number(json_get(at, field));
}

static void the_stored_mean_is_that_of_the_symbols(void **state)
{
    (void)state;
    static const char *const fields[] = {"total_return", "cagr", "sharpe", "max_drawdown",
                                         "exposure"};
    struct err e = {0};
    struct text text = {0};
    bt_result_write(&run->plan, run->kept[0], &text);
    struct json *payload = json_parse((struct str){text.p, text.n}, "payload", &e);
    assert_ok(payload != NULL, &e);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        double a = stored(payload, "rows", 0, fields[i]), b = stored(payload, "rows", 1, fields[i]);
        assert_true(fabs(stored(payload, "mean", -1, fields[i]) - (a + b) / 2) < 1e-12);
    }
    json_free(payload);
    text_done(&text);
}

/* A plan of one at a time holds as many blocks as results. */
static void one_alone_takes_little_more_than_itself(void **state)
{
    (void)state;
    enum { RESULTS = 100 };
    struct bt_result_pool pool = {0};
    struct bt_result *held[RESULTS];
    size_t bytes = sizeof **held + (size_t)run->plan.symbol_count * sizeof(struct bt_row);
    uint64_t before = mem_counts(MEM_RESULTS).held_bytes;
    for (int i = 0; i < RESULTS; i++)
        bt_results_new(&run->plan, &pool, 0, &run->kept[0]->item, 1, &held[i]);
    assert_true(mem_counts(MEM_RESULTS).held_bytes - before <= 3 * RESULTS * bytes);
    for (int i = 0; i < RESULTS; i++)
        bt_result_free(held[i]);
    bt_result_pool_done(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(cagr_spans_the_first_bar_to_the_last),
        TEST(the_stored_mean_is_that_of_the_symbols),
        TEST(one_alone_takes_little_more_than_itself),
    };
    return cmocka_run_group_tests_name("result", tests, make, end);
}

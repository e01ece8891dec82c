/* The digests of results: which part of a result is in which, and in what they do not depend. */
#include "kernels/backtest/digest.h"

#include "harness/base/rng.h"

#include "tests/backtest/market.h"
#include "tests/test.h"

#include <math.h>
#include <string.h>

enum { SYMBOLS = 3, RESULTS = 6, CASES = 2000 };

static struct arena arena;
static struct bt_plan plan;
static struct bt_result *results[RESULTS];

static double some_real(struct rng *r)
{
    return rng_below(r, 5) == 0 ? (double)NAN : (rng_unit(r) - 0.5) * 4;
}

static void fill(struct bt_row *row, struct rng *r)
{
    for (const struct bt_metric *m = bt_metrics; m->name; m++) {
        void *at = (char *)row + m->offset;
        if (m->whole)
            *(int64_t *)at = (int64_t)rng_below(r, 4);
        else
            *(double *)at = some_real(r);
    }
    row->trade_hash = rng_below(r, 3);
    row->error = 0;
}

static int make(void **state)
{
    (void)state;
    char dir[1024];
    struct err e = {0};
    struct rng r = rng_seeded(11);
    snprintf(dir, sizeof dir, "%s/b", test_folder("digest"));
    market_make(dir, SYMBOLS, 40, 1);
    struct bt_settings s = market_settings(dir, "2:3", "5:9");
    assert_ok(bt_plan_make(&s, &arena, &plan, &e), &e);
    plan.metrics_all = true;
    for (int i = 0; i < RESULTS; i++) {
        struct bt_item item;
        bt_plan_item(&plan, i, &item);
        results[i] = bt_result_new(&plan, 0, &item);
        for (int s2 = 0; s2 < SYMBOLS; s2++)
            fill(&results[i]->rows[s2], &r);
    }
    return 0;
}

static int unmake(void **state)
{
    (void)state;
    for (int i = 0; i < RESULTS; i++)
        bt_result_free(results[i]);
    arena_done(&arena);
    return 0;
}

/* Of all results, in this order; NULL: as they stand. */
static struct kernel_digest digest(const int *order)
{
    struct bt_digest d;
    struct kernel_digest out;
    bt_digest_open(&d, &plan, &arena);
    for (int i = 0; i < RESULTS; i++)
        bt_digest_add(&d, results[order ? order[i] : i]);
    bt_digest_end(&d, &out);
    return out;
}

static void any_order_gives_the_same(void **state)
{
    (void)state;
    struct rng r = rng_seeded(1);
    struct kernel_digest expected = digest(NULL);
    int order[RESULTS] = {0, 1, 2, 3, 4, 5};
    for (int i = 0; i < 20; i++) {
        rng_shuffle(&r, order, RESULTS);
        struct kernel_digest d = digest(order);
        assert_string_equal(d.exact, expected.exact);
        assert_string_equal(d.metrics, expected.metrics);
    }
}

static void changes(bool exact, bool metrics, const struct kernel_digest *before, const char *what)
{
    struct kernel_digest now = digest(NULL);
    if ((strcmp(now.exact, before->exact) != 0) != exact ||
        (strcmp(now.metrics, before->metrics) != 0) != metrics)
        fail_msg("%s: the exact digest %s, that of the metrics %s", what,
                 strcmp(now.exact, before->exact) ? "changes" : "stays",
                 strcmp(now.metrics, before->metrics) ? "changes" : "stays");
}

/* One bit of one number of one row: seen by the digest that holds it, and by no other. */
static void every_bit_of_every_number_counts_where_it_belongs(void **state)
{
    (void)state;
    struct rng r = rng_seeded(2);
    struct kernel_digest before = digest(NULL);
    int metrics = 0;
    while (bt_metrics[metrics].name)
        metrics++;
    for (int i = 0; i < CASES; i++) {
        const struct bt_metric *m = &bt_metrics[rng_below(&r, (uint64_t)metrics)];
        struct bt_row *row = &results[rng_below(&r, RESULTS)]->rows[rng_below(&r, SYMBOLS)];
        uint64_t *at = (uint64_t *)(void *)((char *)row + m->offset), kept = *at;
        bool undefined = !m->whole && isnan(*(double *)(void *)at);
        *at ^= (uint64_t)1 << rng_below(&r, m->whole ? 50 : undefined ? 51 : 62);
        bool seen = !undefined; /* all undefined numbers are one */
        changes(seen && m->digest == BT_IN_EXACT_DIGEST, seen && m->digest == BT_IN_BOUND_DIGEST,
                &before, m->name);
        *at = kept;
    }
    results[2]->rows[1].trade_hash ^= 1;
    changes(true, false, &before, "hash of the trades");
    results[2]->rows[1].trade_hash ^= 1;
}

static void swap_rows(struct bt_row *a, struct bt_row *b)
{
    struct bt_row kept = *a;
    *a = *b;
    *b = kept;
}

static void a_number_belongs_to_its_backtest_and_symbol(void **state)
{
    (void)state;
    struct kernel_digest before = digest(NULL);
    for (int i = 0; i < RESULTS; i++)
        for (int k = 0; k < i; k++) {
            swap_rows(&results[i]->rows[0], &results[k]->rows[0]);
            changes(true, true, &before, "rows of two backtests swapped");
            swap_rows(&results[i]->rows[0], &results[k]->rows[0]);
        }
    for (int s = 1; s < SYMBOLS; s++) {
        swap_rows(&results[0]->rows[0], &results[0]->rows[s]);
        changes(true, true, &before, "rows of two symbols swapped");
        swap_rows(&results[0]->rows[0], &results[0]->rows[s]);
    }
    plan.fee += 1e-9;
    changes(true, true, &before, "another fee");
    plan.fee -= 1e-9;
    results[3]->item.values[1] += 1;
    changes(true, true, &before, "another value");
    results[3]->item.values[1] -= 1;
}

static void sums_leave_out_what_is_undefined(void **state)
{
    (void)state;
    struct kernel_digest d = digest(NULL);
    assert_int_equal(d.sum_count, 14);
    assert_string_equal(d.sums[1].name, "sharpe");
    double sum = 0, weight = 0;
    uint64_t defined = 0;
    for (int i = 0; i < RESULTS; i++)
        for (int s = 0; s < SYMBOLS; s++) {
            double x = results[i]->rows[s].sharpe;
            if (isnan(x))
                continue;
            sum += x;
            weight += fmax(1, fabs(x));
            defined++;
        }
    assert_true(d.sums[1].sum == sum && d.sums[1].weight == weight);
    assert_int_equal(d.sums[1].defined, defined);
    assert_int_equal(d.sums[1].undefined, RESULTS * SYMBOLS - defined);
    assert_true(defined > 0 && d.sums[1].undefined > 0);
    results[4]->rows[2].error = 1e-10;
    d = digest(NULL);
    assert_true(d.error == 1e-10);
    results[4]->rows[2].error = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(any_order_gives_the_same),
        TEST(every_bit_of_every_number_counts_where_it_belongs),
        TEST(a_number_belongs_to_its_backtest_and_symbol),
        TEST(sums_leave_out_what_is_undefined),
    };
    return cmocka_run_group_tests_name("digest", tests, make, unmake);
}

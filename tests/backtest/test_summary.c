/* Objectives, summaries over ranges, and the steadiness of a walk-forward: values worked by hand. */
#include "kernels/backtest/objective.h"
#include "kernels/backtest/summary.h"

#include "harness/base/rng.h"

#include "tests/test.h"

#include <math.h>
#include <string.h>

enum { CASES = 2000 };
static const uint64_t seed = 27182818;
static const double none = (double)NAN;

/* ---- objectives ------------------------------------------------------------------------------- */

static const struct bt_objective *objective(const char *name)
{
    struct err e = {0};
    const struct bt_objective *o = bt_objective_find(name, &e);
    assert_ok(o, &e);
    return o;
}

static void objectives_are_found_by_either_spelling(void **state)
{
    (void)state;
    assert_ptr_equal(objective("total-return"), objective("total_return"));
    assert_ptr_equal(objective("max_drawdown"), objective("max-drawdown"));
    static const char *const wrong[] = {"", "sharp", "sharpes", "total return", "total-returns"};
    for (int i = 0; i < 5; i++) {
        struct err e = {0};
        assert_null(bt_objective_find(wrong[i], &e));
        assert_says(&e, "objective: expected one of sharpe, sortino, calmar, total-return, "
                        "max-drawdown, win-rate, profit-factor, found \"");
    }
}

static void every_objective_has_its_metric(void **state)
{
    (void)state;
    for (const struct bt_objective *o = bt_objectives; o->name; o++)
        if (!bt_objective_metric(o))
            fail_msg("objective %s: no metric %s", o->name, o->metric);
}

static void better_is_strict_and_undefined_is_worst(void **state)
{
    (void)state;
    const struct bt_objective *o = objective("sharpe");
    struct bt_objective lower = {"low", "volatility", BT_LOWER_IS_BETTER};
    assert_true(bt_objective_better(o, 2, 1) && !bt_objective_better(o, 1, 2));
    assert_false(bt_objective_better(o, 1, 1));
    assert_true(bt_objective_better(o, (double)-INFINITY, none));
    assert_false(bt_objective_better(o, none, (double)-INFINITY));
    assert_false(bt_objective_better(o, none, none));
    assert_true(bt_objective_better(&lower, 1, 2) && !bt_objective_better(&lower, 2, 1));
    assert_true(bt_objective_better(&lower, (double)INFINITY, none));
    assert_true(bt_objective_better(objective("max-drawdown"), -0.1, -0.2));
}

/* ---- rules ------------------------------------------------------------------------------------ */

static const struct bt_summary_rule *rule_of(const char *metric)
{
    for (const struct bt_summary_rule *r = bt_summary_table; r->metric; r++)
        if (strcmp(r->metric, metric) == 0)
            return r;
    return NULL;
}

/* Whoever adds a metric says here how ranges are put together. */
static void every_metric_has_a_rule_of_its_own(void **state)
{
    (void)state;
    for (const struct bt_metric *m = bt_metrics; m->name; m++)
        if (!rule_of(m->name))
            fail_msg("metric %s has no row in bt_summary_table (kernels/backtest/summary.c)",
                     m->name);
}

static void a_whole_number_is_not_averaged(void **state)
{
    (void)state;
    struct bt_summary_rules rules = bt_summary_rules();
    for (int i = 0; bt_metrics[i].name; i++)
        if (bt_metrics[i].whole)
            assert_true(rules.kind[i] >= BT_SUMMARY_SUM);
}

/* ---- rows ------------------------------------------------------------------------------------- */

static double *real_of(struct bt_row *row, const char *metric)
{
    const struct bt_metric *m = bt_metric_find(str_of(metric));
    assert_true(m && !m->whole);
    return (double *)(void *)((char *)row + m->offset);
}

static void rows_are_put_together_by_hand(void **state)
{
    (void)state;
    struct bt_row a = {.bars = 20,
                       .orders = 5,
                       .trades = 3,
                       .total_return = 0.10,
                       .sharpe = 1.5,
                       .max_drawdown = -0.05,
                       .exposure = 0.5,
                       .cagr = none,
                       .trade_hash = 1};
    struct bt_row b = {.bars = 60,
                       .orders = 8,
                       .trades = 4,
                       .total_return = -0.02,
                       .sharpe = none,
                       .max_drawdown = -0.25,
                       .exposure = 0.25,
                       .cagr = none,
                       .trade_hash = UINT64_MAX};
    struct bt_summary_part parts[] = {
        {&a, 30},
        {&b, 90}
    };
    struct bt_summary_rules rules = bt_summary_rules();
    struct bt_row s = bt_summary_row(&rules, parts, 2);
    assert_int_equal(s.bars, 80);
    assert_int_equal(s.orders, 13);
    assert_int_equal(s.trades, 7);
    assert_true(fabs(s.total_return - (30 * 0.10 - 90 * 0.02) / 120) < 1e-15); /* 0.01 */
    assert_true(s.sharpe == 1.5);                            /* the only one, to the bit */
    assert_true(s.max_drawdown == -0.25);                    /* the worst */
    assert_true(s.exposure == (30 * 0.5 + 90 * 0.25) / 120); /* 0.3125 */
    assert_true(isnan(s.cagr));
    assert_true(s.trade_hash == 0);
}

/* Values 4, -1, 2 over 10, 20, 70 days with 4, 2, 0 closed trades. */
static void every_rule_does_what_it_says(void **state)
{
    (void)state;
    struct bt_summary_rules rules = bt_summary_rules();
    for (int i = 0; bt_metrics[i].name; i++) {
        const struct bt_metric *m = &bt_metrics[i];
        struct bt_row rows[3] = {{0}};
        struct bt_summary_part parts[3] = {
            {&rows[0], 10},
            {&rows[1], 20},
            {&rows[2], 70}
        };
        if (m->whole)
            continue; /* above */
        static const double value[] = {4, -1, 2};
        for (int k = 0; k < 3; k++)
            *real_of(&rows[k], m->name) = value[k];
        if (rules.closed)
            for (int k = 0; k < 3; k++)
                *(int64_t *)(void *)((char *)&rows[k] + rules.closed->offset) = 4 - 2 * k;
        struct bt_row s = bt_summary_row(&rules, parts, 3);
        static const double expected[] = {[BT_SUMMARY_DAYS] = 1.6,
                                          [BT_SUMMARY_TRADES] = 14.0 / 6,
                                          [BT_SUMMARY_SUM] = 5,
                                          [BT_SUMMARY_MOST] = 4,
                                          [BT_SUMMARY_LEAST] = -1};
        if (fabs(bt_metric_of(m, &s) - expected[rules.kind[i]]) > 1e-15)
            fail_msg("%s: expected %g, found %g", m->name, expected[rules.kind[i]],
                     bt_metric_of(m, &s));
    }
}

static struct bt_row some_row(struct rng *r)
{
    struct bt_row row = {.trade_hash = rng_next(r)};
    for (const struct bt_metric *m = bt_metrics; m->name; m++) {
        char *at = (char *)&row + m->offset;
        if (m->whole)
            *(int64_t *)(void *)at = (int64_t)rng_below(r, 1000);
        else
            *(double *)(void *)at = rng_below(r, 5) == 0 ? none : rng_normal(r);
    }
    return row;
}

static bool same_value(double a, double b, double within)
{
    return isnan(a) ? isnan(b) : fabs(a - b) <= within;
}

static void one_range_is_its_own_summary_and_order_does_not_matter(void **state)
{
    (void)state;
    struct rng r = rng_seeded(seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    struct bt_summary_rules rules = bt_summary_rules();
    for (int k = 0; k < CASES; k++) {
        struct bt_row rows[6];
        struct bt_summary_part parts[6], turned[6];
        int n = 1 + (int)rng_below(&r, 6);
        for (int i = 0; i < n; i++) {
            rows[i] = some_row(&r);
            parts[i] = (struct bt_summary_part){&rows[i], 1 + (long)rng_below(&r, 400)};
            turned[n - 1 - i] = parts[i];
        }
        struct bt_row one = bt_summary_row(&rules, parts, 1);
        struct bt_row all = bt_summary_row(&rules, parts, n);
        struct bt_row back = bt_summary_row(&rules, turned, n);
        for (const struct bt_metric *m = bt_metrics; m->name; m++) {
            assert_true(same_value(bt_metric_of(m, &one), bt_metric_of(m, &rows[0]), 0));
            assert_true(same_value(bt_metric_of(m, &all), bt_metric_of(m, &back), 1e-12));
            double lo = (double)INFINITY, hi = (double)-INFINITY;
            for (int i = 0; i < n; i++) {
                lo = fmin(lo, bt_metric_of(m, &rows[i]));
                hi = fmax(hi, bt_metric_of(m, &rows[i]));
            }
            double value = bt_metric_of(m, &all);
            if (rules.kind[m - bt_metrics] != BT_SUMMARY_SUM && !isnan(value))
                assert_true(value >= lo - 1e-12 && value <= hi + 1e-12);
        }
        assert_true(one.trade_hash == rows[0].trade_hash && all.trade_hash == back.trade_hash);
    }
}

/* ---- walk-forward ----------------------------------------------------------------------------- */

static struct bt_spread spread(const double *v, int n)
{
    double scratch[16];
    return bt_spread_of(v, n, scratch);
}

static void spreads_by_hand(void **state)
{
    (void)state;
    const double v[] = {4, none, 1, 3, 2, none};
    struct bt_spread s = spread(v, 6);
    assert_int_equal(s.n, 4);
    assert_true(s.mean == 2.5 && s.median == 2.5 && s.min == 1 && s.max == 4);
    assert_true(fabs(s.deviation - sqrt(5.0 / 3)) < 1e-15);
    s = spread(v, 5);
    assert_true(s.median == 2.5);
    s = spread(v, 4); /* 4 1 3 */
    assert_true(s.median == 3 && s.n == 3);
    s = spread(v, 1);
    assert_true(s.mean == 4 && s.median == 4 && isnan(s.deviation));
    s = spread(v + 1, 1);
    assert_true(s.n == 0 && isnan(s.mean) && isnan(s.median) && isnan(s.min) && isnan(s.max));
}

static void parameters_are_stable_below_a_fifth(void **state)
{
    (void)state;
    const double steady[] = {10, 11, 9, 10}; /* deviation 0.8165: 0.082 */
    const double loose[] = {10, 14, 6, 10};  /* 3.266: 0.327 */
    const double negative[] = {-10, -11, -9, -10};
    const double zero[] = {0, 0, 0}, around[] = {-1, 1, -1, 1}, same[] = {0.1, 0.1, 0.1};
    struct bt_spread s = spread(steady, 4);
    assert_true(fabs(bt_variation(&s) - sqrt(2.0 / 3) / 10) < 1e-15 && bt_is_stable(&s));
    s = spread(loose, 4);
    assert_true(fabs(bt_variation(&s) - sqrt(32.0 / 3) / 10) < 1e-15 && !bt_is_stable(&s));
    s = spread(negative, 4);
    assert_true(bt_variation(&s) > 0 && bt_is_stable(&s));
    s = spread(zero, 3);
    assert_true(bt_variation(&s) == 0 && bt_is_stable(&s));
    s = spread(same, 3);
    assert_true(bt_variation(&s) == 0 && bt_is_stable(&s));
    s = spread(around, 4);
    assert_true(isinf(bt_variation(&s)) && !bt_is_stable(&s));
    s = spread(steady, 1);
    assert_true(isnan(bt_variation(&s)) && !bt_is_stable(&s));
    s = (struct bt_spread){.n = 2, .mean = 5, .deviation = 1};
    assert_false(bt_is_stable(&s)); /* a fifth is not below a fifth */
}

static void a_test_far_below_its_validation_is_told(void **state)
{
    (void)state;
    assert_true(bt_test_falls_short(1, 0.69));
    assert_false(bt_test_falls_short(1, 0.7));
    assert_true(bt_test_falls_short(1, -1));
    assert_false(bt_test_falls_short(1, 2));
    assert_false(bt_test_falls_short(-1, -1));
    assert_false(bt_test_falls_short(-1, -1.29));
    assert_true(bt_test_falls_short(-1, -1.31));
    assert_true(bt_test_falls_short(0, -0.01));
    assert_false(bt_test_falls_short(0, 0));
    assert_false(bt_test_falls_short(none, 1));
    assert_false(bt_test_falls_short(1, none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(objectives_are_found_by_either_spelling),
        TEST(every_objective_has_its_metric),
        TEST(better_is_strict_and_undefined_is_worst),
        TEST(every_metric_has_a_rule_of_its_own),
        TEST(a_whole_number_is_not_averaged),
        TEST(rows_are_put_together_by_hand),
        TEST(every_rule_does_what_it_says),
        TEST(one_range_is_its_own_summary_and_order_does_not_matter),
        TEST(spreads_by_hand),
        TEST(parameters_are_stable_below_a_fifth),
        TEST(a_test_far_below_its_validation_is_told),
    };
    return cmocka_run_group_tests_name("objectives and summaries", tests, NULL, NULL);
}

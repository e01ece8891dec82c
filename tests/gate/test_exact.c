/* The rules for exact metrics and for what many rows come to, on generated cases. */
#include "harness/gate/exact.h"

#include "harness/base/rng.h"

#include "tests/test.h"

#include <math.h>
#include <string.h>

static struct metric_range same(double value)
{
    return (struct metric_range){.available = true, .low = value, .high = value};
}

static struct metric_range absent(const char *why)
{
    struct metric_range r = {.available = false};
    snprintf(r.reason, sizeof r.reason, "%s", why);
    return r;
}

static enum gate_verdict verdict_of(int metric, double base, double new, double margin)
{
    struct metric_range b = same(base), n = same(new);
    struct judged row = exact_judge(metric, &b, &n, margin);
    assert_int_equal(row.fails, row.verdict == GATE_FAIL);
    assert_true(row.base == base && row.new == new &&row.margin_percent == margin);
    return row.verdict;
}

static void one_more_fails_and_one_less_passes(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(5);
    for (int i = 0; i < 1000; i++) {
        double n = (double)rng_below(&rng, 1000000000);
        int metric = METRIC_ALLOCATED_BYTES + (int)rng_below(&rng, METRIC_COUNT - 3);
        assert_int_equal(verdict_of(metric, n, n, 0), GATE_PASS);
        assert_int_equal(verdict_of(metric, n, n + 1, 0), GATE_FAIL);
        assert_int_equal(verdict_of(metric, n + 1, n, 0), GATE_PASS);
    }
}

static void the_margin_itself_passes_and_what_is_above_fails(void **state)
{
    (void)state;
    assert_int_equal(verdict_of(METRIC_OPENS, 200, 204, 2), GATE_PASS);
    assert_int_equal(verdict_of(METRIC_OPENS, 200, 205, 2), GATE_FAIL);
    assert_int_equal(verdict_of(METRIC_INSTRUCTIONS, 1000000, 1000999, 0.1), GATE_PASS);
    assert_int_equal(verdict_of(METRIC_INSTRUCTIONS, 1000000, 1001001, 0.1), GATE_FAIL);
}

static void something_against_nothing_fails_without_a_ratio(void **state)
{
    (void)state;
    struct metric_range none = same(0), one = same(1);
    struct judged row = exact_judge(METRIC_FSYNCS, &none, &one, 0);
    assert_int_equal(row.verdict, GATE_FAIL);
    assert_true(isnan(row.lower));
    row = exact_judge(METRIC_FSYNCS, &none, &none, 0);
    assert_int_equal(row.verdict, GATE_PASS);
    assert_true(row.lower == 1);
}

/* Whatever the figures: one that varies never passes, and never fails either. */
static void what_varies_is_not_exact(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(6);
    for (int i = 0; i < 1000; i++) {
        double b = 1 + (double)rng_below(&rng, 1000), n = 1 + (double)rng_below(&rng, 1000);
        double more = 1 + (double)rng_below(&rng, 50);
        struct metric_range base = same(b), new = same(n);
        struct metric_range *one = rng_below(&rng, 2) ? &base : &new;
        one->high += more;
        struct judged row = exact_judge(METRIC_WRITES, &base, &new, (double)rng_below(&rng, 20));
        assert_int_equal(row.verdict, GATE_INCONCLUSIVE);
        assert_int_equal(judged_exit_status(&row), 3);
        assert_non_null(strstr(row.reason, "not exact here"));
        assert_non_null(strstr(row.reason, ".."));
    }
}

static void instructions_may_spread_by_their_jitter(void **state)
{
    (void)state;
    struct metric_range base = same(1000000), new = same(1000000);
    new.high = 1000400;
    assert_int_equal(exact_judge(METRIC_INSTRUCTIONS, &base, &new, 0.1).verdict, GATE_PASS);
    new.high = 1000600;
    assert_int_equal(exact_judge(METRIC_INSTRUCTIONS, &base, &new, 0.1).verdict, GATE_INCONCLUSIVE);
}

/* ---- which are judged ------------------------------------------------------------------------ */

static struct judging asking_for(const char *list)
{
    struct judging j = judging_default();
    struct err e;
    const struct opt_texts texts = {&list, 1};
    assert_ok(judging_metrics(&j, &texts, &e), &e);
    return j;
}

static void what_is_not_available_is_left_out_or_an_error(void **state)
{
    (void)state;
    struct metric_range side[METRIC_COUNT];
    for (int i = 0; i < METRIC_COUNT; i++)
        side[i] = i == METRIC_READS ? absent("nobody counts") : same(5);
    struct judged rows[METRIC_COUNT];
    int n;
    struct err e = {0};
    struct judging j = asking_for("exact");
    assert_ok(exact_rows(&j, "b", side, side, rows, &n, &e), &e);
    assert_int_equal(n, METRIC_COUNT - 3 - 2); /* no reads, no instructions */
    for (int i = 0; i < n; i++)
        assert_int_not_equal(rows[i].metric, METRIC_READS);
    j = asking_for("reads,opens");
    assert_false(exact_rows(&j, "b", side, side, rows, &n, &e));
    assert_says(&e, "b: reads is not available: nobody counts");
    assert_int_equal(err_exit_status(e.code), 2);
    for (int i = 0; i < METRIC_COUNT; i++)
        side[i] = absent("nobody counts");
    j = asking_for("exact");
    assert_false(exact_rows(&j, "b", side, side, rows, &n, &e));
    assert_says(&e, "no exact metric is available");
}

/* ---- many rows ------------------------------------------------------------------------------- */

static struct judged row_of(enum gate_verdict verdict, bool fails)
{
    return (struct judged){.verdict = verdict, .fails = fails};
}

static void exit_statuses_of_rows(void **state)
{
    (void)state;
    const struct {
        struct judged row;
        int status;
    } cases[] = {
        {row_of(GATE_PASS,         false), 0},
        {row_of(GATE_FAIL,         true),  1},
        {row_of(GATE_BORDERLINE,   true),  1},
        {row_of(GATE_BORDERLINE,   false), 0},
        {row_of(GATE_INCONCLUSIVE, false), 3},
        {row_of(GATE_ADVISORY,     false), 0},
        {row_of(GATE_ADVISORY,     true),  1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(judged_exit_status(&cases[i].row), cases[i].status);
}

/* The row that decides has the worst status of all, however the rows are ordered. */
static void the_worst_row_decides(void **state)
{
    (void)state;
    static const enum gate_verdict verdicts[] = {GATE_PASS, GATE_FAIL, GATE_BORDERLINE,
                                                 GATE_INCONCLUSIVE, GATE_ADVISORY};
    struct rng rng = rng_seeded(7);
    for (int i = 0; i < 2000; i++) {
        struct judged rows[8];
        int n = 1 + (int)rng_below(&rng, 8), status = 0;
        bool has_fail = false;
        for (int k = 0; k < n; k++) {
            enum gate_verdict v = verdicts[rng_below(&rng, 5)];
            bool by_policy = v == GATE_BORDERLINE || v == GATE_ADVISORY;
            rows[k] = row_of(v, v == GATE_FAIL || (by_policy && rng_below(&rng, 2)));
            status = judged_worse(status, judged_exit_status(&rows[k]));
            has_fail = has_fail || v == GATE_FAIL;
        }
        const struct judged *worst = &rows[judged_worst(rows, n)];
        assert_int_equal(judged_exit_status(worst), status);
        assert_int_equal(worst->verdict == GATE_FAIL, has_fail);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_more_fails_and_one_less_passes),
        TEST(the_margin_itself_passes_and_what_is_above_fails),
        TEST(something_against_nothing_fails_without_a_ratio),
        TEST(what_varies_is_not_exact),
        TEST(instructions_may_spread_by_their_jitter),
        TEST(what_is_not_available_is_left_out_or_an_error),
        TEST(exit_statuses_of_rows),
        TEST(the_worst_row_decides),
    };
    return cmocka_run_group_tests_name("exact", tests, NULL, NULL);
}

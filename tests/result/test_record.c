/* From pairs to a record: every figure is that of the statistics on the pairs given. */
#include "harness/result/record.h"

#include "harness/stats/hodges_lehmann.h"
#include "kernels/spin.h"

#include "tests/test.h"

#include <math.h>
#include <string.h>

enum { PAIRS = 12 };

static struct json *settings;

static struct plan_cell a_cell(void)
{
    return (struct plan_cell){
        .id = "s/c",
        .name = "c",
        .scale = "s",
        .base = {.label = "none",
                 .kernel = &kernel_spin,
                 .layer_set = "none",
                 .settings = settings                                                              },
        .new = {.label = "all",  .kernel = &kernel_spin, .layer_set = "none", .settings = settings},
    };
}

/* Pair i: base takes 1000 + i^2 per iteration, new 5 % more; the pair's own ratio says 20 %. */
static void fill(struct cell_result *r, const struct plan_cell *cell)
{
    cell_init(r, cell);
    r->has_delay = true;
    for (int i = 0; i < PAIRS; i++) {
        int64_t base = (1000 + i * i) * 40, new = (1000 + i * i) * 42; /* mean is not median */
        struct cell_pair pair = {
            .first = i % 2,
            .slices = 20,
            .iterations = 2,
            .work = {{base, base + 100, 60}, {new, new + 100, 60}},
        };
        for (int m = 0; m < PROBE_METRIC_COUNT; m++)
            pair.log_ratio[m] = log(1.20) + 0.001 * (i - 5.5);
        cell_add(r, &pair);
    }
}

static double number(const struct json *record, const char *a, const char *b, const char *c)
{
    return json_number(json_get(json_get(json_get(record, a), b), c));
}

static void ratios_come_from_the_pairs_own_numbers(void **state)
{
    (void)state;
    struct plan_cell cell = a_cell();
    struct cell_result r;
    fill(&r, &cell);
    double logs[PAIRS];
    cell_log_ratios(&r, PROBE_CPU, logs);
    struct json *record = record_comparison(&r, NULL, true);
    struct stats_interval exact = stats_hodges_lehmann_interval(logs, PAIRS, 0.95);
    assert_true(fabs(number(record, "compare", "cpu", "ratio") - exp(exact.estimate)) < 1e-12);
    assert_true(fabs(number(record, "compare", "cpu", "lower") - exp(exact.low)) < 1e-12);
    assert_true(fabs(number(record, "compare", "cpu", "upper") - exp(exact.high)) < 1e-12);
    assert_true(fabs(number(record, "compare", "cpu", "median_ratio") - 1.05) < 1e-9);
    assert_true(number(record, "compare", "cpu", "lower") <
                number(record, "compare", "cpu", "upper"));
    /* Turns have coins of their own, so that no side of a pair was first. */
    assert_int_equal(
        json_kind(json_get(json_get(json_get(record, "compare"), "cpu"), "position_effect")),
        JSON_NULL);
    assert_string_equal(json_text(json_get(record, "verdict")), "slower");
    json_free(record);
    cell_done(&r);
}

static void values_are_per_iteration_and_net_leaves_queueing_out(void **state)
{
    (void)state;
    struct plan_cell cell = a_cell();
    struct cell_result r;
    fill(&r, &cell);
    struct json *record = record_comparison(&r, NULL, true);
    const struct json *metrics = json_get(json_get(record, "base"), "metrics");
    assert_true(json_number(json_get(json_get(metrics, "cpu"), "min")) == 1000);
    assert_true(json_number(json_get(json_get(metrics, "wall"), "min")) == 1002.5);
    assert_true(json_number(json_get(json_get(metrics, "net"), "min")) == 1001);
    assert_true(json_number(json_get(json_get(metrics, "cpu"), "median")) == 1030.5);
    assert_string_equal(json_text(json_get(json_get(record, "new"), "label")), "all");
    assert_int_equal(json_count(json_get(json_get(metrics, "cpu"), "values")), PAIRS);
    assert_int_equal(json_count(json_get(record, "pairs")), PAIRS);
    const struct json *first = json_first(json_get(record, "pairs"));
    assert_string_equal(json_text(json_get(first, "first")), "base");
    assert_string_equal(json_text(json_get(json_next(first), "first")), "new");
    json_free(record);
    cell_done(&r);
}

static void the_sides_do_not_change_places(void **state)
{
    (void)state;
    struct plan_cell cell = a_cell();
    struct cell_result r;
    fill(&r, &cell);
    assert_true(record_median(&r, SIDE_NEW, PROBE_CPU) > record_median(&r, SIDE_BASE, PROBE_CPU));
    struct stats_comparison c = record_contrast(&r, PROBE_CPU);
    assert_true(c.welch.difference.estimate > 0);
    assert_true(c.percent > 0 && c.times < 1);
    cell_done(&r);
}

static int make(void **state)
{
    (void)state;
    settings = json_object();
    return 0;
}

static int end(void **state)
{
    (void)state;
    json_free(settings);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ratios_come_from_the_pairs_own_numbers),
        TEST(values_are_per_iteration_and_net_leaves_queueing_out),
        TEST(the_sides_do_not_change_places),
    };
    return cmocka_run_group_tests_name("record", tests, make, end);
}

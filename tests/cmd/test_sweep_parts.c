#include "harness/cmd/sweep_advice.h"
#include "harness/cmd/sweep_progress.h"

#include "tests/test.h"

#include <math.h>

/* ---- rate ---- */

static void a_rate_is_unknown_then_the_first_then_a_mean(void **state)
{
    (void)state;
    struct sweep_rate r = {0};
    assert_true(isnan(sweep_rate_now(&r)));
    sweep_rate_add(&r, 100, 0.2);
    assert_true(fabs(sweep_rate_now(&r) - 100) < 1e-9);
    sweep_rate_add(&r, 300, 0.2);
    assert_true(sweep_rate_now(&r) > 199 && sweep_rate_now(&r) < 210);
}

/* One long look weighs as many short ones. */
static void a_rate_depends_on_time_not_on_looks(void **state)
{
    (void)state;
    struct sweep_rate once = {0}, often = {0};
    sweep_rate_add(&once, 50, 1);
    sweep_rate_add(&often, 50, 1);
    sweep_rate_add(&once, 200, 2);
    for (int i = 0; i < 100; i++)
        sweep_rate_add(&often, 200, 0.02);
    assert_true(fabs(sweep_rate_now(&once) - sweep_rate_now(&often)) < 1e-6);
    sweep_rate_add(&once, 1000, 60);
    assert_true(fabs(sweep_rate_now(&once) - 1000) < 1e-3);
}

/* ---- advice ---- */

static const struct sweep_advice rows[] = {
    {.layers = true,     .most = 100, .advice = "plain", .source = "results/x"},
    {.layers = true, .most = 1000, .advice = "unmeasured"},
    {.least = 1000,                  .most = UINT64_MAX, .advice = "layers", .source = "results/y"},
    {0     },
};

static const char *advice(uint64_t backtests, bool layers, bool workers)
{
    const struct sweep_advice *row =
        sweep_advice_for(rows, (struct sweep_mode){backtests, layers, workers});
    return row ? row->advice : "";
}

static void advice_is_given_where_it_was_measured(void **state)
{
    (void)state;
    assert_string_equal(advice(100, true, false), "plain");
    assert_string_equal(advice(101, true, false), "");
    assert_string_equal(advice(100, true, true), "");
    assert_string_equal(advice(999, false, false), "");
    assert_string_equal(advice(1000, false, false), "layers");
    assert_string_equal(advice(1000000, false, true), "");
}

/* What is said of a mode must stand in a file that is there. */
static void every_source_of_advice_is_a_file(void **state)
{
    (void)state;
    for (const struct sweep_advice *row = sweep_advice_rows; row->advice; row++)
        if (row->source) {
            FILE *file = fopen(row->source, "r");
            assert_non_null(file);
            fclose(file);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_rate_is_unknown_then_the_first_then_a_mean),
        TEST(a_rate_depends_on_time_not_on_looks),
        TEST(advice_is_given_where_it_was_measured),
        TEST(every_source_of_advice_is_a_file),
    };
    return cmocka_run_group_tests_name("sweep_parts", tests, NULL, NULL);
}

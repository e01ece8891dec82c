#include "harness/profile/profiled.h"

#include "tests/test.h"

#include <math.h>

/* Of runs that cost 100, 110, 121 before and 200, 220, 242 after: logs one step apart. */
static void a_ratio_of_costs_has_the_error_of_its_runs(void **state)
{
    (void)state;
    struct profiled before = {0}, after = {0};
    double at = 100, step = log(1.1);
    for (int i = 0; i < 3; i++, at *= 1.1) {
        profiled_cost_add(&before.cost, at);
        profiled_cost_add(&after.cost, 2 * at);
    }
    struct stats_scale s = profiled_cost_ratio(&before, &after);
    assert_true(fabs(s.factor - 2) < 1e-12);
    assert_true(fabs(s.log_error - step * sqrt(2.0 / 3)) < 1e-12);
    assert_true(fabs(s.freedom - 4) < 1e-9);
}

static void too_few_runs_have_none(void **state)
{
    (void)state;
    struct profiled before = {0}, after = {0};
    struct stats_scale s = profiled_cost_ratio(&before, &after);
    assert_true(s.factor == 1 && isnan(s.log_error));
    for (int i = 0; i < 5; i++)
        profiled_cost_add(&before.cost, 100 + i);
    profiled_cost_add(&after.cost, 150);
    profiled_cost_add(&after.cost, 0); /* took no time that was seen */
    profiled_cost_add(&after.cost, (double)NAN);
    assert_int_equal(after.cost.runs, 1);
    s = profiled_cost_ratio(&before, &after);
    assert_true(s.factor > 1.4 && s.factor < 1.5 && isnan(s.log_error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_ratio_of_costs_has_the_error_of_its_runs),
        TEST(too_few_runs_have_none),
    };
    return cmocka_run_group_tests_name("profiled", tests, NULL, NULL);
}

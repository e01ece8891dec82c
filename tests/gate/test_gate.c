/* The gate over hand-made cells: which metrics can fail, when it stops, which verdict counts. */
#include "harness/gate/gate.h"

#include "kernels/backtest/backtest.h"
#include "kernels/spin.h"

#include "tests/test.h"

#include <math.h>

static const int64_t hour_ns = 3600000000000;

static struct plan_cell cell_of(const struct kernel *k)
{
    return (struct plan_cell){.id = "c", .base = {.kernel = k}, .new = {.kernel = k}};
}

/* Adds n pairs: per metric the ratio new/base, up to 2 % of noise on it; CPU as a share of wall, and what is
 * queued besides. */
static void add(struct cell_result *r, int n, const double ratio[PROBE_METRIC_COUNT], double busy,
                int64_t queued_ns)
{
    for (int i = 0; i < n; i++) {
        struct cell_pair pair = {.slices = 1, .iterations = 1};
        for (int s = 0; s < SIDES; s++)
            pair.work[s] =
                (struct probe_slice){(int64_t)(1e6 * busy), 1000000 + queued_ns, queued_ns};
        for (int m = 0; m < PROBE_METRIC_COUNT; m++)
            pair.log_ratio[m] = log(ratio[m]) + 0.002 * (r->count * 8 % 21 - 10);
        cell_add(r, &pair);
    }
}

/* How many pairs the gate wants of such a cell; the gate is left with its decisions. The first `odd` pairs wait
 * as long again as they work. */
static int pairs_taken_of(struct gate *g, const struct plan_cell *cell,
                          const double ratio[PROBE_METRIC_COUNT], double busy, int64_t queued_ns,
                          int odd, int64_t budget_ns)
{
    struct cell_result r;
    cell_init(&r, cell);
    r.has_delay = cell->base.kernel != NULL;
    struct judging j = judging_default();
    j.budget_s = (double)budget_ns / 1e9;
    gate_begin(g, &gate_rule_default, &j);
    do
        add(&r, 1, ratio, r.count < odd ? busy / 2 : busy, queued_ns);
    while (gate_wants_more(g, &r) && r.count < 100);
    int n = r.count;
    cell_done(&r);
    return n;
}

static int pairs_taken(struct gate *g, const struct plan_cell *cell,
                       const double ratio[PROBE_METRIC_COUNT], double busy, int64_t budget_ns)
{
    return pairs_taken_of(g, cell, ratio, busy, 0, 0, budget_ns);
}

static const double equal[] = {1, 1, 1}, slow_cpu[] = {1.3, 1, 1}, slow_net[] = {1, 1.3, 1},
                    slow_wall[] = {1, 1, 1.3};

static void compute_is_judged_by_cpu_time_alone(void **state)
{
    (void)state;
    struct gate g;
    const struct judging usual = judging_default();
    struct plan_cell cell = cell_of(&kernel_spin);
    assert_int_equal(gate_metric_count(&cell, &usual), 1);
    assert_int_equal(pairs_taken(&g, &cell, equal, 1, hour_ns), 10);
    assert_int_equal(gate_outcome(&g), GATE_PASS);
    pairs_taken(&g, &cell, slow_net, 1, hour_ns);
    assert_int_equal(gate_outcome(&g), GATE_PASS);
    pairs_taken(&g, &cell, slow_cpu, 1, hour_ns);
    assert_int_equal(gate_outcome(&g), GATE_FAIL);
}

static void work_with_files_is_judged_by_waiting_too(void **state)
{
    (void)state;
    struct gate g;
    const struct judging usual = judging_default();
    struct plan_cell cell = cell_of(&kernel_backtest);
    assert_int_equal(gate_metric_count(&cell, &usual), 2);
    pairs_taken(&g, &cell, slow_net, 1, hour_ns);
    assert_int_equal(gate_outcome(&g), GATE_FAIL);
    assert_int_equal(gate_deciding_metric(&g), PROBE_NET);
    pairs_taken(&g, &cell, slow_wall, 1, hour_ns);
    assert_int_equal(gate_outcome(&g), GATE_PASS);
}

/* Two processes made one: the same CPU time, twice the wall time. */
static void compute_of_several_processes_is_judged_by_wall_time_too(void **state)
{
    (void)state;
    struct gate g;
    const struct judging usual = judging_default();
    struct plan_cell cell = cell_of(&kernel_spin);
    cell.base.is_wide = true;
    assert_int_equal(gate_metric_count(&cell, &usual), 2);
    assert_true(gate_pass_share(&cell, &usual) == 0.5);
    pairs_taken(&g, &cell, slow_wall, 1.9, hour_ns);
    assert_int_equal(gate_outcome(&g), GATE_FAIL);
    assert_int_equal(gate_deciding_metric(&g), PROBE_WALL);
}

static void a_command_that_waits_is_judged_by_wall_time_too(void **state)
{
    (void)state;
    struct gate g;
    const struct judging usual = judging_default();
    struct plan_cell cell = cell_of(NULL);
    assert_int_equal(gate_metric_count(&cell, &usual), 2);
    assert_true(gate_pass_share(&cell, &usual) == 0.5);
    pairs_taken(&g, &cell, slow_wall, 0.95, hour_ns);
    assert_int_equal(gate_outcome(&g), GATE_PASS);
    pairs_taken(&g, &cell, slow_wall, 0.85, hour_ns);
    assert_int_equal(gate_outcome(&g), GATE_FAIL);
    assert_true(probe_metrics[gate_deciding_metric(&g)].needs_confirmation);
    pairs_taken(&g, &cell, slow_wall, 1.05, hour_ns);
    assert_int_equal(gate_outcome(&g), GATE_PASS);
    pairs_taken(&g, &cell, slow_wall, 1.9, hour_ns); /* two CPUs at work, or one no more */
    assert_int_equal(gate_outcome(&g), GATE_FAIL);
}

static void queueing_is_no_waiting_of_a_command(void **state)
{
    (void)state;
    struct gate g;
    struct plan_cell cell = cell_of(NULL);
    pairs_taken_of(&g, &cell, slow_wall, 0.95, 4000000, 0, hour_ns);
    assert_int_equal(gate_outcome(&g), GATE_PASS);
    assert_false(g.judged[PROBE_WALL]);
    pairs_taken_of(&g, &cell, slow_wall, 0.85, 4000000, 0, hour_ns);
    assert_int_equal(gate_outcome(&g), GATE_FAIL);
    pairs_taken_of(&g, &cell, slow_wall, 0.95, 0, 2, hour_ns); /* of the ten of the first look */
    assert_int_equal(gate_outcome(&g), GATE_PASS);
    pairs_taken_of(&g, &cell, slow_wall, 0.95, 0, 3, hour_ns);
    assert_int_equal(gate_outcome(&g), GATE_FAIL);
    assert_int_equal(gate_deciding_metric(&g), PROBE_WALL);
}

static void a_command_that_only_waits_is_judged_by_wall_time_alone(void **state)
{
    (void)state;
    struct gate g;
    struct plan_cell cell = cell_of(NULL);
    assert_int_equal(pairs_taken(&g, &cell, slow_cpu, 0.01, hour_ns), GATE_MIN_PAIRS);
    assert_int_equal(gate_outcome(&g), GATE_PASS);
    assert_true(g.judged[PROBE_WALL] && !g.judged[PROBE_CPU]);
    pairs_taken(&g, &cell, slow_wall, 0.01, hour_ns);
    assert_int_equal(gate_outcome(&g), GATE_FAIL);
    pairs_taken(&g, &cell, slow_cpu, 0.03, hour_ns);
    assert_int_equal(gate_outcome(&g), GATE_FAIL);
    assert_int_equal(gate_deciding_metric(&g), PROBE_CPU);
}

static void the_time_budget_ends_a_cell(void **state)
{
    (void)state;
    static const double at_the_margin[] = {1.10, 1.10, 1.10};
    struct gate g;
    struct plan_cell cell = cell_of(&kernel_spin);
    assert_int_equal(pairs_taken(&g, &cell, at_the_margin, 1, hour_ns), 60);
    assert_int_equal(gate_outcome(&g), GATE_BORDERLINE);
    assert_int_equal(pairs_taken(&g, &cell, at_the_margin, 1, 0), GATE_MIN_PAIRS);
    assert_int_not_equal(gate_outcome(&g), GATE_PASS);
}

static void a_regression_outweighs_doubt_and_doubt_a_pass(void **state)
{
    (void)state;
    assert_int_equal(judged_worse(0, 3), 3);
    assert_int_equal(judged_worse(3, 1), 1);
    assert_int_equal(judged_worse(1, 3), 1);
    assert_int_equal(judged_worse(0, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(compute_is_judged_by_cpu_time_alone),
        TEST(work_with_files_is_judged_by_waiting_too),
        TEST(compute_of_several_processes_is_judged_by_wall_time_too),
        TEST(a_command_that_waits_is_judged_by_wall_time_too),
        TEST(queueing_is_no_waiting_of_a_command),
        TEST(a_command_that_only_waits_is_judged_by_wall_time_alone),
        TEST(the_time_budget_ends_a_cell),
        TEST(a_regression_outweighs_doubt_and_doubt_a_pass),
    };
    return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}

/* Nanoseconds a bar-backtest, and shares of the ceilings that stood beside the pairs. */
#include "harness/result/throughput.h"

#include "kernels/null.h"
#include "kernels/spin.h"

#include "tests/test.h"

#include <math.h>

enum { PAIRS = 11, BACKTESTS = 50, BARS = 100 };

/* One run a pair: iterations and slices are not what it is divided by. */
static struct kernel once;

static struct plan_cell a_cell(void)
{
    once = kernel_spin;
    once.cut = KERNEL_ONCE;
    return (struct plan_cell){.id = "s/c", .base = {.kernel = &once}, .new = {.kernel = &once}};
}

static struct json *counts(bool bars)
{
    struct json *c = json_object();
    json_put_number(c, "backtests", BACKTESTS);
    if (bars)
        json_put_number(c, "bar_backtests", BACKTESTS * BARS);
    return c;
}

/* Pair i takes 2 + i/10 ns a bar-backtest of CPU, twice that of wall; the last two are contended. */
static void fill(struct cell_result *r, const struct plan_cell *cell)
{
    cell_init(r, cell);
    for (int i = 0; i < PAIRS; i++) {
        int64_t ns = (20 + i) * BACKTESTS * BARS / 10;
        struct ceiling quiet = {.clock_ghz = 3, .ipc = 6, .dense_ns = 0.5};
        struct cell_pair pair = {
            .slices = 7,
            .iterations = 3,
            .work = {{ns, 2 * ns, 0}, {ns, 2 * ns, 0}},
            .has_ceiling = true,
            .ceiling = {quiet,           quiet          },
        };
        if (i >= PAIRS - 2)
            pair.ceiling[i % 2].ipc = 5;
        cell_add(r, &pair);
    }
    r->best_ipc = 6;
    r->sides[SIDE_BASE].counts = counts(true);
    r->sides[SIDE_NEW].counts = counts(false);
}

static void near(double found, double expected)
{
    if (!(fabs(found - expected) <= 1e-9 * fabs(expected)))
        fail_msg("found %.12g, expected %.12g", found, expected);
}

static void times_are_divided_by_what_was_done(void **state)
{
    (void)state;
    struct plan_cell cell = a_cell();
    struct cell_result r;
    struct throughput t;
    fill(&r, &cell);
    assert_true(throughput_of(&r, SIDE_BASE, &t));
    near(t.cpu_ns.estimate, 2.5);
    near(t.wall_ns.estimate, 5);
    near(t.min_ns, 2);
    assert_true(t.cpu_ns.low > 2 && t.cpu_ns.high < 3 && t.cpu_ns.coverage >= 0.95);
    near(t.backtests_per_s, 1e9 / (2.5 * BARS));
    cell_done(&r);
}

static void shares_are_the_ceilings_time_over_the_time_taken(void **state)
{
    (void)state;
    struct plan_cell cell = a_cell();
    struct cell_result r;
    struct throughput t;
    fill(&r, &cell);
    r.sides[SIDE_BASE].instructions = 18.0 * BACKTESTS * BARS; /* 1 ns at 6 a clock of 3 GHz */
    assert_true(throughput_of(&r, SIDE_BASE, &t));
    near(t.dense_share, 0.5 / 2.5);
    near(t.instructions, 18);
    near(t.issue_share, 1 / 2.5);
    assert_int_equal(t.contended, 2);
    for (int i = 0; i < PAIRS; i++)
        r.pairs[i].has_ceiling = false;
    assert_true(throughput_of(&r, SIDE_BASE, &t));
    assert_true(isnan(t.dense_share) && isnan(t.issue_share));
    assert_int_equal(t.contended, 0);
    cell_done(&r);
}

static void a_kernel_that_does_not_count_bars_has_none(void **state)
{
    (void)state;
    struct plan_cell cell = a_cell();
    struct cell_result r;
    struct throughput t;
    fill(&r, &cell);
    assert_false(throughput_of(&r, SIDE_NEW, &t));
    cell_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(times_are_divided_by_what_was_done),
        TEST(shares_are_the_ceilings_time_over_the_time_taken),
        TEST(a_kernel_that_does_not_count_bars_has_none),
    };
    return cmocka_run_group_tests_name("throughput", tests, NULL, NULL);
}

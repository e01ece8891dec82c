/* How many a second, of what a kernel counts. */
#include "harness/result/rate.h"

#include "kernels/spin.h"

#include "tests/test.h"

#include <math.h>
#include <string.h>

enum { PAIRS = 11, STRADDLES = 1000 };

static struct kernel once;

/* Pair i takes 1 + i/10 ms of wall, twice that of CPU: two workers. */
static void fill(struct cell_result *r, struct plan_cell *cell, const char *counted)
{
    once = kernel_spin;
    once.cut = KERNEL_ONCE;
    *cell = (struct plan_cell){.id = "s/c", .base = {.kernel = &once}, .new = {.kernel = &once}};
    cell_init(r, cell);
    for (int i = 0; i < PAIRS; i++) {
        int64_t ns = 1000000 + 100000 * i;
        struct cell_pair pair = {
            .slices = 3, .iterations = 1, .work = {{2 * ns, ns, 0}, {2 * ns, ns, 0}}
        };
        cell_add(r, &pair);
    }
    r->sides[SIDE_NEW].counts = json_object();
    json_put_number(r->sides[SIDE_NEW].counts, counted, STRADDLES);
}

/* By hand: the median of the pairwise means of 1000 / (1 + i/10 ms), i = 0..10, lies near that of the
 * middle pair, 1000 / 1.5 ms; every value between those of the last and the first pair. */
static void a_rate_is_a_count_over_the_time_of_each_pair(void **state)
{
    (void)state;
    struct cell_result r;
    struct plan_cell cell;
    struct rate rate;
    fill(&r, &cell, "straddles");
    assert_true(rate_of(&r, SIDE_NEW, &rate));
    assert_string_equal(rate.unit, "straddles");
    assert_true(fabs(rate.wall.estimate - 1000 / 1.5e-3) < 0.05 * rate.wall.estimate);
    assert_true(fabs(2 * rate.cpu.estimate - rate.wall.estimate) < 1e-9 * rate.wall.estimate);
    assert_true(rate.wall.low >= 500e3 && rate.wall.high <= 1e6);
    assert_true(rate.wall.low < rate.wall.estimate && rate.wall.estimate < rate.wall.high);
    assert_false(rate_of(&r, SIDE_BASE, &rate));
    cell_done(&r);
}

static void what_is_no_unit_has_no_rate(void **state)
{
    (void)state;
    struct cell_result r;
    struct plan_cell cell;
    struct rate rate;
    fill(&r, &cell, "backtests");
    assert_false(rate_of(&r, SIDE_NEW, &rate));
    cell_done(&r);
}

static void a_record_has_both_clocks(void **state)
{
    (void)state;
    struct rate rate = {
        "straddles",
        96,
        {.estimate = 100, .low = 90, .high = 110, .coverage = 0.95},
        {.estimate = 50,  .low = 45, .high = 55,  .coverage = 0.95}
    };
    struct json *o = rate_json(&rate);
    assert_string_equal(json_text(json_get(o, "unit")), "straddles");
    assert_true(json_number(json_get(o, "count")) == 96);
    assert_true(json_number(json_get(json_get(o, "wall_per_s"), "lower")) == 90);
    assert_true(json_number(json_get(json_get(o, "cpu_per_s"), "estimate")) == 50);
    json_free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_rate_is_a_count_over_the_time_of_each_pair),
        TEST(what_is_no_unit_has_no_rate),
        TEST(a_record_has_both_clocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

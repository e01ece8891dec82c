#include "harness/probe/ceiling.h"
#include "harness/probe/machine.h"

#include "tests/test.h"

#include <string.h>

/* No bound on a time: only that the loops ran and their figures fit each other. */
static void ceilings_are_measured_or_a_reason_is_given(void **state)
{
    (void)state;
    struct ceiling c;
    if (!ceiling_measure(&c)) {
        assert_non_null(ceiling_reason());
        assert_true(c.dense_ns == 0);
        skip();
    }
    assert_null(ceiling_reason());
    assert_true(c.clock_ghz > 0 && c.ipc > 0 && c.dense_ns > 0);
}

static void a_busy_neighbour_is_told_by_the_best_of_the_run(void **state)
{
    (void)state;
    assert_true(ceiling_is_quiet(6.0, 6.1));
    assert_true(ceiling_is_quiet(6.1, 6.1));
    assert_false(ceiling_is_quiet(5.3, 6.1));
}

static void a_process_that_was_pinned_may_use_its_cpus_again(void **state)
{
    (void)state;
    enum { MAX = 256 };
    int before[MAX], now[MAX];
    struct err e;
    int n = probe_allowed_cpus(before, MAX);
    if (n < 2 || n > MAX)
        skip();
    assert_ok(probe_pin(before[n - 1], &e), &e);
    assert_int_equal(probe_allowed_cpus(now, MAX), 1);
    assert_int_equal(now[0], before[n - 1]);
    assert_ok(probe_allow(before, n, &e), &e);
    assert_int_equal(probe_allowed_cpus(now, MAX), n);
    assert_memory_equal(now, before, (size_t)n * sizeof *before);
    assert_false(probe_allow((int[]){0, -1}, 2, &e));
    assert_says(&e, "expected a CPU from 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ceilings_are_measured_or_a_reason_is_given),
        TEST(a_busy_neighbour_is_told_by_the_best_of_the_run),
        TEST(a_process_that_was_pinned_may_use_its_cpus_again),
    };
    return cmocka_run_group_tests_name("ceiling", tests, NULL, NULL);
}

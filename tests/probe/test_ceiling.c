#include "harness/probe/ceiling.h"

#include "tests/test.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ceilings_are_measured_or_a_reason_is_given),
        TEST(a_busy_neighbour_is_told_by_the_best_of_the_run),
    };
    return cmocka_run_group_tests_name("ceiling", tests, NULL, NULL);
}

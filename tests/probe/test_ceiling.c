#include "harness/probe/ceiling.h"
#include "harness/probe/ceiling_roofline.h"
#include "harness/probe/machine.h"

#include "tests/test.h"

#include <math.h>
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

/* Of a laptop, of a virtual machine that names its host's whole last level, and of one that names none. */
static void working_sets_fit_their_level_and_no_lower_one(void **state)
{
    (void)state;
    enum { KIB = 1 << 10, MIB = 1 << 20 };
    const size_t laptop[] = {32 * KIB, 512 * KIB, 16 * MIB}, shared[] = {32 * KIB, MIB, 320 * MIB};
    const size_t small[] = {64 * KIB, 0, 64 * KIB}, none[] = {0, 0, 0};
    const size_t gib = (size_t)1 << 30;
    size_t sets[CEILING_LEVELS];
    ceiling_working_sets(laptop, 16 * gib, sets);
    assert_true(sets[CEILING_L1] == 16 * KIB && sets[CEILING_L2] == 256 * KIB);
    assert_true(sets[CEILING_L3] == 8 * MIB && sets[CEILING_DRAM] == 64 * MIB);
    ceiling_working_sets(shared, 16 * gib, sets);
    assert_true(sets[CEILING_L3] == 16 * MIB && sets[CEILING_DRAM] == gib / 2);
    ceiling_working_sets(shared, gib,
                         sets); /* an eighth of the memory is less than the last level */
    assert_true(sets[CEILING_DRAM] == 0);
    ceiling_working_sets(small, 16 * gib, sets);
    assert_true(sets[CEILING_L2] == 0 && sets[CEILING_L3] == 0 && sets[CEILING_DRAM] == 256 * KIB);
    ceiling_working_sets(none, 16 * gib, sets);
    for (int i = 0; i < CEILING_LEVELS; i++)
        assert_true(sets[i] == 0);
}

/* No bound on a time: only that every rate is there, or none is claimed. */
static void a_roofline_has_its_ceilings(void **state)
{
    (void)state;
    struct ceiling_roofline c;
    ceiling_roofline(&c);
    assert_true(c.flops > 0 && c.flops_by[0]);
    assert_true(isnan(c.clock_ghz) == (ceiling_reason() != NULL));
    for (int i = 0; i < CEILING_LEVELS; i++)
        assert_true(c.memory[i].bytes > 0 ? c.memory[i].bytes_per_s > 0
                                          : isnan(c.memory[i].bytes_per_s));
    assert_string_equal(ceiling_level_name(CEILING_DRAM), "dram");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ceilings_are_measured_or_a_reason_is_given),
        TEST(a_busy_neighbour_is_told_by_the_best_of_the_run),
        TEST(working_sets_fit_their_level_and_no_lower_one),
        TEST(a_roofline_has_its_ceilings),
        TEST(a_process_that_was_pinned_may_use_its_cpus_again),
    };
    return cmocka_run_group_tests_name("ceiling", tests, NULL, NULL);
}

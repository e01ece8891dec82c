/* Trials of the campaign: the planted work is there, and nothing is left behind. */
#include "tests/gate/trial.h"
#include "tests/test.h"

#include "harness/base/json.h"
#include "harness/probe/machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static void count_turn(void *context, int first, const struct probe_slice slices[SIDES])
{
    assert_true(first == 0 || first == 1);
    assert_true(slices[SIDE_BASE].wall_ns > 0 && slices[SIDE_NEW].wall_ns > 0);
    ++*(int *)context;
}

static bool two_pairs(void *context, const struct cell_result *so_far)
{
    (void)context;
    return so_far->count < 2;
}

static int named(const char *cell)
{
    for (int i = 0; i < TRIAL_CELLS; i++)
        if (strcmp(trial_cells[i].name, cell) == 0)
            return i;
    fail_msg("no cell %s", cell);
    return -1;
}

/* Two pairs; *turns: of both sides that were seen. */
static void measure(struct trial_pairs *p, const char *cell, int percent, int *turns)
{
    struct err e;
    const struct trial_options o = {
        .cupel = getenv("CUPEL"),
        .state = test_folder("trial"),
        .seed = 5,
        .watch = {count_turn, turns}
    };
    *turns = 0;
    assert_ok(trial_measure(p, named(cell), percent, &o, two_pairs, NULL, &e), &e);
    assert_int_equal(p->result.count, 2);
}

static double opens(const struct trial_pairs *p, int side)
{
    return json_number(json_get(p->result.sides[side].counts, "opens"));
}

static void what_is_planted_is_there(void **state)
{
    (void)state;
    struct trial_pairs p;
    int turns;
    for (int percent = 0; percent < TRIAL_PERCENTS; percent++) {
        measure(&p, "files/quiet", percent, &turns);
        assert_true(opens(&p, SIDE_BASE) == 100);
        assert_true(opens(&p, SIDE_NEW) == 100 + trial_percents[percent]);
        trial_pairs_done(&p);
    }
}

static void every_turn_is_seen(void **state)
{
    (void)state;
    struct trial_pairs p;
    int turns;
    measure(&p, "spin/quiet", 0, &turns);
    assert_true(turns >= p.result.pairs[0].slices + p.result.pairs[1].slices);
    trial_pairs_done(&p);
}

static void a_load_ends_with_its_trial(void **state)
{
    (void)state;
    struct trial_pairs p;
    int before[PAIR_CPUS_MAX], after[PAIR_CPUS_MAX], turns;
    int n = probe_allowed_cpus(before, PAIR_CPUS_MAX);
    measure(&p, "spin/bursty", 0, &turns);
    trial_pairs_done(&p);
    assert_int_equal(probe_allowed_cpus(after, PAIR_CPUS_MAX), n);
    assert_memory_equal(before, after, (size_t)n * sizeof *before);
    assert_true(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_planted_is_there),
        TEST(every_turn_is_seen),
        TEST(a_load_ends_with_its_trial),
    };
    return cmocka_run_group_tests_name("trial", tests, NULL, NULL);
}

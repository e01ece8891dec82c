/* Whose time a sample is: made-up stacks. */
#include "harness/profile/whose.h"
#include "tests/test.h"

enum { DEPTH = 8 };

#define WORKER "harness/run/worker.c"
#define NEAR   "cupel"

static bool asks(whose_rule *rule, const struct stacks_frame *v)
{
    const struct stacks_frame *frames[DEPTH];
    int n = 0;
    while (n < DEPTH && v[n].name) {
        frames[n] = &v[n];
        n++;
    }
    return rule(frames, n);
}

#define STACK(...)                                                                                 \
    (const struct stacks_frame[DEPTH])                                                             \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define ANSWER                                                                                     \
    {"main", "harness/main.c", NEAR, 0},                                                           \
    {                                                                                              \
        "answer_to", WORKER, NEAR, 0                                                               \
    }
#define STEP                                                                                       \
    ANSWER,                                                                                        \
    {                                                                                              \
        "step", WORKER, NEAR, 0                                                                    \
    }

static void what_the_kernel_does_counts(void **state)
{
    (void)state;
    assert_true(asks(whose_kernel, STACK(STEP, {"exec_base", "kernels/backtest/base.c", NEAR, 0})));
    assert_true(asks(whose_kernel, STACK(STEP, {"step", "/home/u/harness/run.c", "my.so", 0})));
    assert_true(asks(whose_kernel, STACK(STEP, {"[unknown] in my.so", "", "my.so", 0})));
    /* ... and calls of the harness: files, memory */
    assert_true(asks(whose_kernel, STACK(STEP, {"exec_base", "kernels/backtest/base.c", NEAR, 0},
                                         {"io_sync", "harness/base/io.c", NEAR, 0},
                                         {"[kernel]", "", "[kernel]", 0})));
    /* a process that it forked while it prepared */
    assert_true(asks(whose_kernel, STACK(ANSWER, {"prepare", WORKER, NEAR, 0},
                                         {"wire_serve", "kernels/pool/wire.c", NEAR, 0})));
}

static void what_is_not_below_the_loop_counts(void **state)
{
    (void)state;
    assert_true(asks(whose_kernel, STACK({"thread", "kernels/pool/pool.c", NEAR, 0})));
    assert_true(asks(whose_kernel, STACK({"[kernel]", "", "[kernel]", 0})));
}

static void what_the_worker_does_beside_does_not(void **state)
{
    (void)state;
    assert_false(asks(whose_kernel, STACK(ANSWER)));
    assert_false(asks(whose_kernel, STACK(STEP)));
    assert_false(asks(whose_kernel, STACK(STEP, {"[kernel]", "", "[kernel]", 0})));
    assert_false(asks(whose_kernel, STACK(STEP, {"body_end", WORKER, NEAR, 0},
                                          {"probe_end", "harness/probe/probe.c", NEAR, 0})));
    assert_false(
        asks(whose_kernel, STACK(STEP, {"protocol_put_slice", "harness/run/protocol.c", NEAR, 0})));
    assert_false(
        asks(whose_kernel, STACK(STEP, {"sync_state", WORKER, NEAR, 0},
                                 {"syncfs", "", "libc.so.6", 0}, {"[kernel]", "", "[kernel]", 0})));
    assert_false(asks(whose_kernel, STACK({"serve_until_quit", WORKER, NEAR, 0},
                                          {"channel_send", "harness/run/protocol.c", NEAR, 0})));
}

static void a_worker_of_another_folder_is_judged_alike(void **state)
{
    (void)state;
    static const struct stacks_frame step = {"step", "/else/harness/run/worker.c", "old", 0};
    assert_true(asks(whose_kernel, STACK(step, {"exec", "/else/kernels/a.c", "old", 0})));
    assert_false(
        asks(whose_kernel, STACK(step, {"probe_end", "/else/harness/probe/probe.c", "old", 0})));
}

static void a_command_counts_from_its_own_program_on(void **state)
{
    (void)state;
    assert_true(asks(whose_command, STACK({"main", "sort.c", "sort", 0})));
    assert_true(asks(whose_command, STACK({"[kernel]", "", "[kernel]", 0})));
    /* the profiled command is a cupel: its own worker is its work */
    assert_true(asks(whose_command, STACK(STEP, {"sync_state", WORKER, NEAR, 0})));
    assert_false(asks(whose_command, STACK({"[unknown]", "", "memfd:cupel-spawner (deleted)", 0},
                                           {"[kernel]", "", "[kernel]", 0})));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_kernel_does_counts),
        cmocka_unit_test(what_is_not_below_the_loop_counts),
        cmocka_unit_test(what_the_worker_does_beside_does_not),
        cmocka_unit_test(a_worker_of_another_folder_is_judged_alike),
        cmocka_unit_test(a_command_counts_from_its_own_program_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

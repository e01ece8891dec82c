#define _GNU_SOURCE
#include "harness/probe/mock.h"
#include "harness/probe/machine.h"

#include "tests/test.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void clocks_stand_around_the_body_cheapest_inside(void **state)
{
    (void)state;
    const struct probe_reading script[] = {
        {.wall_ns = 1000, .cpu_ns = 100, .children_ns = 7,  .delay_ns = 50},
        {.wall_ns = 4000, .cpu_ns = 900, .children_ns = 27, .delay_ns = 80},
    };
    struct probe_mock mock = {.script = script, .n = 2};
    struct probe_source source = probe_mock_source(&mock);
    struct probe p;
    struct probe_reading begin;
    struct probe_slice slice;
    probe_open_source(&p, &source);
    probe_begin(&p, &begin);
    probe_mock_note(&mock, "body");
    probe_end(&p, &begin, &slice);
    assert_string_equal(mock.log.p, "delay children cpu wall body wall cpu children delay");
    assert_int_equal(slice.wall_ns, 3000);
    assert_int_equal(slice.cpu_ns, 820);
    assert_int_equal(slice.delay_ns, 30);
    assert_true(probe_has_delay(&p));
    probe_close(&p);
    probe_mock_done(&mock);
}

/* Preempted between the readings of the delay and of the clocks: that time is in no slice. */
static void waiting_beside_the_slice_is_not_taken_from_it(void **state)
{
    (void)state;
    static const struct {
        int64_t own_ns, delay_ns, counts_ns;
    } cases[] = {
        {800,  100,   100 },
        {800,  200,   200 },
        {800,  90000, 200 },
        {1100, 90000, 0   },
        {0,    90000, 1000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct probe_reading script[] = {
            {0                            },
            { .wall_ns = 1000,
             .cpu_ns = cases[i].own_ns,
             .children_ns = 500,
             .delay_ns = cases[i].delay_ns},
        };
        struct probe_mock mock = {.script = script, .n = 2};
        struct probe_source source = probe_mock_source(&mock);
        struct probe p;
        struct probe_reading begin;
        struct probe_slice slice;
        probe_open_source(&p, &source);
        probe_begin(&p, &begin);
        probe_end(&p, &begin, &slice);
        assert_int_equal(slice.delay_ns, cases[i].counts_ns);
        assert_int_equal(slice.cpu_ns, cases[i].own_ns + 500);
        assert_true(probe_metric_find("net")->value(&slice) >= 0);
        probe_close(&p);
        probe_mock_done(&mock);
    }
}

static void metrics_are_found_by_name_and_derive_net(void **state)
{
    (void)state;
    const struct probe_slice slice = {.cpu_ns = 70, .wall_ns = 100, .delay_ns = 25};
    assert_true(probe_metric_find("cpu")->value(&slice) == 70);
    assert_true(probe_metric_find("net")->value(&slice) == 75);
    assert_true(probe_metric_find("wall")->value(&slice) == 100);
    assert_true(probe_metric_find("wall")->needs_confirmation);
    assert_null(probe_metric_find("walls"));
    for (int i = 0; i < PROBE_METRIC_COUNT; i++)
        assert_string_equal(probe_metrics[i].unit, "ns");
}

static void slices_add_up(void **state)
{
    (void)state;
    struct probe_slice sum = {0};
    const struct probe_slice slice = {.cpu_ns = 1, .wall_ns = 20, .delay_ns = 300};
    probe_slice_add(&sum, &slice);
    probe_slice_add(&sum, &slice);
    assert_int_equal(sum.cpu_ns, 2);
    assert_int_equal(sum.wall_ns, 40);
    assert_int_equal(sum.delay_ns, 600);
}

static void overhead_is_the_median_and_least_of_empty_slices(void **state)
{
    (void)state;
    /* Empty slices of 1, 2, 3, ... 200 ns wall: median 100.5, least 1. */
    static struct probe_reading script[400];
    for (int i = 0; i < 200; i++) {
        script[2 * i] = (struct probe_reading){.wall_ns = 0, .cpu_ns = 10};
        script[2 * i + 1] = (struct probe_reading){.wall_ns = 200 - i, .cpu_ns = 14, .delay_ns = 1};
    }
    struct probe_mock mock = {.script = script, .n = 400};
    struct probe_source source = probe_mock_source(&mock);
    struct probe p;
    struct probe_cost cost[PROBE_METRIC_COUNT];
    probe_open_source(&p, &source);
    probe_overhead(&p, cost);
    assert_true(cost[PROBE_WALL].median_ns == 100.5 && cost[PROBE_WALL].min_ns == 1);
    assert_true(cost[PROBE_CPU].median_ns == 4 && cost[PROBE_CPU].min_ns == 4);
    assert_true(cost[PROBE_NET].median_ns == 99.5 && cost[PROBE_NET].min_ns == 1);
    probe_mock_done(&mock);
}

/* Enough work that every clock must have moved; how much it moved is not judged. */
static unsigned busy(void)
{
    volatile unsigned x = 1;
    for (int i = 0; i < 5000000; i++)
        x = x * 1664525u + 1013904223u;
    return x;
}

static void real_clocks_move_with_work(void **state)
{
    (void)state;
    struct probe p;
    struct probe_reading begin;
    struct probe_slice slice;
    probe_open(&p);
    assert_int_equal(probe_has_delay(&p), access("/proc/self/schedstat", R_OK) == 0);
    probe_begin(&p, &begin);
    busy();
    probe_end(&p, &begin, &slice);
    assert_true(slice.wall_ns > 0);
    assert_true(slice.cpu_ns > 0);
    assert_true(slice.delay_ns >= 0);
    probe_close(&p);
    assert_false(probe_has_delay(&p));
}

static void a_child_that_was_waited_for_counts_as_cpu_time(void **state)
{
    (void)state;
    struct probe p;
    struct probe_reading begin, after;
    probe_open(&p);
    probe_begin(&p, &begin);
    pid_t child = fork();
    if (child == 0) {
        busy();
        _exit(0);
    }
    waitpid(child, NULL, 0);
    probe_begin(&p, &after);
    assert_true(after.children_ns > begin.children_ns);
    struct probe_slice slice;
    probe_end(&p, &begin, &slice);
    assert_true(slice.cpu_ns >= after.children_ns - begin.children_ns);
    probe_close(&p);
}

static int one_pid(const void *context, pid_t *out, int max)
{
    const pid_t *pid = context;
    assert_int_equal(max, PROBE_PIDS_MAX);
    out[0] = *pid;
    return *pid > 0;
}

static int64_t children_now(struct probe *p)
{
    struct probe_reading now;
    probe_begin(p, &now);
    return now.children_ns;
}

/* A child that works, tells that it has, waits for its end. */
static pid_t working_child(int *from_child, int *to_child)
{
    int up[2], down[2];
    char byte;
    assert_int_equal(pipe(up) + pipe(down), 0);
    pid_t child = fork();
    if (child == 0) {
        close(down[1]);
        busy();
        _exit(write(up[1], "x", 1) == 1 && read(down[0], &byte, 1) == 0 ? 0 : 1);
    }
    close(up[1]);
    close(down[0]);
    *from_child = up[0];
    *to_child = down[1];
    return child;
}

/* Alive, dead, waited for: the sum moves with the child's work only. The slack is that of
 * getrusage's microseconds and of the child's own end. */
static void a_watched_child_counts_while_it_lives_and_once_when_it_ends(void **state)
{
    (void)state;
    struct probe p;
    pid_t child = 0;
    int from_child, to_child;
    char byte;
    siginfo_t info;
    probe_open(&p);
    probe_watch(&p, one_pid, &child);
    int64_t before = children_now(&p);
    child = working_child(&from_child, &to_child);
    assert_int_equal(read(from_child, &byte, 1), 1);
    int64_t alive = children_now(&p);
    close(to_child);
    assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
    int64_t dead = children_now(&p);
    assert_int_equal(waitpid(child, NULL, 0), child);
    child = 0;
    int64_t gone = children_now(&p), work = alive - before;
    assert_true(work > 0);
    assert_in_range(dead - before, work, 2 * work);
    assert_in_range(gone - before, work - work / 2, 2 * work);
    probe_watch(&p, NULL, NULL);
    assert_in_range(children_now(&p) - before, work - work / 2, 2 * work);
    close(from_child);
    probe_close(&p);
}

static void pinning_leaves_one_cpu_and_refuses_impossible_ones(void **state)
{
    (void)state;
    struct err e;
    int before[4] = {-1, -1, -1, -1}, after[4];
    assert_true(probe_allowed_cpus(before, 4) >= 1);
    assert_false(probe_pin(-1, &e));
    assert_says(&e, "found -1");
    assert_false(probe_pin(8191, &e));
    assert_says(&e, "pin to CPU 8191");
    pid_t child = fork(); /* the pin must not outlive this test */
    if (child == 0) {
        bool ok = probe_pin(before[0], &e) && probe_allowed_cpus(after, 4) == 1;
        _exit(ok && after[0] == before[0] && sched_getcpu() == before[0] ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

static void a_folder_is_synced_and_an_absent_one_named(void **state)
{
    (void)state;
    struct err e;
    assert_ok(probe_sync_dir(test_folder("probe-sync"), &e), &e);
    assert_false(probe_sync_dir("/nowhere/at/all", &e));
    assert_says(&e, "/nowhere/at/all");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(clocks_stand_around_the_body_cheapest_inside),
        TEST(waiting_beside_the_slice_is_not_taken_from_it),
        TEST(metrics_are_found_by_name_and_derive_net),
        TEST(slices_add_up),
        TEST(overhead_is_the_median_and_least_of_empty_slices),
        TEST(real_clocks_move_with_work),
        TEST(a_child_that_was_waited_for_counts_as_cpu_time),
        TEST(a_watched_child_counts_while_it_lives_and_once_when_it_ends),
        TEST(pinning_leaves_one_cpu_and_refuses_impossible_ones),
        TEST(a_folder_is_synced_and_an_absent_one_named),
    };
    return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}

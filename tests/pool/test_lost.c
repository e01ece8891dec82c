/* Workers that die, hang or lie; jobs that fail; and what is left when the pool or its parent ends. */
#define _GNU_SOURCE
#include "harness/base/rng.h"
#include "tests/pool/planned.h"
#include "tests/test.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { JOBS = 12, CULPRIT = 5, HANG_MS = 300, CASES = 300 };

static struct plan_of_jobs plan;

static struct pool *open_pool(int workers, long hang_ms)
{
    struct err e;
    struct pool_settings settings = {.workers = workers, .hang_ms = hang_ms};
    struct pool_work work = planned_work(&plan);
    struct pool *p = pool_open(&settings, &work, &e);
    assert_ok(p != NULL, &e);
    return p;
}

static long hang_ms_for(enum planned_kind kind)
{
    return kind >= KIND_HANG ? HANG_MS : 0;
}

static void a_worker_lost_once_is_replaced_and_its_job_run_again(void **state)
{
    (void)state;
    for (enum planned_kind kind = KIND_KILL; kind < KIND_COUNT; kind++)
        for (int workers = 1; workers <= 3; workers += 2) {
            struct pool *p = open_pool(workers, hang_ms_for(kind));
            planned_reset(&plan, JOBS);
            plan.jobs[CULPRIT].kind = kind;
            plan.jobs[CULPRIT].wrong = 1;
            planned_check(p, &plan, JOBS, false);
            assert_int_equal(atomic_load(&plan.shared->tries[CULPRIT]), 2);
            struct pool_stats stats = pool_stats(p);
            if (kind < KIND_HANG) { /* a machine that stands still makes others look hung */
                assert_int_equal(stats.workers_lost, 1);
                assert_int_equal(stats.retries, 1);
                assert_int_equal(stats.workers_started, workers + 1);
            }
            assert_int_equal(stats.jobs, JOBS);
            pool_close(p);
            assert_true(planned_no_children());
        }
}

static void a_job_that_loses_two_workers_ends_the_batch(void **state)
{
    (void)state;
    for (enum planned_kind kind = KIND_FAIL; kind < KIND_COUNT; kind++) {
        struct pool *p = open_pool(2, hang_ms_for(kind));
        planned_reset(&plan, JOBS);
        plan.jobs[CULPRIT].kind = kind;
        plan.jobs[CULPRIT].wrong = 9;
        planned_check(p, &plan, JOBS, false);
        assert_int_equal(atomic_load(&plan.shared->tries[CULPRIT]), kind == KIND_FAIL ? 1 : 2);
        planned_reset(&plan, JOBS); /* the pool is as good as new */
        planned_check(p, &plan, JOBS, false);
        pool_close(p);
        assert_true(planned_no_children());
    }
}

static void with_failed_it_is_told_in_its_turn_and_the_others_go_on(void **state)
{
    (void)state;
    for (enum planned_kind kind = KIND_FAIL; kind < KIND_COUNT; kind++)
        for (int workers = 1; workers <= 3; workers += 2) {
            struct pool *p = open_pool(workers, hang_ms_for(kind));
            planned_reset(&plan, JOBS);
            plan.jobs[CULPRIT].kind = kind;
            plan.jobs[CULPRIT].wrong = 9;
            planned_check(p, &plan, JOBS, true);
            assert_int_equal(pool_stats(p).jobs, JOBS);
            pool_close(p);
            assert_true(planned_no_children());
        }
}

static void a_hung_worker_is_named_with_the_time(void **state)
{
    (void)state;
    struct pool *p = open_pool(1, 50);
    planned_reset(&plan, 1);
    plan.jobs[0].kind = KIND_HANG;
    plan.jobs[0].wrong = 9;
    struct err e;
    struct pool_batch batch = planned_batch(&plan, 1, false);
    assert_false(pool_run(p, &batch, &e));
    assert_int_equal(e.code, ERR_SYSTEM);
    assert_string_equal(e.text, "job 0: its worker hung for 0.05 s, at the second attempt too");
    pool_close(p);
}

static bool three_times(void *context, struct err *e)
{
    int *asked = context;
    return ++*asked < 3 || err_set(e, ERR_INTERRUPTED, "enough");
}

static bool put_hanging(void *context, long number, struct text *bytes, struct err *e)
{
    (void)context, (void)number, (void)e;
    text_add(bytes, (const char *)&plan.jobs[0], sizeof plan.jobs[0]);
    return true;
}

static void a_job_without_end_goes_on_as_long_as_the_caller_wants(void **state)
{
    (void)state;
    struct pool *p = open_pool(1, 0);
    planned_reset(&plan, 1);
    plan.jobs[0].kind = KIND_HANG;
    plan.jobs[0].wrong = 9;
    struct err e;
    int asked = 0;
    struct pool_batch batch = {
        .context = &asked, .jobs = 1, .job = put_hanging, .go_on = three_times};
    alarm(60); /* red: for ever */
    assert_false(pool_run(p, &batch, &e));
    alarm(0);
    assert_int_equal(e.code, ERR_INTERRUPTED);
    assert_string_equal(e.text, "enough");
    assert_int_equal(asked, 3);
    assert_true(planned_no_children());
    pool_close(p);
}

static void plan_at_random(struct rng *rng, long jobs)
{
    planned_reset(&plan, jobs);
    for (long i = 0; i < jobs; i++) {
        plan.jobs[i].bytes = rng_below(rng, 200);
        if (rng_below(rng, 25) != 0)
            continue;
        plan.jobs[i].kind = (enum planned_kind)(1 + rng_below(rng, KIND_HANG - 1));
        plan.jobs[i].wrong = 1 + (int)rng_below(rng, 2);
    }
}

/* Any mixture of losses and failures, on pools that live through all of them. */
static void any_mixture_is_told_as_one_process_would(void **state)
{
    (void)state;
    const uint64_t seed = 20;
    struct rng rng = rng_seeded(seed);
    struct err e;
    struct pool_work work = planned_work(&plan);
    print_message("# seed %lu, 4 * %d cases\n", (unsigned long)seed, CASES);
    for (int kind = 0; kind < 4; kind++) {
        struct pool_settings settings = {.workers = kind + 1, .window = kind * kind};
        struct pool *p = pool_open(&settings, &work, &e);
        assert_ok(p != NULL, &e);
        for (int c = 0; c < CASES; c++) {
            long jobs = (long)rng_below(&rng, 20);
            plan_at_random(&rng, jobs);
            planned_check(p, &plan, jobs, rng_below(&rng, 2) == 0);
        }
        pool_close(p);
        assert_true(planned_no_children());
    }
}

static struct {
    struct pool_loss loss;
    char how[64];
} told[4];
static int told_n;

static void note_loss(void *context, const struct pool_loss *loss)
{
    (void)context;
    assert_true(told_n < 4);
    told[told_n].loss = *loss;
    snprintf(told[told_n].how, sizeof told->how, "%s", loss->how);
    told_n++;
}

/* By place, process and end; the second ends the job. */
static void each_loss_is_told_when_it_happens(void **state)
{
    (void)state;
    struct err e;
    pid_t pid;
    siginfo_t info;
    struct pool *p = open_pool(1, 0);
    planned_reset(&plan, JOBS);
    plan.jobs[CULPRIT].kind = KIND_EXIT;
    plan.jobs[CULPRIT].wrong = 9;
    struct pool_batch batch = planned_batch(&plan, JOBS, true);
    batch.lost = note_loss;
    told_n = 0;
    assert_ok(pool_run(p, &batch, &e), &e);
    assert_int_equal(told_n, 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(told[i].loss.worker, 0);
        assert_int_equal(told[i].loss.job, CULPRIT);
        assert_int_equal(told[i].loss.again, i == 0);
        assert_string_equal(told[i].how, "ended with status 5 before the result");
    }
    assert_int_not_equal(told[0].loss.pid, told[1].loss.pid);
    assert_int_equal(pool_pids(p, &pid, 1), 1);
    kill(pid, SIGKILL);
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    planned_reset(&plan, JOBS);
    assert_ok(pool_run(p, &batch, &e), &e);
    assert_int_equal(told_n, 3);
    assert_int_equal(told[2].loss.pid, pid);
    assert_int_equal(told[2].loss.job, -1);
    assert_string_equal(told[2].how, "was killed by signal 9 (Killed)");
    pool_close(p);
    assert_true(planned_no_children());
}

static void a_worker_killed_between_batches_is_replaced(void **state)
{
    (void)state;
    struct pool *p = open_pool(3, 0);
    pid_t before[8], after[8];
    planned_reset(&plan, JOBS);
    planned_check(p, &plan, JOBS, false);
    assert_int_equal(pool_pids(p, before, 8), 3);
    siginfo_t info;
    kill(before[1], SIGKILL);
    assert_int_equal(waitid(P_PID, (id_t)before[1], &info, WEXITED | WNOWAIT), 0);
    planned_reset(&plan, JOBS);
    planned_check(p, &plan, JOBS, false);
    assert_int_equal(pool_pids(p, after, 8), 3);
    assert_int_equal(before[0], after[0]);
    assert_int_not_equal(before[1], after[1]);
    assert_int_equal(before[2], after[2]);
    assert_int_equal(pool_stats(p).workers_lost, 1);
    assert_int_equal(pool_stats(p).retries, 0); /* it had no job */
    pool_close(p);
    assert_true(planned_no_children());
}

/* ---- ending ---------------------------------------------------------------------------------- */

static bool refuse(void *context, long number, struct str result, struct err *e)
{
    (void)context;
    (void)result;
    return err_input(e, "done refused job %ld", number);
}

/* Jobs after the first never end. */
static void done_that_refuses_ends_the_batch_at_once(void **state)
{
    (void)state;
    struct pool *p = open_pool(3, 0);
    planned_reset(&plan, JOBS);
    for (int i = 1; i < JOBS; i++) {
        plan.jobs[i].kind = KIND_HANG;
        plan.jobs[i].wrong = 9;
    }
    struct err e;
    struct pool_batch batch = planned_batch(&plan, JOBS, true);
    batch.done = refuse;
    assert_false(pool_run(p, &batch, &e));
    assert_string_equal(e.text, "done refused job 0");
    pid_t left[8];
    int n = pool_pids(p, left, 8);
    for (int i = 0; i < n; i++) /* the idle may stay; nobody is dead and not waited for */
        assert_int_equal(waitpid(left[i], NULL, WNOHANG), 0);
    planned_reset(&plan, JOBS);
    planned_check(p, &plan, JOBS, false);
    pool_close(p);
    assert_true(planned_no_children());
}

static void a_stopped_worker_does_not_hold_up_the_end(void **state)
{
    (void)state;
    struct pool *p = open_pool(2, 0);
    pid_t pids[2];
    planned_reset(&plan, JOBS);
    planned_check(p, &plan, JOBS, false);
    assert_int_equal(pool_pids(p, pids, 2), 2);
    kill(pids[0], SIGSTOP);
    pool_close(p);
    assert_true(planned_no_children());
}

static bool send_pids(void *context, long number, struct str result, struct err *e)
{
    (void)number;
    (void)result;
    (void)e;
    void *const *both = context;
    pid_t pids[3];
    int n = pool_pids(both[0], pids, 3);
    return write(*(int *)both[1], pids, sizeof pids) == (ssize_t)sizeof pids && n == 3;
}

static bool make_number(void *context, long number, struct text *bytes, struct err *e)
{
    (void)context;
    (void)e;
    text_printf(bytes, "%ld", number);
    return true;
}

static bool run_first_only(void *context, struct str job, struct text *out, struct err *e)
{
    (void)context;
    (void)out;
    (void)e;
    while (!str_is(job, "0"))
        pause();
    return true;
}

/* A process with a pool: tells the workers' pids after the first job, then waits for ever. */
static _Noreturn void be_a_parent(int fd)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* should the test end first */
    struct err e;
    struct pool_settings settings = {.workers = 3};
    struct pool_work work = {.run = run_first_only};
    struct pool *p = pool_open(&settings, &work, &e);
    struct pool_batch batch = {
        .context = (void *[2]){p, &fd},
           .jobs = 9, .job = make_number, .done = send_pids
    };
    _exit(p && pool_run(p, &batch, &e) ? 0 : 1);
}

/* The orphans become children of this process, which can so wait for their end. */
static void workers_end_with_a_parent_that_is_killed(void **state)
{
    (void)state;
    int out[2], status;
    pid_t workers[3] = {0};
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    assert_int_equal(pipe(out), 0);
    pid_t parent = fork();
    if (parent == 0)
        be_a_parent(out[1]);
    close(out[1]);
    alarm(60);
    assert_int_equal(read(out[0], workers, sizeof workers), sizeof workers);
    kill(parent, SIGKILL);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    /* By the signal, or by the end of their stream when they had no job yet; those in a job that does
     * not end have only the signal, and without it this waits until the alarm. */
    for (int i = 0; i < 3; i++)
        assert_int_equal(waitpid(workers[i], &status, 0), workers[i]);
    alarm(0);
    close(out[0]);
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    assert_true(planned_no_children());
}

static volatile sig_atomic_t signals_seen;

static void count_signal(int number)
{
    (void)number;
    signals_seen++;
}

static bool signal_the_group(void *context, long number, struct str result, struct err *e)
{
    (void)context;
    (void)result;
    (void)e;
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    if (number < 3)
        kill(0, numbers[number]);
    return true;
}

/* The handlers come after the fork: the workers do not inherit them. */
static bool run_a_signalled_batch(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = count_signal};
    struct err e;
    struct pool *p = open_pool(3, 0);
    planned_reset(&plan, JOBS);
    planned_check(p, &plan, JOBS, false);
    for (int i = 0; i < 3; i++)
        sigaction(numbers[i], &action, NULL);
    planned_reset(&plan, 100);
    struct pool_batch batch = planned_batch(&plan, 100, false);
    batch.done = signal_the_group;
    bool ok = pool_run(p, &batch, &e) && pool_stats(p).workers_lost == 0 && signals_seen == 3;
    pool_close(p);
    return ok;
}

/* As a terminal does on ^C. In a process group of its own. */
static void signals_to_the_group_are_the_parents_alone(void **state)
{
    (void)state;
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        _exit(run_a_signalled_batch() ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
}

/* ---- the system refuses ----------------------------------------------------------------------- */

static void limit(__rlimit_resource_t what, rlim_t most)
{
    struct rlimit r = {most, most};
    setrlimit(what, &r);
}

static int lowest_free(void)
{
    int fd = dup(0);
    close(fd);
    return fd;
}

/* Runs on 8 workers under a limit. 0: well, on fewer workers; 1: "refused" with the words. */
static int run_limited(const char *words)
{
    struct err e = {0};
    int free_before = lowest_free();
    struct pool *p = open_pool(8, 0);
    planned_reset(&plan, JOBS);
    struct pool_batch batch = planned_batch(&plan, JOBS, false);
    bool ok = pool_run(p, &batch, &e);
    struct pool_stats stats = pool_stats(p);
    pool_close(p);
    if (lowest_free() != free_before)
        return 4;
    if (!ok)
        return strstr(e.text, words) && stats.workers_refused == 1 ? 1 : 2;
    return stats.jobs == JOBS && stats.workers_refused == 1 && stats.workers_started < 8 ? 0 : 3;
}

static int status_of(pid_t pid)
{
    int status = -1;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Each worker costs the parent one descriptor, and a second one while it is made. */
static void without_descriptors_fewer_workers_do_the_work(void **state)
{
    (void)state;
    for (int room = 0; room <= 4; room += 4) {
        pid_t pid = fork();
        if (pid == 0) {
            int highest = 0; /* poll refuses more places than there may be descriptors */
            while (highest < 20)
                highest = dup(0);
            limit(RLIMIT_NOFILE, (rlim_t)(highest + 1 + room));
            _exit(run_limited("socket of a worker: Too many open files"));
        }
        assert_int_equal(status_of(pid), room == 0);
    }
}

/* The limit does not hold for root: such a test takes a user that nobody else is. */
static void without_processes_fewer_workers_do_the_work(void **state)
{
    (void)state;
    if (getuid() != 0)
        skip();
    for (int room = 0; room <= 3; room += 3) {
        pid_t pid = fork();
        if (pid == 0) {
            limit(RLIMIT_NPROC, (rlim_t)(1 + room));
            if (setresuid(61234, 61234, 61234) != 0)
                _exit(9);
            _exit(run_limited("fork a worker: Resource temporarily unavailable"));
        }
        assert_int_equal(status_of(pid), room == 0);
    }
}

static int end_plan(void **state)
{
    (void)state;
    planned_done(&plan);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_worker_lost_once_is_replaced_and_its_job_run_again),
        TEST(a_job_that_loses_two_workers_ends_the_batch),
        TEST(with_failed_it_is_told_in_its_turn_and_the_others_go_on),
        TEST(a_hung_worker_is_named_with_the_time),
        TEST(a_job_without_end_goes_on_as_long_as_the_caller_wants),
        TEST(any_mixture_is_told_as_one_process_would),
        TEST(each_loss_is_told_when_it_happens),
        TEST(a_worker_killed_between_batches_is_replaced),
        TEST(done_that_refuses_ends_the_batch_at_once),
        TEST(a_stopped_worker_does_not_hold_up_the_end),
        TEST(workers_end_with_a_parent_that_is_killed),
        TEST(signals_to_the_group_are_the_parents_alone),
        TEST(without_descriptors_fewer_workers_do_the_work),
        TEST(without_processes_fewer_workers_do_the_work),
    };
    limit(RLIMIT_CORE, 0);
    return cmocka_run_group_tests_name("pool: lost workers", tests, NULL, end_plan);
}

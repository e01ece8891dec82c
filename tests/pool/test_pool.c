#define _GNU_SOURCE
#include "kernels/pool/pool.h"

#include "harness/base/io.h"

#include "tests/test.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { JOBS = 100, LARGE = 1 << 20 };

struct tally {
    int done[JOBS];
    long sum, count;
    long fail_at; /* job that is to fail, -1: none */
    size_t bytes; /* of each result; 0: the square of the job as text */
    const char *folder;
    int fd;
};

static const int worker_counts[] = {1, 2, 3, 8, JOBS + 20};

static bool run_square(void *context, long job, struct text *out, struct err *e)
{
    struct tally *t = context;
    t->sum = -1; /* seen by nobody: the worker's memory is its own */
    if (job == t->fail_at)
        return err_set(e, ERR_MISMATCH, "job %ld: planted", job);
    text_printf(out, "%ld", job * job);
    return true;
}

static bool done_square(void *context, long job, struct str result, struct err *e)
{
    struct tally *t = context;
    long square;
    if (!str_to_long(result, &square) || square != job * job)
        return err_input(e, "job %ld: wrong result", job);
    t->done[job]++;
    t->sum += square;
    t->count++;
    return true;
}

static int open_descriptors(void)
{
    int n = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

/* Runs on every number of workers; checks that neither processes nor descriptors are left. */
static void on_all_workers(struct pool_work work, long jobs, const char *error)
{
    for (size_t i = 0; i < sizeof worker_counts / sizeof *worker_counts; i++) {
        struct tally t = *(struct tally *)work.context;
        struct pool_work mine = {&t, work.run, work.done};
        struct err e = {0};
        int before = open_descriptors();
        bool ok = pool_run(worker_counts[i], jobs, &mine, &e);
        assert_int_equal(open_descriptors(), before);
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
        assert_int_equal(errno, ECHILD);
        if (error) {
            assert_false(ok);
            assert_says(&e, error);
            continue;
        }
        assert_ok(ok, &e);
        assert_int_equal(t.count, jobs);
        long sum = 0;
        for (long job = 0; job < jobs; job++) {
            assert_int_equal(t.done[job], 1);
            sum += job * job;
        }
        assert_int_equal(t.sum, t.bytes ? 0 : sum);
    }
}

static void results_are_complete_and_equal_on_any_number_of_workers(void **state)
{
    (void)state;
    struct tally t = {.fail_at = -1};
    on_all_workers((struct pool_work){&t, run_square, done_square}, JOBS, NULL);
    on_all_workers((struct pool_work){&t, run_square, done_square}, 1, NULL);
}

static void no_jobs_are_no_work(void **state)
{
    (void)state;
    struct tally t = {.fail_at = -1};
    on_all_workers((struct pool_work){&t, run_square, done_square}, 0, NULL);
}

static void an_error_in_a_job_ends_the_run(void **state)
{
    (void)state;
    struct tally t = {.fail_at = 40};
    struct pool_work work = {&t, run_square, done_square};
    on_all_workers(work, JOBS, "job 40: planted");
    struct err e = {0};
    assert_false(pool_run(2, JOBS, &work, &e));
    assert_int_equal(e.code, ERR_MISMATCH);
}

static bool run_mute(void *context, long job, struct text *out, struct err *e)
{
    (void)context;
    (void)out;
    (void)e;
    return job < 3;
}

static bool done_nothing(void *context, long job, struct str result, struct err *e)
{
    (void)context;
    (void)job;
    (void)e;
    return result.n == 0;
}

static void an_error_without_words_is_an_error_still(void **state)
{
    (void)state;
    struct tally t = {0};
    on_all_workers((struct pool_work){&t, run_mute, done_nothing}, JOBS, "gave no reason");
}

static bool done_refuses(void *context, long job, struct str result, struct err *e)
{
    (void)context;
    (void)result;
    return job < 7 || err_input(e, "done refused job");
}

static void an_error_in_done_ends_the_run(void **state)
{
    (void)state;
    struct tally t = {.fail_at = -1};
    on_all_workers((struct pool_work){&t, run_square, done_refuses}, JOBS, "done refused job");
}

static bool run_killed(void *context, long job, struct text *out, struct err *e)
{
    if (job == 13)
        raise(SIGKILL);
    return run_square(context, job, out, e);
}

static bool run_exits(void *context, long job, struct text *out, struct err *e)
{
    if (job == 13)
        _exit(5);
    return run_square(context, job, out, e);
}

static void a_worker_that_dies_is_named_with_its_job(void **state)
{
    (void)state;
    struct tally t = {.fail_at = -1};
    on_all_workers((struct pool_work){&t, run_killed, done_square}, JOBS,
                   "job 13: its worker was killed by signal 9 (Killed)");
    on_all_workers((struct pool_work){&t, run_exits, done_square}, JOBS,
                   "job 13: its worker ended with status 5");
}

static bool run_stuck(void *context, long job, struct text *out, struct err *e)
{
    while (job == 0)
        pause();
    return run_square(context, job, out, e);
}

static void workers_in_a_long_job_do_not_hold_up_an_error(void **state)
{
    (void)state;
    struct tally t = {.fail_at = 5};
    struct pool_work work = {&t, run_stuck, done_square};
    struct err e;
    assert_false(pool_run(2, JOBS, &work, &e));
    assert_says(&e, "planted");
}

static bool run_large(void *context, long job, struct text *out, struct err *e)
{
    (void)context;
    (void)e;
    char line[64];
    memset(line, 'a' + (int)(job % 26), sizeof line);
    for (int i = 0; i < LARGE / 64; i++)
        text_add(out, line, sizeof line);
    return true;
}

static bool done_large(void *context, long job, struct str result, struct err *e)
{
    struct tally *t = context;
    if (result.n != LARGE)
        return err_input(e, "job %ld: %zu bytes", job, result.n);
    for (size_t i = 0; i < result.n; i++)
        if (result.p[i] != 'a' + (int)(job % 26))
            return err_input(e, "job %ld: byte %zu differs", job, i);
    t->done[job]++;
    t->count++;
    return true;
}

static void large_results_arrive_whole(void **state)
{
    (void)state;
    struct tally t = {.bytes = LARGE};
    on_all_workers((struct pool_work){&t, run_large, done_large}, 24, NULL);
}

static bool run_writes(void *context, long job, struct text *out, struct err *e)
{
    const struct tally *t = context;
    char path[1200];
    snprintf(path, sizeof path, "%s/%ld", t->folder, job);
    return io_write_file(path, "12345", 5, e) && run_square(context, job, out, e);
}

static void what_workers_count_is_added(void **state)
{
    (void)state;
    struct tally t = {.fail_at = -1, .folder = test_folder("pool_counts")};
    struct pool_work work = {&t, run_writes, done_square};
    struct err e;
    struct io_counts before = io_counts_now();
    assert_ok(pool_run(3, 10, &work, &e), &e);
    struct io_counts after = io_counts_now();
    assert_int_equal(after.calls[IO_WRITE] - before.calls[IO_WRITE], 10);
    assert_int_equal(after.calls[IO_SYNC] - before.calls[IO_SYNC], 20);
    assert_int_equal(after.calls[IO_READ] - before.calls[IO_READ], 0);
    assert_int_equal(after.bytes_written - before.bytes_written, 50);
}

/* In a process of its own whose standard output is a pipe: text that waits in stdio's buffer when
 * workers are forked comes out once. */
static void workers_do_not_write_the_parents_buffers(void **state)
{
    (void)state;
    int out[2];
    assert_int_equal(pipe(out), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct tally t = {.fail_at = -1};
        struct pool_work work = {&t, run_square, done_square};
        struct err e;
        FILE *f = fdopen(out[1], "w");
        fputs("once\n", f);
        bool ok = pool_run(3, 10, &work, &e);
        fflush(f);
        _exit(ok ? 0 : 1);
    }
    close(out[1]);
    char text[64] = {0};
    size_t n = 0;
    for (ssize_t got; n < sizeof text - 1 && (got = read(out[0], text + n, 60 - n)) > 0;)
        n += (size_t)got;
    close(out[0]);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_string_equal(text, "once\n");
}

static bool run_tells_and_waits(void *context, long job, struct text *out, struct err *e)
{
    (void)job;
    (void)out;
    (void)e;
    const struct tally *t = context;
    if (write(t->fd, "x", 1) != 1)
        return false;
    for (;;)
        pause();
}

/* The pipe ends when the last process that holds it has ended: the parent was killed, the workers
 * wait for ever. */
static void workers_end_with_their_parent(void **state)
{
    (void)state;
    int out[2];
    char byte;
    assert_int_equal(pipe(out), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct tally t = {.fd = out[1]};
        struct pool_work work = {&t, run_tells_and_waits, done_nothing};
        struct err e;
        close(out[0]);
        _exit(pool_run(2, 2, &work, &e));
    }
    close(out[1]);
    alarm(60);
    for (int i = 0; i < 2; i++)
        assert_int_equal(read(out[0], &byte, 1), 1);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_int_equal(read(out[0], &byte, 1), 0);
    alarm(0);
    close(out[0]);
}

static void on_alarm(int number)
{
    (void)number;
}

static bool run_slow(void *context, long job, struct text *out, struct err *e)
{
    usleep(3000);
    return run_square(context, job, out, e);
}

/* A timer without SA_RESTART: poll, send and receive see EINTR again and again. */
static void interrupted_calls_are_taken_up_again(void **state)
{
    (void)state;
    struct sigaction action = {.sa_handler = on_alarm}, before;
    struct itimerval often =
                         {
                             {0, 500},
                             {0, 500}
    },
                     never = {{0, 0}, {0, 0}};
    sigaction(SIGALRM, &action, &before);
    setitimer(ITIMER_REAL, &often, NULL);
    struct tally t = {.fail_at = -1};
    struct pool_work work = {&t, run_slow, done_square};
    struct err e;
    bool ok = pool_run(2, 20, &work, &e);
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &before, NULL);
    assert_ok(ok, &e);
    assert_int_equal(t.count, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(results_are_complete_and_equal_on_any_number_of_workers),
        TEST(no_jobs_are_no_work),
        TEST(an_error_in_a_job_ends_the_run),
        TEST(an_error_without_words_is_an_error_still),
        TEST(an_error_in_done_ends_the_run),
        TEST(a_worker_that_dies_is_named_with_its_job),
        TEST(workers_in_a_long_job_do_not_hold_up_an_error),
        TEST(large_results_arrive_whole),
        TEST(what_workers_count_is_added),
        TEST(workers_do_not_write_the_parents_buffers),
        TEST(workers_end_with_their_parent),
        TEST(interrupted_calls_are_taken_up_again),
    };
    return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}

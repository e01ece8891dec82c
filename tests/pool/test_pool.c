/* Order, batches, memory, isolation. `test_pool --handover [WORKERS]` prints what a batch costs. */
#define _GNU_SOURCE
#include "harness/base/io.h"
#include "harness/base/mem.h"
#include "tests/pool/planned.h"
#include "tests/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { JOBS = 100, MEGABYTE = 1 << 20 };

static struct plan_of_jobs plan;

static struct pool *open_pool(int workers, int window, const struct pool_work *work)
{
    struct err e;
    struct pool_settings settings = {.workers = workers, .window = window};
    struct pool *p = pool_open(&settings, work, &e);
    assert_ok(p != NULL, &e);
    return p;
}

static struct pool *open_planned(int workers, int window)
{
    struct pool_work work = planned_work(&plan);
    return open_pool(workers, window, &work);
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

/* ---- what comes back -------------------------------------------------------------------------- */

static void results_come_in_order_and_equal_on_any_number_of_workers(void **state)
{
    (void)state;
    static const long sizes[] = {JOBS, 1, 0, 17};
    for (int workers = 1; workers <= 16; workers++)
        for (int window = 0; window <= 4; window += 2) {
            int before = open_descriptors();
            struct pool *p = open_planned(workers, window);
            for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                planned_reset(&plan, sizes[i]);
                planned_check(p, &plan, sizes[i], false);
            }
            assert_int_equal(pool_stats(p).jobs, JOBS + 1 + 17);
            assert_int_equal(pool_stats(p).workers_started, workers);
            pool_close(p);
            assert_int_equal(open_descriptors(), before);
            assert_true(planned_no_children());
        }
}

static void workers_stay_from_batch_to_batch(void **state)
{
    (void)state;
    pid_t first[8], now[8];
    struct pool *p = open_planned(4, 0);
    assert_int_equal(pool_pids(p, first, 8), 0); /* none before the first job */
    for (int batch = 0; batch < 10; batch++) {
        planned_reset(&plan, JOBS);
        planned_check(p, &plan, JOBS, false);
        assert_int_equal(pool_pids(p, now, 8), 4);
        if (batch == 0)
            memcpy(first, now, sizeof now);
        assert_memory_equal(first, now, 4 * sizeof *now);
    }
    struct pool_stats stats = pool_stats(p);
    assert_int_equal(stats.workers_started, 4);
    assert_int_equal(stats.batches, 10);
    assert_int_equal(stats.workers_lost + stats.retries, 0);
    assert_true(stats.bytes_sent > 10 * JOBS * sizeof(struct planned));
    assert_true(stats.bytes_received > 10 * JOBS * 9);
    assert_int_equal(pool_pids(p, now, 3), 3); /* no more than asked for */
    pool_restart(p);
    assert_true(planned_no_children());
    assert_int_equal(pool_pids(p, now, 8), 0);
    planned_reset(&plan, 2);
    planned_check(p, &plan, 2, false);
    assert_int_equal(pool_pids(p, now, 8), 2); /* no more than jobs */
    pool_close(p);
}

static void settings_out_of_range_are_refused(void **state)
{
    (void)state;
    static const struct pool_settings bad[] = {
        {.workers = 0  },
        { .workers = 1,  .window = -1},
        { .workers = 1, .hang_ms = -1},
    };
    struct pool_work work = planned_work(&plan);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e;
        assert_null(pool_open(&bad[i], &work, &e));
        assert_says(&e, "pool: expected 1 or more workers");
        assert_int_equal(e.code, ERR_INPUT);
    }
    pool_close(NULL);
}

/* ---- bytes of any size ------------------------------------------------------------------------ */

struct sizes {
    size_t job, result;
    long told;
};

static void add_run(struct text *t, long number, size_t n)
{
    char line[4096];
    memset(line, 'a' + (int)(number % 26), sizeof line);
    for (size_t part; n > 0; n -= part) {
        part = n < sizeof line ? n : sizeof line;
        text_add(t, line, part);
    }
}

static bool is_run(struct str s, char c, size_t n)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != c)
            return false;
    return s.n == n;
}

static bool make_sized(void *context, long number, struct text *bytes, struct err *e)
{
    (void)e;
    add_run(bytes, number, ((struct sizes *)context)->job);
    return true;
}

/* The result is of the job's own letter; of an empty job, of 'a'. */
static bool run_sized(void *context, struct str job, struct text *out, struct err *e)
{
    struct sizes *s = context;
    const char letter = job.n ? *job.p : (char)'a';
    if (!job.p || !is_run(job, letter, s->job))
        return err_input(e, "job of %zu bytes differs", job.n);
    add_run(out, letter - 'a', s->result);
    return true;
}

static bool done_sized(void *context, long number, struct str result, struct err *e)
{
    struct sizes *s = context;
    char letter = (char)('a' + (s->job ? number % 26 : 0));
    if (number != s->told++ || !result.p || !is_run(result, letter, s->result))
        return err_input(e, "job %ld: %zu bytes differ", number, result.n);
    return true;
}

static void check_sizes(size_t job, size_t result, long jobs)
{
    struct sizes sizes = {.job = job, .result = result};
    struct pool_work work = {.context = &sizes, .run = run_sized};
    struct pool_batch batch = {
        .context = &sizes, .jobs = jobs, .job = make_sized, .done = done_sized};
    struct pool *p = open_pool(3, 0, &work);
    struct err e;
    alarm(120); /* two large messages that meet must not wait for each other */
    assert_ok(pool_run(p, &batch, &e), &e);
    alarm(0);
    assert_int_equal(sizes.told, jobs);
    pool_close(p);
}

static void bytes_of_any_size_arrive_whole(void **state)
{
    (void)state;
    check_sizes(0, 0, 10);
    check_sizes(0, 1, 10);
    check_sizes(1, 0, 10);
    check_sizes(10, 50 * MEGABYTE, 1);
    check_sizes(4 * MEGABYTE, 4 * MEGABYTE, 12);
    check_sizes(65536 - 16, 65536, 12); /* around the size of a piece */
    check_sizes(65535, 65536 - sizeof(struct planned), 12);
}

/* ---- the window ------------------------------------------------------------------------------- */

enum { WINDOW = 8, WINDOW_JOBS = 64, OTHERS = 4 };

struct window {
    struct planned_shared *shared;
    long told;
    size_t before, peak;
};

static void note_memory(struct window *w)
{
    size_t held = (size_t)mem_counts(MEM_BASE).held_bytes - w->before;
    w->peak = held > w->peak ? held : w->peak;
}

static bool make_windowed(void *context, long number, struct text *bytes, struct err *e)
{
    struct window *w = context;
    if (number >= w->told + WINDOW)
        return err_input(e, "job %ld is made when %ld were told", number, w->told);
    note_memory(w);
    text_add(bytes, (const char *)&number, sizeof number);
    return true;
}

/* Every eighth job ends when half of those behind it have: their results wait. */
static bool run_windowed(void *context, struct str job, struct text *out, struct err *e)
{
    (void)e;
    struct window *w = context;
    long number;
    memcpy(&number, job.p, sizeof number);
    atomic_int *ended = &w->shared->tries[number / WINDOW];
    while (number % WINDOW == 0 && atomic_load(ended) < OTHERS)
        usleep(100);
    atomic_fetch_add(ended, 1);
    add_run(out, number, MEGABYTE);
    return true;
}

static bool done_windowed(void *context, long number, struct str result, struct err *e)
{
    struct window *w = context;
    note_memory(w);
    w->told++;
    return is_run(result, (char)('a' + number % 26), MEGABYTE) || err_input(e, "job %ld", number);
}

static void results_that_wait_are_bounded_by_the_window(void **state)
{
    (void)state;
    planned_reset(&plan, 0);
    struct window w = {.shared = plan.shared};
    struct pool_work work = {.context = &w, .run = run_windowed};
    struct pool_batch batch = {
        .context = &w, .jobs = WINDOW_JOBS, .job = make_windowed, .done = done_windowed};
    struct pool *p = open_pool(3, WINDOW, &work);
    struct err e;
    w.before = (size_t)mem_counts(MEM_BASE).held_bytes;
    alarm(120);
    assert_ok(pool_run(p, &batch, &e), &e);
    alarm(0);
    assert_int_equal(w.told, WINDOW_JOBS);
    /* A text doubles as it grows. */
    assert_true(w.peak > 2 * MEGABYTE);
    assert_true(w.peak < (WINDOW + 1) * 2 * (size_t)MEGABYTE);
    assert_true((size_t)mem_counts(MEM_BASE).held_bytes - w.before < MEGABYTE);
    pool_close(p);
}

/* ---- batches begin ---------------------------------------------------------------------------- */

/* What a worker knows; the parent's copy stays as it is. */
struct known {
    struct planned_shared *shared;
    char batch[32];
    long warm;
};

static bool begin_known(void *context, struct str preamble, struct err *e)
{
    struct known *k = context;
    atomic_fetch_add(&k->shared->begins, 1);
    snprintf(k->batch, sizeof k->batch, "%.*s", (int)preamble.n, preamble.p);
    return !str_is(preamble, "bad") || err_set(e, ERR_MISMATCH, "no such batch");
}

/* Job 3 of a batch loses its worker: the new one must know the batch too. */
static bool run_known(void *context, struct str job, struct text *out, struct err *e)
{
    (void)e;
    struct known *k = context;
    if (str_is(job, "3") && atomic_fetch_add(&k->shared->tries[0], 1) == 0)
        raise(SIGKILL);
    text_printf(out, "%s/%ld;", k->batch, k->warm);
    k->warm = 1000000;
    return true;
}

static bool make_number(void *context, long number, struct text *bytes, struct err *e)
{
    (void)context;
    (void)e;
    text_printf(bytes, "%ld", number);
    return true;
}

static bool done_text(void *context, long number, struct str result, struct err *e)
{
    (void)number;
    (void)e;
    text_add(context, result.p, result.n);
    return true;
}

static bool failed_text(void *context, long number, const struct err *why, struct err *e)
{
    (void)e;
    text_printf(context, "%ld: %s;", number, why->text);
    return true;
}

static void check_known(struct pool *p, const char *preamble, const char *told)
{
    struct text text = {0};
    struct pool_batch batch = {.context = &text,
                               .jobs = 2,
                               .preamble = str_of(preamble),
                               .job = make_number,
                               .done = done_text,
                               .failed = failed_text};
    struct err e;
    assert_ok(pool_run(p, &batch, &e), &e);
    assert_string_equal(text.p, told);
    text_done(&text);
}

static void a_worker_is_told_of_each_batch_and_keeps_its_own_memory(void **state)
{
    (void)state;
    planned_reset(&plan, 0);
    struct known known = {.shared = plan.shared, .warm = 7};
    struct pool_work work = {.context = &known, .begin = begin_known, .run = run_known};
    struct pool *p = open_pool(2, 0, &work);
    check_known(p, "first", "first/7;first/7;");
    known.warm = 8;
    check_known(p, "", "/1000000;/1000000;");
    check_known(p, "bad", "0: no such batch;1: no such batch;");
    check_known(p, "third", "third/1000000;third/1000000;");
    assert_int_equal(atomic_load(&plan.shared->begins), 8);
    pool_restart(p); /* the next are forked from the parent as it is now */
    check_known(p, "warm", "warm/8;warm/8;");
    assert_int_equal(known.warm, 8);
    assert_string_equal(known.batch, "");
    pool_close(p);
}

static void a_worker_that_replaces_another_is_told_of_the_batch(void **state)
{
    (void)state;
    planned_reset(&plan, 0);
    struct known known = {.shared = plan.shared};
    struct pool_work work = {.context = &known, .begin = begin_known, .run = run_known};
    struct text told = {0};
    struct pool_batch batch = {.context = &told,
                               .jobs = 5,
                               .preamble = str_of("x"),
                               .job = make_number,
                               .done = done_text};
    struct err e;
    struct pool *p = open_pool(1, 0, &work);
    assert_ok(pool_run(p, &batch, &e), &e);
    assert_string_equal(told.p, "x/0;x/1000000;x/1000000;x/0;x/1000000;");
    assert_int_equal(atomic_load(&plan.shared->begins), 2);
    text_done(&told);
    pool_close(p);
}

static bool run_mute(void *context, struct str job, struct text *out, struct err *e)
{
    (void)context;
    (void)job;
    (void)out;
    (void)e;
    return false;
}

static void an_error_without_words_is_an_error_still(void **state)
{
    (void)state;
    struct pool_work work = {.run = run_mute};
    struct pool_batch batch = {.jobs = 3, .job = make_number, .done = done_text};
    struct err e;
    struct pool *p = open_pool(2, 0, &work);
    assert_false(pool_run(p, &batch, &e));
    assert_string_equal(e.text, "a job gave no reason");
    pool_close(p);
}

static bool make_few(void *context, long number, struct text *bytes, struct err *e)
{
    if (number == 5)
        return err_set(e, ERR_INTERRUPTED, "no more jobs");
    return make_number(context, number, bytes, e);
}

static void a_job_that_cannot_be_made_ends_the_batch(void **state)
{
    (void)state;
    planned_reset(&plan, 0);
    struct known known = {.shared = plan.shared};
    struct pool_work work = {.context = &known, .run = run_known};
    struct text told = {0};
    struct pool_batch batch = {.context = &told, .jobs = JOBS, .job = make_few, .done = done_text};
    struct err e;
    struct pool *p = open_pool(2, 0, &work);
    assert_false(pool_run(p, &batch, &e));
    assert_string_equal(e.text, "no more jobs");
    assert_int_equal(e.code, ERR_INTERRUPTED);
    text_done(&told);
    pool_close(p);
    assert_true(planned_no_children());
}

/* ---- what a worker has of others -------------------------------------------------------------- */

static bool run_sockets(void *context, struct str job, struct text *out, struct err *e)
{
    struct known *k = context;
    if (str_is(job, "3") && atomic_fetch_add(&k->shared->tries[0], 1) == 0)
        raise(SIGKILL);
    (void)e;
    text_printf(out, "%d", planned_sockets(NULL, 0));
    return true;
}

static void a_worker_has_its_own_socket_only(void **state)
{
    (void)state;
    planned_reset(&plan, 0);
    struct known known = {.shared = plan.shared};
    struct pool_work work = {.context = &known, .run = run_sockets};
    struct text told = {0};
    struct pool_batch batch = {.context = &told, .jobs = 20, .job = make_number, .done = done_text};
    struct err e;
    assert_int_equal(planned_sockets(NULL, 0), 0);
    struct pool *p = open_pool(4, 0, &work);
    assert_ok(pool_run(p, &batch, &e), &e);
    assert_string_equal(told.p, "11111111111111111111");
    assert_int_equal(planned_sockets(NULL, 0), 4);
    text_done(&told);
    pool_close(p);
}

/* F_GETLK tells of other processes' locks only. */
static void workers_do_not_hold_the_parents_lock(void **state)
{
    (void)state;
    char path[1200];
    snprintf(path, sizeof path, "%s/lock", test_folder("pool_lock"));
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct flock lock = {.l_type = F_WRLCK};
    assert_int_equal(fcntl(fd, F_SETLK, &lock), 0);
    struct pool *p = open_planned(2, 0);
    planned_reset(&plan, JOBS);
    planned_check(p, &plan, JOBS, false);
    lock.l_type = F_UNLCK;
    assert_int_equal(fcntl(fd, F_SETLK, &lock), 0);
    lock.l_type = F_WRLCK;
    assert_int_equal(fcntl(fd, F_GETLK, &lock), 0);
    assert_int_equal(lock.l_type, F_UNLCK);
    close(fd);
    pool_close(p);
}

static bool begin_writes(void *context, struct str preamble, struct err *e)
{
    (void)preamble;
    char path[1300];
    snprintf(path, sizeof path, "%s/begin%d", (const char *)context, (int)getpid());
    return io_write_file(path, "123", 3, e);
}

static bool run_writes(void *context, struct str job, struct text *out, struct err *e)
{
    (void)out;
    char path[1300];
    snprintf(path, sizeof path, "%s/%.*s", (const char *)context, (int)job.n, job.p);
    return io_write_file(path, "12345", 5, e);
}

static bool done_nothing(void *context, long number, struct str result, struct err *e)
{
    (void)context;
    (void)number;
    (void)e;
    return result.n == 0;
}

static void what_workers_count_is_added(void **state)
{
    (void)state;
    struct pool_work work = {
        .context = (void *)test_folder("pool_counts"), .begin = begin_writes, .run = run_writes};
    struct pool_batch batch = {.jobs = 10, .job = make_number, .done = done_nothing};
    struct err e;
    struct pool *p = open_pool(3, 0, &work);
    for (int i = 0; i < 2; i++) {
        struct io_counts before = io_counts_now();
        assert_ok(pool_run(p, &batch, &e), &e);
        struct io_counts after = io_counts_now();
        assert_int_equal(after.calls[IO_WRITE] - before.calls[IO_WRITE], 13);
        assert_int_equal(after.calls[IO_SYNC] - before.calls[IO_SYNC], 26);
        assert_int_equal(after.calls[IO_READ] - before.calls[IO_READ], 0);
        assert_int_equal(after.bytes_written - before.bytes_written, 59);
    }
    pool_close(p);
}

/* In a process of its own whose standard output is a pipe: text that waits in stdio's buffer when
 * workers are forked comes out once. */
static void workers_do_not_write_the_parents_buffers(void **state)
{
    (void)state;
    int out[2], status;
    assert_int_equal(pipe(out), 0);
    pid_t pid = fork();
    if (pid == 0) {
        FILE *f = fdopen(out[1], "w");
        fputs("once\n", f);
        struct pool *p = open_planned(3, 0);
        planned_reset(&plan, JOBS);
        planned_check(p, &plan, JOBS, false);
        pool_close(p);
        fflush(f);
        _exit(0);
    }
    close(out[1]);
    char text[64] = {0};
    size_t n = 0;
    for (ssize_t got; n < sizeof text - 1 && (got = read(out[0], text + n, 60 - n)) > 0;)
        n += (size_t)got;
    close(out[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_string_equal(text, "once\n");
}

static void on_alarm(int number)
{
    (void)number;
}

static bool run_slow(void *context, struct str job, struct text *out, struct err *e)
{
    (void)context;
    (void)job;
    (void)out;
    (void)e;
    usleep(3000);
    return true;
}

/* A timer without SA_RESTART: poll, send and receive see EINTR again and again. */
static void interrupted_calls_are_taken_up_again(void **state)
{
    (void)state;
    struct sigaction action = {.sa_handler = on_alarm}, before;
    const struct timeval half_a_millisecond = {0, 500};
    struct itimerval often = {half_a_millisecond, half_a_millisecond}, never = {0};
    struct pool_work work = {.run = run_slow};
    struct pool_batch batch = {.jobs = 20, .job = make_number, .done = done_nothing};
    struct err e;
    struct pool *p = open_pool(2, 0, &work);
    sigaction(SIGALRM, &action, &before);
    setitimer(ITIMER_REAL, &often, NULL);
    bool ok = pool_run(p, &batch, &e);
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &before, NULL);
    assert_ok(ok, &e);
    assert_int_equal(pool_stats(p).jobs, 20);
    pool_close(p);
}

/* ---- the cost of a batch, for people ---------------------------------------------------------- */

enum { ROUNDS = 300 };

static bool run_nothing(void *context, struct str job, struct text *out, struct err *e)
{
    (void)context;
    (void)job;
    (void)out;
    (void)e;
    return true;
}

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double timed_batch(struct pool *p, const struct pool_batch *batch, bool made_anew)
{
    struct err e;
    double begin = now_us();
    if (!pool_run(p, batch, &e))
        fprintf(stderr, "%s\n", e.text);
    if (made_anew)
        pool_restart(p);
    return now_us() - begin;
}

/* Batches of one empty job a worker, by turns on a pool that stays and on one that is made anew. */
static int print_handover(int workers)
{
    double kept[ROUNDS], anew[ROUNDS];
    struct err e;
    struct pool_settings settings = {.workers = workers};
    struct pool_work work = {.run = run_nothing};
    struct pool_batch batch = {.jobs = workers, .job = make_number, .done = done_nothing};
    struct pool *stays = pool_open(&settings, &work, &e), *goes = pool_open(&settings, &work, &e);
    if (!stays || !goes)
        return 2;
    timed_batch(stays, &batch, false);
    for (int i = 0; i < ROUNDS; i++) {
        anew[i] = timed_batch(goes, &batch, true);
        kept[i] = timed_batch(stays, &batch, false);
    }
    pool_close(stays);
    pool_close(goes);
    qsort(kept, ROUNDS, sizeof *kept, by_value);
    qsort(anew, ROUNDS, sizeof *anew, by_value);
    printf("%d workers, median of %d batches: persistent %.1f us, made per batch %.1f us, "
           "ratio %.1f\n",
           workers, ROUNDS, kept[ROUNDS / 2], anew[ROUNDS / 2],
           anew[ROUNDS / 2] / kept[ROUNDS / 2]);
    return 0;
}

static int end_plan(void **state)
{
    (void)state;
    planned_done(&plan);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(results_come_in_order_and_equal_on_any_number_of_workers),
        TEST(workers_stay_from_batch_to_batch),
        TEST(settings_out_of_range_are_refused),
        TEST(bytes_of_any_size_arrive_whole),
        TEST(results_that_wait_are_bounded_by_the_window),
        TEST(a_worker_is_told_of_each_batch_and_keeps_its_own_memory),
        TEST(a_worker_that_replaces_another_is_told_of_the_batch),
        TEST(an_error_without_words_is_an_error_still),
        TEST(a_job_that_cannot_be_made_ends_the_batch),
        TEST(a_worker_has_its_own_socket_only),
        TEST(workers_do_not_hold_the_parents_lock),
        TEST(what_workers_count_is_added),
        TEST(workers_do_not_write_the_parents_buffers),
        TEST(interrupted_calls_are_taken_up_again),
    };
    if (argc > 1 && strcmp(argv[1], "--handover") == 0)
        return print_handover(argc > 2 ? atoi(argv[2]) : 2);
    return cmocka_run_group_tests_name("pool", tests, NULL, end_plan);
}

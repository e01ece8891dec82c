#define _GNU_SOURCE
#include "tests/pool/planned.h"

#include "kernels/pool/wire.h"
#include "tests/test.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

const char *const planned_words[KIND_COUNT] = {
    [KIND_FAIL] = "planted",
    [KIND_KILL] = "its worker was killed by signal 9 (Killed)",
    [KIND_ABORT] = "its worker was killed by signal 6 (Aborted)",
    [KIND_SEGFAULT] = "its worker was killed by signal 11 (Segmentation fault)",
    [KIND_EXIT] = "its worker ended with status 5 before the result",
    [KIND_TRUNCATED] = "its worker ended with status 0 before the result",
    [KIND_CLOSED] = "its worker was killed by signal 9 (Killed)",
    [KIND_MISTAKEN] = "its worker sent a broken answer",
    [KIND_HANG] = "its worker hung for ",
    [KIND_STOP] = "its worker hung for ",
};

void planned_reset(struct plan_of_jobs *plan, long jobs)
{
    if (!plan->shared) {
        plan->shared = mmap(NULL, sizeof *plan->shared, PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        assert_true(plan->shared != MAP_FAILED);
    }
    memset(plan->shared, 0, sizeof *plan->shared);
    text_clear(&plan->told);
    plan->made = plan->window_broken = 0;
    for (long i = 0; i < jobs; i++)
        plan->jobs[i] = (struct planned){.number = i, .bytes = (size_t)(i % 7) * 3};
}

void planned_done(struct plan_of_jobs *plan)
{
    munmap(plan->shared, sizeof *plan->shared);
    plan->shared = NULL;
    text_done(&plan->told);
}

int planned_sockets(int *out, int max)
{
    int n = 0;
    char link[300], target[64] = {0};
    DIR *dir = opendir("/proc/self/fd");
    for (struct dirent *entry; (entry = readdir(dir));) {
        snprintf(link, sizeof link, "/proc/self/fd/%s", entry->d_name);
        if (readlink(link, target, sizeof target - 1) < 7 || strncmp(target, "socket:", 7) != 0)
            continue;
        if (n++ < max)
            out[n - 1] = atoi(entry->d_name);
    }
    closedir(dir);
    return n;
}

bool planned_no_children(void)
{
    return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD;
}

/* ---- in the worker ------------------------------------------------------------------------- */

/* The worker's own socket is the last: a test program may hold others. */
static int own_socket(void)
{
    int fds[64] = {0}, n = planned_sockets(fds, 64);
    return n > 0 && n <= 64 ? fds[n - 1] : -1;
}

static void die_by(int signal_number)
{
    signal(signal_number, SIG_DFL); /* a sanitiser's handler would turn it into an exit */
    raise(signal_number);
}

static void send_half(long number)
{
    struct wire_answer answer = {.job = number, .bytes = 100};
    if (write(own_socket(), &answer, sizeof answer) < 0 || write(own_socket(), "half", 4) < 0)
        _exit(77);
    _exit(0);
}

static void answer_another(long number)
{
    struct wire_answer answer = {.job = number + 1};
    if (write(own_socket(), &answer, sizeof answer) < 0)
        _exit(77);
}

static void pause_for_ever(void)
{
    for (;;)
        pause();
}

static void lose_the_worker(const struct planned *job)
{
    switch (job->kind) {
    case KIND_KILL: raise(SIGKILL); break;
    case KIND_ABORT: die_by(SIGABRT); break;
    case KIND_SEGFAULT: die_by(SIGSEGV); break;
    case KIND_EXIT: _exit(5);
    case KIND_TRUNCATED: send_half(job->number); break;
    case KIND_CLOSED: close(own_socket()); break;
    case KIND_MISTAKEN: answer_another(job->number); break;
    case KIND_STOP: raise(SIGSTOP); break;
    default: break;
    }
    pause_for_ever();
}

static void add_pattern(struct text *out, const struct planned *job)
{
    for (size_t i = 0; i < job->bytes; i++) {
        char c = (char)('a' + ((size_t)job->number + i) % 26);
        text_add(out, &c, 1);
    }
}

static bool run_planned(void *context, struct str bytes, struct text *out, struct err *e)
{
    struct plan_of_jobs *plan = context;
    struct planned job;
    if (bytes.n != sizeof job)
        return err_input(e, "a job of %zu bytes", bytes.n);
    memcpy(&job, bytes.p, sizeof job);
    plan->made = -1; /* seen by nobody: the worker's memory is its own */
    if (atomic_fetch_add(&plan->shared->tries[job.number], 1) < job.wrong) {
        if (job.kind == KIND_FAIL)
            return err_set(e, ERR_MISMATCH, "job %ld: planted", job.number);
        lose_the_worker(&job);
    }
    add_pattern(out, &job);
    return true;
}

struct pool_work planned_work(struct plan_of_jobs *plan)
{
    return (struct pool_work){.context = plan, .run = run_planned};
}

/* ---- in the parent ------------------------------------------------------------------------- */

static bool make_planned(void *context, long number, struct text *bytes, struct err *e)
{
    struct plan_of_jobs *plan = context;
    if (plan->made++ != number)
        return err_input(e, "job %ld is made out of turn", number);
    text_add(bytes, (const char *)&plan->jobs[number], sizeof plan->jobs[number]);
    return true;
}

static bool tell_done(void *context, long number, struct str result, struct err *e)
{
    (void)e;
    struct plan_of_jobs *plan = context;
    text_printf(&plan->told, "%ld done %.*s\n", number, (int)result.n, result.p);
    return true;
}

static bool tell_failed(void *context, long number, const struct err *why, struct err *e)
{
    (void)e;
    struct plan_of_jobs *plan = context;
    text_printf(&plan->told, "%ld failed %d %s\n", number, why->code, why->text);
    return true;
}

struct pool_batch planned_batch(struct plan_of_jobs *plan, long jobs, bool go_on)
{
    return (struct pool_batch){.context = plan,
                               .jobs = jobs,
                               .job = make_planned,
                               .done = tell_done,
                               .failed = go_on ? tell_failed : NULL};
}

static bool fails(const struct planned *job)
{
    return job->wrong >= (job->kind == KIND_FAIL ? 1 : 2);
}

/* The words of an error, up to where the time that a worker hung stands. */
static void expect_words(struct text *out, const struct planned *job)
{
    text_printf(out, "job %ld: %s", job->number, planned_words[job->kind]);
    if (job->kind != KIND_FAIL && job->kind < KIND_HANG)
        text_puts(out, ", at the second attempt too");
}

static bool expect(const struct plan_of_jobs *plan, long jobs, bool go_on, struct text *told,
                   struct text *error)
{
    for (long i = 0; i < jobs; i++) {
        const struct planned *job = &plan->jobs[i];
        if (fails(job) && !go_on) {
            expect_words(error, job);
            return false;
        }
        text_printf(told, "%ld %s", i, fails(job) ? "failed " : "done ");
        if (!fails(job)) {
            add_pattern(told, job);
        } else {
            text_printf(told, "%d ", job->kind == KIND_FAIL ? ERR_MISMATCH : ERR_SYSTEM);
            expect_words(told, job);
        }
        text_puts(told, "\n");
    }
    return true;
}

/* "hung for 0.3 s, at the second attempt too": the number is the machine's. */
static void forget_times(struct text *told)
{
    char *from, *to;
    while (told->p && (from = strstr(told->p, "hung for 0")) && (to = strstr(from, " too"))) {
        from += strlen("hung for ");
        memmove(from, to + 4, strlen(to + 4) + 1);
    }
}

void planned_check(struct pool *p, struct plan_of_jobs *plan, long jobs, bool go_on)
{
    struct text told = {0}, error = {0};
    struct err e = {0};
    struct pool_batch batch = planned_batch(plan, jobs, go_on);
    bool well = expect(plan, jobs, go_on, &told, &error);
    bool ok = pool_run(p, &batch, &e);
    forget_times(&plan->told);
    assert_string_equal(plan->told.p ? plan->told.p : "", told.p ? told.p : "");
    if (well)
        assert_ok(ok, &e);
    else
        assert_says(&e, error.p);
    assert_int_equal(ok, well);
    text_done(&told);
    text_done(&error);
}

#define _GNU_SOURCE
#include "kernels/pool/pool.h"

#include "harness/base/io.h"
#include "harness/base/mem.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Protocol, on one socket pair a worker. Down: the number of a job (int64). Up: a frame = its length
 * (uint32), a report, and the result of the job or the text of its error. End of stream = go home.
 * Both ends are the same program, so that structs cross as they are. */
struct report {
    struct io_counts counts; /* since the report before */
    enum err_code code;      /* ERR_OK: the rest is the result */
};

enum { NO_JOB = -1 };

struct worker {
    pid_t pid;  /* 0: none, or waited for */
    int socket; /* -1: closed */
    long job;   /* in work, or NO_JOB */
};

struct pool {
    struct worker *workers;
    struct pollfd *polls;
    int n;
    long next, jobs;
    const struct pool_work *work;
    struct text result;
};

/* These do not count in base/io: a layer's counts are of files, whatever the workers' number. */
static bool send_all(int fd, const void *bytes, size_t n)
{
    const char *p = bytes;
    while (n > 0) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        p += sent;
        n -= (size_t)sent;
    }
    return true;
}

static bool receive_all(int fd, void *into, size_t n)
{
    char *p = into;
    while (n > 0) {
        ssize_t got = recv(fd, p, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        p += got;
        n -= (size_t)got;
    }
    return true;
}

/* ---- in the worker ------------------------------------------------------------------------- */

static struct io_counts counts_between(struct io_counts from, struct io_counts to)
{
    for (int i = 0; i < IO_OP_COUNT; i++)
        to.calls[i] -= from.calls[i];
    to.bytes_read -= from.bytes_read;
    to.bytes_written -= from.bytes_written;
    return to;
}

static bool send_report(int fd, const struct report *report, struct str body)
{
    uint32_t length = (uint32_t)(sizeof *report + body.n);
    return send_all(fd, &length, sizeof length) && send_all(fd, report, sizeof *report) &&
           send_all(fd, body.p, body.n);
}

static bool work_one(const struct pool_work *work, int fd, long job, struct text *out)
{
    struct err e = {0};
    struct io_counts before = io_counts_now();
    text_clear(out);
    bool ok = work->run(work->context, job, out, &e);
    if (ok && out->n > UINT32_MAX - sizeof(struct report))
        ok = err_input(&e, "job %ld: a result of %zu bytes is too large for one message", job,
                       out->n);
    struct report report = {.counts = counts_between(before, io_counts_now())};
    report.code = ok ? ERR_OK : e.code ? e.code : ERR_SYSTEM;
    return send_report(fd, &report, ok ? (struct str){out->p, out->n} : str_of(e.text));
}

/* _exit: the parent's stdio buffers were copied by fork, and must not be written twice. */
static _Noreturn void worker_main(const struct pool_work *work, int fd, pid_t parent)
{
    /* The parent may have ended between fork and prctl; then no signal will come. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        _exit(1);
    struct text out = {0};
    int64_t job;
    while (receive_all(fd, &job, sizeof job))
        if (!work_one(work, fd, (long)job, &out))
            _exit(1);
    _exit(0);
}

/* ---- in the parent ------------------------------------------------------------------------- */

static bool worker_start(struct pool *p, struct worker *w, struct err *e)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return err_system(e, "worker socket");
    pid_t parent = getpid();
    w->pid = fork();
    if (w->pid == 0) {
        /* A copy of another worker's socket would hide the end of its stream from it. */
        for (struct worker *other = p->workers; other < w; other++)
            io_close(other->socket);
        io_close(pair[0]);
        worker_main(p->work, pair[1], parent);
    }
    io_close(pair[1]);
    if (w->pid < 0) {
        err_system(e, "fork a worker");
        w->pid = 0;
        io_close(pair[0]);
        return false;
    }
    w->socket = pair[0];
    return true;
}

static void worker_dismiss(struct worker *w)
{
    io_close(w->socket);
    w->socket = -1;
    w->job = NO_JOB;
}

static int worker_wait(struct worker *w)
{
    int status = 0;
    while (w->pid > 0 && waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        ;
    w->pid = 0;
    return status;
}

static bool worker_died(struct worker *w, struct err *e)
{
    long job = w->job;
    worker_dismiss(w);
    int status = worker_wait(w);
    if (WIFSIGNALED(status))
        return err_set(e, ERR_SYSTEM, "job %ld: its worker was killed by signal %d (%s)", job,
                       WTERMSIG(status), strsignal(WTERMSIG(status)));
    return err_set(e, ERR_SYSTEM, "job %ld: its worker ended with status %d before the result", job,
                   WEXITSTATUS(status));
}

static bool hand_out(struct pool *p, struct worker *w, struct err *e)
{
    if (p->next == p->jobs) {
        worker_dismiss(w);
        return true;
    }
    w->job = p->next++;
    int64_t job = w->job;
    return send_all(w->socket, &job, sizeof job) || worker_died(w, e);
}

/* A worker sends a frame in one go, so that waiting for all of it is short. */
static bool receive_report(struct pool *p, struct worker *w, struct report *report)
{
    uint32_t length;
    if (!receive_all(w->socket, &length, sizeof length) || length < sizeof *report ||
        !receive_all(w->socket, report, sizeof *report))
        return false;
    size_t rest = length - sizeof *report;
    char chunk[16 * 1024];
    text_clear(&p->result);
    while (rest > 0) {
        size_t n = rest < sizeof chunk ? rest : sizeof chunk;
        if (!receive_all(w->socket, chunk, n))
            return false;
        text_add(&p->result, chunk, n);
        rest -= n;
    }
    return true;
}

static bool take_report(struct pool *p, struct worker *w, struct err *e)
{
    struct report report;
    if (!receive_report(p, w, &report))
        return worker_died(w, e);
    io_counts_add(report.counts);
    if (report.code != ERR_OK)
        return err_set(e, report.code, "%s", p->result.n ? p->result.p : "a job gave no reason");
    struct str result = {p->result.p, p->result.n};
    return p->work->done(p->work->context, w->job, result, e) && hand_out(p, w, e);
}

static bool take_ready(struct pool *p, struct err *e)
{
    for (int i = 0; i < p->n; i++)
        p->polls[i] = (struct pollfd){.fd = p->workers[i].socket, .events = POLLIN};
    if (poll(p->polls, (nfds_t)p->n, -1) < 0)
        return errno == EINTR || err_system(e, "poll");
    for (int i = 0; i < p->n; i++)
        if (p->polls[i].revents && !take_report(p, &p->workers[i], e))
            return false;
    return true;
}

static bool any_at_work(const struct pool *p)
{
    for (int i = 0; i < p->n; i++)
        if (p->workers[i].socket >= 0)
            return true;
    return false;
}

static bool run_all(struct pool *p, struct err *e)
{
    for (int i = 0; i < p->n; i++)
        if (!worker_start(p, &p->workers[i], e))
            return false;
    for (int i = 0; i < p->n; i++)
        if (!hand_out(p, &p->workers[i], e))
            return false;
    while (any_at_work(p))
        if (!take_ready(p, e))
            return false;
    return true;
}

bool pool_run(int workers, long jobs, const struct pool_work *work, struct err *e)
{
    int n = workers < jobs ? workers : (int)jobs;
    struct pool p = {.n = n, .jobs = jobs, .work = work};
    p.workers = mem_alloc(MEM_BASE, (size_t)n * sizeof *p.workers);
    p.polls = mem_alloc(MEM_BASE, (size_t)n * sizeof *p.polls);
    for (int i = 0; i < n; i++)
        p.workers[i] = (struct worker){.socket = -1, .job = NO_JOB};
    bool ok = run_all(&p, e);
    for (int i = 0; i < n; i++) {
        if (!ok && p.workers[i].pid > 0)
            kill(p.workers[i].pid, SIGKILL); /* it may be deep in a job that nobody waits for */
        worker_dismiss(&p.workers[i]);
        worker_wait(&p.workers[i]);
    }
    text_done(&p.result);
    mem_free(MEM_BASE, p.polls);
    mem_free(MEM_BASE, p.workers);
    return ok;
}

#define _GNU_SOURCE
#include "kernels/pool/pool_parts.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WAITS = 8, END_MS = 1000, LOOK_MS = 100 };

/* ---- workers come and go -------------------------------------------------------------------- */

/* A copy of another worker's socket would hide the end of its stream, and be a leak. */
static _Noreturn void become_worker(struct pool *p, int place, const int pair[2], pid_t parent)
{
    p->place = place;
    for (int i = 0; i < p->settings.workers; i++)
        io_close(p->workers[i].socket);
    io_close(pair[0]);
    wire_serve(&p->work, pair[1], parent);
}

static bool worker_start(struct pool *p, struct worker *w, struct err *e)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return err_system(e, "socket of a worker");
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        become_worker(p, (int)(w - p->workers), pair, parent);
    if (pid < 0)
        err_system(e, "fork a worker");
    io_close(pair[1]);
    if (pid < 0) {
        io_close(pair[0]);
        return false;
    }
    w->pid = pid;
    w->socket = pair[0];
    p->stats.workers_started++;
    return true;
}

/* A process that ends has its status before its socket closes, so that the signal does not hide how
 * it died. */
int pool_kill(struct worker *w)
{
    int status = 0;
    kill(w->pid, SIGKILL);
    io_close(w->socket);
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        ;
    text_done(&w->outbox);
    *w = (struct worker){.socket = -1};
    return status;
}

void pool_end_workers(struct pool *p)
{
    for (int i = 0; i < p->settings.workers; i++)
        if (p->workers[i].pid)
            shutdown(p->workers[i].socket, SHUT_WR);
    for (int i = 0; i < p->settings.workers; i++) {
        struct worker *w = &p->workers[i];
        struct pollfd end = {.fd = w->socket};
        if (w->pid) {
            while (poll(&end, 1, END_MS) < 0 && errno == EINTR)
                ;
            pool_kill(w);
        }
    }
}

bool pool_staff(struct pool *p, struct err *e)
{
    long left = p->batch->jobs - p->first;
    int here = 0;
    struct err why = {0};
    for (int i = 0; i < p->settings.workers; i++)
        here += p->workers[i].pid != 0;
    for (int i = 0; i < p->settings.workers && here < left; i++) {
        if (p->workers[i].pid)
            continue;
        if (!worker_start(p, &p->workers[i], &why)) {
            p->stats.workers_refused++;
            break;
        }
        here++;
    }
    return here > 0 || err_set(e, why.code, "%s", why.text);
}

static void drop(struct pool *p, int place)
{
    struct text how = {0};
    pid_t pid = p->workers[place].pid;
    pool_describe_loss(&how, LOSS_IDLE, pool_kill(&p->workers[place]), 0);
    p->stats.workers_lost++;
    pool_tell_loss(p, (struct pool_loss){place, pid, -1, how.p, false});
    text_done(&how);
}

void pool_drop_dead(struct pool *p)
{
    int n = p->settings.workers;
    for (int i = 0; i < n; i++)
        p->polls[i] = (struct pollfd){.fd = p->workers[i].socket, .events = POLLIN};
    if (poll(p->polls, (nfds_t)n, 0) <= 0)
        return;
    for (int i = 0; i < n; i++)
        if (p->polls[i].revents)
            drop(p, i);
}

/* ---- how one was lost -------------------------------------------------------------------------- */

void pool_describe_loss(struct text *out, enum loss how, int status, int64_t quiet_ns)
{
    if (how == LOSS_HUNG)
        text_printf(out, "hung for %.3g s", (double)quiet_ns / 1e9);
    else if (how == LOSS_BROKEN)
        text_puts(out, "sent a broken answer");
    else if (WIFSIGNALED(status))
        text_printf(out, "was killed by signal %d (%s)", WTERMSIG(status),
                    strsignal(WTERMSIG(status)));
    else
        text_printf(out, "ended with status %d%s", WEXITSTATUS(status),
                    how == LOSS_IDLE ? "" : " before the result");
}

void pool_tell_loss(const struct pool *p, struct pool_loss loss)
{
    if (p->batch->lost)
        p->batch->lost(p->batch->context, &loss);
}

/* ---- down -------------------------------------------------------------------------------------- */

/* What the socket does not take now stays. A worker that has gone is found when its answers are
 * taken in: there may be some. */
void pool_flush(struct pool *p, struct worker *w)
{
    while (w->sent < w->outbox.n) {
        ssize_t sent = send(w->socket, w->outbox.p + w->sent, w->outbox.n - w->sent,
                            MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno == EAGAIN)
            return;
        if (sent <= 0)
            break;
        w->sent += (size_t)sent;
        p->stats.bytes_sent += (uint64_t)sent;
    }
    wire_clear(&w->outbox);
    w->sent = 0;
}

void pool_post(struct worker *w, int64_t job, struct str bytes)
{
    struct wire_order order = {.job = job, .bytes = bytes.n};
    text_add(&w->outbox, (const char *)&order, sizeof order);
    text_add(&w->outbox, bytes.p, bytes.n);
}

/* ---- waiting ----------------------------------------------------------------------------------- */

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Until the first worker may be hung. In milliseconds, rounded up; -1: no limit. In short turns, of
 * which none counts for more than was asked for: a time in which all of us were stopped (a terminal's
 * ^Z) does not look like a worker that hangs. */
static int patience_ms(const struct pool *p)
{
    int64_t limit = (int64_t)p->settings.hang_ms * 1000000, left = limit / WAITS;
    if (limit == 0)
        return -1;
    for (int i = 0; i < p->settings.workers; i++)
        if (p->workers[i].queued && limit - p->workers[i].quiet_ns < left)
            left = limit - p->workers[i].quiet_ns;
    int64_t ms = left < 0 ? 0 : (left + 999999) / 1000000;
    return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

/* *waited_ns: how long, but no longer than was asked for. */
static bool poll_workers(struct pool *p, int timeout_ms, int64_t *waited_ns, struct err *e)
{
    int n = p->settings.workers;
    for (int i = 0; i < n; i++) {
        const struct worker *w = &p->workers[i];
        short events = w->outbox.n ? POLLIN | POLLOUT : POLLIN;
        p->polls[i] = (struct pollfd){.fd = w->socket, .events = events};
    }
    bool timed = timeout_ms > 0;
    int64_t begin = timed ? now_ns() : 0;
    int ready = poll(p->polls, (nfds_t)n, timeout_ms);
    if (ready < 0 && errno != EINTR)
        return err_system(e, "poll");
    for (int i = 0; ready < 0 && i < n; i++)
        p->polls[i].revents = 0;
    int64_t waited = timed ? now_ns() - begin : 0, most = (int64_t)timeout_ms * 1000000;
    *waited_ns = waited < most ? waited : most;
    return true;
}

/* A signal that came just before poll would not end it: so it is in short turns where somebody is asked. */
static int turn_ms(const struct pool *p)
{
    int patience = patience_ms(p);
    bool is_long = patience < 0 || patience > LOOK_MS;
    return p->batch->go_on && is_long ? LOOK_MS : patience;
}

bool pool_wait(struct pool *p, bool wait, int64_t *waited_ns, struct err *e)
{
    const struct pool_batch *b = p->batch;
    *waited_ns = 0;
    return poll_workers(p, wait ? turn_ms(p) : 0, waited_ns, e) &&
           (!b->go_on || b->go_on(b->context, e));
}

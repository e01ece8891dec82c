/* The worker's end: takes orders, answers. Blocking all through, as it has nothing else to do. */
#define _GNU_SOURCE
#include "kernels/pool/wire.h"

#include "harness/base/mem.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct server {
    const struct pool_work *work;
    int fd;
    bool begun;          /* begin() of this batch went well */
    struct err why;      /* ... or not */
    struct text in, out; /* an order's bytes, a job's result */
    struct io_counts told;
    size_t at, n; /* received and not yet taken: chunk[at..n) */
    char *chunk;  /* WIRE_CHUNK bytes: not on the stack, which a profiler copies from its end */
};

void wire_clear(struct text *t)
{
    if (t->capacity > 4 * WIRE_CHUNK)
        text_done(t);
    else
        text_clear(t);
}

struct str wire_bytes(const struct text *t)
{
    return (struct str){t->p ? t->p : "", t->n};
}

/* Several orders come in one system call, when they were sent ahead. */
static bool refill(struct server *s)
{
    ssize_t got;
    do
        got = recv(s->fd, s->chunk, WIRE_CHUNK, 0);
    while (got < 0 && errno == EINTR);
    s->at = 0;
    s->n = got > 0 ? (size_t)got : 0;
    return got > 0;
}

static bool take(struct server *s, struct text *into, uint64_t n)
{
    wire_clear(into);
    while (n > 0) {
        if (s->at == s->n && !refill(s))
            return false;
        size_t part = s->n - s->at < n ? s->n - s->at : (size_t)n;
        text_add(into, s->chunk + s->at, part);
        s->at += part;
        n -= part;
    }
    return true;
}

static bool take_order(struct server *s, struct wire_order *order)
{
    if (!take(s, &s->in, sizeof *order))
        return false;
    memcpy(order, s->in.p, sizeof *order);
    return take(s, &s->in, order->bytes);
}

static struct io_counts counts_since(struct io_counts from, struct io_counts to)
{
    for (int i = 0; i < IO_OP_COUNT; i++)
        to.calls[i] -= from.calls[i];
    to.bytes_read -= from.bytes_read;
    to.bytes_written -= from.bytes_written;
    return to;
}

/* What is left of head and body after `sent` bytes of both. */
static int parts_after(size_t sent, struct iovec parts[2])
{
    for (int i = 0; i < 2; i++) {
        size_t gone = sent < parts[i].iov_len ? sent : parts[i].iov_len;
        parts[i].iov_base = (char *)parts[i].iov_base + gone;
        parts[i].iov_len -= gone;
        sent -= gone;
    }
    return parts[0].iov_len + parts[1].iov_len > 0;
}

static bool send_answer(struct server *s, struct wire_answer *answer, struct str body)
{
    struct iovec parts[2] = {
        {answer,         sizeof *answer},
        {(char *)body.p, body.n        },
    };
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    ssize_t sent = 0;
    while (parts_after((size_t)sent, parts)) {
        sent = sendmsg(s->fd, &message, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            return false;
        sent = sent < 0 ? 0 : sent;
    }
    return true;
}

static void begin_batch(struct server *s)
{
    const struct pool_work *w = s->work;
    s->why = (struct err){.code = ERR_SYSTEM, .text = "a worker could not begin the batch"};
    s->begun = !w->begin || w->begin(w->context, wire_bytes(&s->in), &s->why);
}

static bool work_one(struct server *s, int64_t job)
{
    const struct pool_work *w = s->work;
    struct err e = s->why;
    if (s->begun)
        e = (struct err){.code = ERR_SYSTEM, .text = "a job gave no reason"};
    wire_clear(&s->out);
    bool ok = s->begun && w->run(w->context, wire_bytes(&s->in), &s->out, &e);
    struct str body = ok ? wire_bytes(&s->out) : str_of(e.text);
    struct io_counts now = io_counts_now();
    struct wire_answer answer = {
        .job = job,
        .code = ok       ? ERR_OK
                : e.code ? e.code
                         : ERR_SYSTEM,
        .bytes = body.n,
        .counts = counts_since(s->told, now),
    };
    s->told = now;
    return send_answer(s, &answer, body);
}

/* The parent may have ended between fork and prctl; then no signal will come. */
static bool ends_with(pid_t parent)
{
    return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent;
}

/* _exit: the parent's stdio buffers were copied by fork, and must not be written twice. */
_Noreturn void wire_serve(const struct pool_work *work, int fd, pid_t parent)
{
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        signal(ignored[i], SIG_IGN);
    if (!ends_with(parent))
        _exit(1);
    struct server s = {
        .work = work, .fd = fd, .told = io_counts_now(), .chunk = mem_alloc(MEM_BASE, WIRE_CHUNK)};
    struct wire_order order;
    while (take_order(&s, &order)) {
        if (order.job == WIRE_BEGIN)
            begin_batch(&s);
        else if (!work_one(&s, order.job))
            _exit(1);
    }
    _exit(0);
}

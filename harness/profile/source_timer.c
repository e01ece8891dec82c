#define _GNU_SOURCE
#include "harness/profile/source.h"

#include "harness/base/mem.h"
#include "harness/profile/sampler.h"
#include "harness/profile/tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PIPE_BYTES = 1 << 20 }; /* what /proc/sys/fs/pipe-max-size lets everybody have */

struct timer_source {
    struct source source;
    pid_t tracer;
    int commands, data;
    struct text pending; /* read, and not yet a whole record */
};

static bool answered(struct timer_source *s, int *why)
{
    struct tracer_answer answer;
    ssize_t n;
    do
        n = recv(s->commands, &answer, sizeof answer, 0);
    while (n < 0 && errno == EINTR);
    *why = n == sizeof answer ? answer.why : ESRCH;
    return n == sizeof answer;
}

static bool run(struct source *base, bool on, struct err *e)
{
    struct timer_source *s = (struct timer_source *)base;
    unsigned char command = on;
    int why;
    if (send(s->commands, &command, sizeof command, MSG_NOSIGNAL) != sizeof command ||
        !answered(s, &why))
        return err_set(e, ERR_SYSTEM, "the sampler's tracer has ended");
    return true;
}

/* The whole records at the front of what was read. */
static void take_records(struct text *pending, struct queue *into)
{
    size_t at = 0;
    struct perf_event_header header;
    while (pending->n - at >= sizeof header) {
        memcpy(&header, pending->p + at, sizeof header);
        if (header.size > pending->n - at)
            break;
        queue_add(into, (const uint64_t *)(const void *)(pending->p + at),
                  header.size / sizeof(uint64_t));
        at += header.size;
    }
    size_t left = pending->n - at;
    if (at > 0 && left > 0)
        memmove(pending->p, pending->p + at, left);
    pending->n = left;
}

/* False: nothing more for now, or ever. */
static bool read_more(struct timer_source *s, bool wait)
{
    char bytes[65536];
    struct pollfd data = {.fd = s->data, .events = POLLIN};
    if (!wait && poll(&data, 1, 0) <= 0)
        return false;
    ssize_t n = read(s->data, bytes, sizeof bytes);
    if (n > 0)
        text_add(&s->pending, bytes, (size_t)n);
    return n > 0 || (n < 0 && errno == EINTR);
}

static void drain(struct source *base, bool last, struct queue *into)
{
    struct timer_source *s = (struct timer_source *)base;
    if (last)
        shutdown(s->commands, SHUT_RDWR); /* it ends, and its pipe with it */
    while (read_more(s, last))
        take_records(&s->pending, into);
}

static void close_timer(struct source *base)
{
    struct timer_source *s = (struct timer_source *)base;
    close(s->commands);
    close(s->data);
    while (waitpid(s->tracer, NULL, 0) < 0 && errno == EINTR)
        ;
    text_done(&s->pending);
    mem_free(MEM_BASE, s);
}

static bool start(struct timer_source *s, pid_t pid, struct err *e)
{
    int commands[2], data[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, commands) != 0)
        return err_system(e, "a socket for the tracer");
    if (pipe2(data, O_CLOEXEC) != 0) {
        err_system(e, "a pipe for the tracer");
        close(commands[0]);
        close(commands[1]);
        return false;
    }
    fcntl(data[1], F_SETPIPE_SZ, PIPE_BYTES);
    s->tracer = fork();
    if (s->tracer == 0)
        tracer_run(pid, commands[1], data[1], s->source.period_ns);
    s->commands = commands[0];
    s->data = data[0];
    close(commands[1]);
    close(data[1]);
    if (s->tracer > 0)
        return true;
    err_system(e, "the tracer");
    close(s->commands);
    close(s->data);
    return false;
}

/* Yama lets only ancestors trace, or who was named: child_permit_tracing. */
static bool refused(int why, struct err *e)
{
    int scope = 0;
    FILE *f = fopen("/proc/sys/kernel/yama/ptrace_scope", "re");
    if (!f || fscanf(f, "%d", &scope) != 1) // NOLINT: the kernel's
        scope = 0;
    if (f)
        fclose(f);
    errno = why;
    err_system(e, "ptrace");
    size_t n = strlen(e->text);
    if (scope > 0)
        snprintf(e->text + n, sizeof e->text - n, " (kernel.yama.ptrace_scope is %d)", scope);
    return false;
}

struct source *source_timer_open(pid_t pid, double hz, struct err *e)
{
    static const struct source_rows rows = {"timer and ptrace", run, drain, close_timer};
    if (registers_perf_mask() == 0) {
        err_set(e, ERR_SYSTEM, "ptrace: this architecture's registers are not known here");
        return NULL;
    }
    struct timer_source *s = mem_alloc_zero(MEM_BASE, sizeof *s);
    hz = hz > SAMPLER_HZ_TIMER ? SAMPLER_HZ_TIMER : hz;
    s->source = (struct source){.rows = &rows,
                                .period_ns = (uint64_t)(1e9 / hz + 0.5),
                                .hz = hz,
                                .drain_ms = 25,
                                .note = "at the scheduler's ticks"};
    int why;
    if (!start(s, pid, e)) {
        mem_free(MEM_BASE, s);
        return NULL;
    }
    answered(s, &why);
    if (why) {
        refused(why, e);
        close_timer(&s->source);
        return NULL;
    }
    return &s->source;
}

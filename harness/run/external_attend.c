#include "harness/run/external_process.h"

#include "harness/probe/machine.h"
#include "harness/run/interrupt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

enum {
    LOOK_MS = 100,        /* how often an interruption is looked for */
    PART_BYTES = 1 << 16, /* read at once */
    PATIENCE_MS = 8000,   /* for the spawner to end a tree */
};

/* ---- what it prints -------------------------------------------------------------------------- */

static void show(const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t written = write(STDERR_FILENO, bytes, n);
        if (written < 0 && errno != EINTR)
            return; /* nobody looks: no reason to end a measurement */
        bytes += written > 0 ? written : 0;
        n -= written > 0 ? (size_t)written : 0;
    }
}

/* False at the end of the stream. */
static bool read_part(struct external_process *r, enum external_stream stream)
{
    char part[PART_BYTES];
    ssize_t got = read(r->streams[stream], part, sizeof part);
    if (got < 0)
        return errno == EINTR;
    if (got == 0)
        return false;
    tail_add(&r->tail, part, (size_t)got);
    if (r->external->options.show_output)
        show(part, (size_t)got);
    if (stream == EXTERNAL_OUT) {
        r->result.output_bytes += (uint64_t)got;
        if (r->hash)
            sha256_add(r->hash, part, (size_t)got);
    }
    return true;
}

/* What the ended command left in a pipe; others may go on writing, so there is a limit. */
static void read_rest(struct external_process *r, enum external_stream stream)
{
    struct pollfd ready = {.fd = r->streams[stream], .events = POLLIN};
    for (long i = 0; i < 2L * EXTERNAL_PIPE_BYTES / PART_BYTES && poll(&ready, 1, 0) > 0; i++)
        if (!read_part(r, stream))
            return;
}

/* ---- waiting --------------------------------------------------------------------------------- */

/* Tells the spawner to end the tree when it is time to: once. */
static void look_at_clock(struct external_process *r)
{
    const struct external_options *o = &r->external->options;
    int64_t now = probe_now_ns();
    double elapsed = (double)(now - r->began_ns) / 1e9;
    if (r->ended_ns) {
        if (!r->killed && now - r->ended_ns > PATIENCE_MS * (int64_t)1000000) {
            kill(r->pid, SIGKILL);
            r->killed = true;
        }
        return;
    }
    bool out_of_time = o->timeout_s > 0 && elapsed >= o->timeout_s;
    if (interrupt_count() > r->interruptions)
        err_set(&r->why, ERR_INTERRUPTED, "interrupted");
    else if (out_of_time)
        err_input(&r->why, "no end after %.1f s (--timeout %.9g): ended, with all that it started",
                  elapsed, o->timeout_s);
    else
        return;
    r->ended_ns = now;
    kill(r->pid, SIGTERM);
}

static int wait_ms(const struct external_process *r)
{
    double left =
        r->external->options.timeout_s * 1e3 - (double)(probe_now_ns() - r->began_ns) / 1e6;
    bool is_near = r->external->options.timeout_s > 0 && left < LOOK_MS && !r->ended_ns;
    return is_near ? (left > 0 ? (int)left + 1 : 0) : LOOK_MS;
}

/* What is there to read of both outputs; one that is at its end is closed, though the command may still run. */
static void read_ready(struct external_process *r, const struct pollfd ready[EXTERNAL_STREAMS])
{
    for (int i = EXTERNAL_OUT; i <= (int)EXTERNAL_ERR; i++)
        if (ready[i].revents && !read_part(r, (enum external_stream)i)) {
            close(r->streams[i]);
            r->streams[i] = -1;
        }
}

bool external_attend(struct external_process *r, struct err *e)
{
    for (;;) {
        struct pollfd ready[EXTERNAL_STREAMS];
        for (int i = 0; i < EXTERNAL_STREAMS; i++)
            ready[i] = (struct pollfd){.fd = r->streams[i], .events = POLLIN};
        int n = poll(ready, EXTERNAL_STREAMS, wait_ms(r));
        if (n < 0 && errno != EINTR)
            return err_system(e, "poll");
        look_at_clock(r);
        if (n > 0)
            read_ready(r, ready);
        if (n > 0 && ready[EXTERNAL_REPORT].revents)
            break;
    }
    ssize_t got = read(r->streams[EXTERNAL_REPORT], &r->result.usage, sizeof r->result.usage);
    read_rest(r, EXTERNAL_OUT);
    read_rest(r, EXTERNAL_ERR);
    return got == (ssize_t)sizeof r->result.usage || r->ended_ns ||
           err_set(e, ERR_SYSTEM, "the program that starts commands ended without a word");
}

#define _GNU_SOURCE
#include "harness/run/external.h"

#include "harness/probe/machine.h"
#include "harness/run/child.h"
#include "harness/run/command_line.h"
#include "harness/run/interrupt.h"
#include "harness/run/tail.h"
#include "harness/stats/describe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LOOK_MS = 100,        /* how often an interruption is looked for */
    PIPE_BYTES = 1 << 20, /* so that a command that prints much seldom waits for us */
    PART_BYTES = 1 << 16, /* read at once */
    PATIENCE_MS = 8000,   /* for the spawner to end a tree */
    PADDING_MAX = 4096,   /* of the environment */
    LINES_SHOWN = 4,
    OVERHEAD_RUNS_MAX = 100,
};

/* ---- the spawner ---------------------------------------------------------------------------- */

/* In memory: there is no file to be found, or lost. */
static bool make_image(struct external *x, struct err *e)
{
    if (x->image > 0)
        return true;
    int fd = memfd_create("cupel-spawner", MFD_CLOEXEC);
    const unsigned char *at = spawner_image;
    while (fd >= 0 && at < spawner_image_end) {
        ssize_t n = write(fd, at, (size_t)(spawner_image_end - at));
        if (n < 0 && errno != EINTR) {
            close(fd);
            fd = -1;
        }
        at += n > 0 ? n : 0;
    }
    x->image = fd > 0 ? fd : 0;
    return fd > 0 || err_system(e, "the program that starts commands");
}

void external_done(struct external *x)
{
    if (x->image > 0)
        close(x->image);
    x->image = 0;
}

bool external_open_input(const char *path, int *fd, struct err *e)
{
    struct stat st;
    *fd = open(path ? path : "/dev/null", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0)
        return err_system(e, "input %s", path ? path : "/dev/null");
    if (fstat(*fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISCHR(st.st_mode))) {
        fcntl(*fd, F_SETFL, 0);
        return true;
    }
    close(*fd);
    return err_input(e, "input %s: expected a file, which each run can read from its start", path);
}

/* ---- one run --------------------------------------------------------------------------------- */

enum stream { STREAM_OUT, STREAM_ERR, STREAM_REPORT, STREAMS };

struct run {
    struct external *external;
    const char *const *argv;
    int input;
    int streams[STREAMS];       /* our ends; -1: closed */
    pid_t pid;                  /* of the spawner */
    int64_t began_ns, ended_ns; /* ended: told to end its tree; 0: was not */
    int interruptions;          /* that there were before, and do not count */
    struct err why;             /* it was told to */
    bool killed;
    struct tail tail;
    struct sha256 *hash;
    struct external_result result;
};

/* In the child: the report that the spawner would have made. */
static _Noreturn void cannot_start(int report, int why)
{
    const struct spawner_report r = {.spawn_errno = why};
    _exit(write(report, &r, sizeof r) == (ssize_t)sizeof r ? 127 : 126);
}

/* In the child: nothing happens before a byte comes from the harness; without a gate, at once. */
static void wait_at(const int gate[2])
{
    char byte;
    ssize_t n;
    if (gate[0] < 0)
        return;
    close(gate[1]);
    child_permit_tracing();
    while ((n = read(gate[0], &byte, 1)) < 0 && errno == EINTR)
        ;
    if (n != 1)
        _exit(127); /* the harness has gone */
}

static _Noreturn void become_spawner(const struct run *r, const int ends[STREAMS],
                                     const int gate[2], long padding)
{
    wait_at(gate);
    char pad[PADDING_MAX + 1], number[16], name[] = "cupel-spawner";
    const char *words[3] = {name, number, NULL};
    size_t n = 0;
    while (r->argv[n])
        n++;
    const char **argv = calloc(n + 3, sizeof *argv);
    if (!argv)
        cannot_start(ends[STREAM_REPORT], errno);
    snprintf(number, sizeof number, "%d", ends[STREAM_REPORT]);
    memcpy(argv, words, 2 * sizeof *words);
    memcpy(argv + 2, r->argv, n * sizeof *argv);
    memset(pad, 'x', sizeof pad);
    pad[padding < 0 ? 0 : padding] = '\0';
    if (padding >= 0)
        setenv("CUPEL_PADDING", pad, 1);
    if (r->external->options.forget_callers)
        child_forget_callers();
    dup2(r->input, STDIN_FILENO);
    dup2(ends[STREAM_OUT], STDOUT_FILENO);
    dup2(ends[STREAM_ERR], STDERR_FILENO);
    fcntl(ends[STREAM_REPORT], F_SETFD, 0);
    const char *folder = r->external->options.folder;
    if (folder && chdir(folder) != 0)
        cannot_start(ends[STREAM_REPORT], errno);
    extern char **environ;
    fexecve(r->external->image, (char *const *)(uintptr_t)argv, environ);
    cannot_start(ends[STREAM_REPORT], errno); /* words too long, no memory */
}

static bool make_pipes(struct run *r, int ends[STREAMS], struct err *e)
{
    for (int i = 0; i < STREAMS; i++) {
        int pair[2];
        if (pipe2(pair, O_CLOEXEC) != 0)
            return err_system(e, "pipe");
        fcntl(pair[0], F_SETPIPE_SZ, PIPE_BYTES); /* a smaller one does as well */
        r->streams[i] = pair[0];
        ends[i] = pair[1];
    }
    return true;
}

static void close_all(int fds[STREAMS])
{
    for (int i = 0; i < STREAMS; i++) {
        if (fds[i] >= 0)
            close(fds[i]);
        fds[i] = -1;
    }
}

static void reap(pid_t pid)
{
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

/* The child waits at the gate until it is followed; one that is not must not begin. */
static bool let_go(struct run *r, int gate, struct err *e)
{
    const struct external_options *o = &r->external->options;
    if (!o->follow)
        return true;
    if (o->follow(o->follow_context, r->pid, e) && write(gate, "", 1) == 1)
        return true;
    kill(r->pid, SIGKILL);
    reap(r->pid);
    return false;
}

static bool start(struct run *r, struct rng *rng, struct err *e)
{
    int ends[STREAMS] = {-1, -1, -1}, gate[2] = {-1, -1};
    long padding = rng ? (long)rng_below(rng, PADDING_MAX) : -1;
    bool ok = make_pipes(r, ends, e);
    if (ok && r->external->options.follow)
        ok = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, gate) == 0 ||
             err_system(e, "socket pair");
    if (ok) {
        r->pid = fork();
        if (r->pid == 0)
            become_spawner(r, ends, gate, padding);
        ok = (r->pid > 0 || err_system(e, "fork")) && let_go(r, gate[1], e);
    }
    close_all(ends);
    for (int i = 0; i < 2; i++)
        if (gate[i] >= 0)
            close(gate[i]);
    return ok;
}

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
static bool read_part(struct run *r, enum stream stream)
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
    if (stream == STREAM_OUT) {
        r->result.output_bytes += (uint64_t)got;
        if (r->hash)
            sha256_add(r->hash, part, (size_t)got);
    }
    return true;
}

/* What the ended command left in a pipe; others may go on writing, so there is a limit. */
static void read_rest(struct run *r, enum stream stream)
{
    struct pollfd ready = {.fd = r->streams[stream], .events = POLLIN};
    for (long i = 0; i < 2L * PIPE_BYTES / PART_BYTES && poll(&ready, 1, 0) > 0; i++)
        if (!read_part(r, stream))
            return;
}

/* ---- waiting --------------------------------------------------------------------------------- */

/* Tells the spawner to end the tree when it is time to: once. */
static void look_at_clock(struct run *r)
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

static int wait_ms(const struct run *r)
{
    double left =
        r->external->options.timeout_s * 1e3 - (double)(probe_now_ns() - r->began_ns) / 1e6;
    bool is_near = r->external->options.timeout_s > 0 && left < LOOK_MS && !r->ended_ns;
    return is_near ? (left > 0 ? (int)left + 1 : 0) : LOOK_MS;
}

/* Reads what it prints until the spawner has said how it went, which a grandchild that holds the pipes
 * does not delay. */
static bool attend(struct run *r, struct err *e)
{
    for (;;) {
        struct pollfd ready[STREAMS];
        for (int i = 0; i < STREAMS; i++)
            ready[i] = (struct pollfd){.fd = r->streams[i], .events = POLLIN};
        int n = poll(ready, STREAMS, wait_ms(r));
        if (n < 0 && errno != EINTR)
            return err_system(e, "poll");
        look_at_clock(r);
        for (int i = STREAM_OUT; n > 0 && i <= (int)STREAM_ERR; i++)
            if (ready[i].revents && !read_part(r, (enum stream)i)) {
                close(r->streams[i]);
                r->streams[i] = -1; /* closed, though the command may still run */
            }
        if (n > 0 && ready[STREAM_REPORT].revents)
            break;
    }
    ssize_t got = read(r->streams[STREAM_REPORT], &r->result.usage, sizeof r->result.usage);
    read_rest(r, STREAM_OUT);
    read_rest(r, STREAM_ERR);
    return got == (ssize_t)sizeof r->result.usage || r->ended_ns ||
           err_set(e, ERR_SYSTEM, "the program that starts commands ended without a word");
}

/* ---- how it ended ---------------------------------------------------------------------------- */

static bool with_tail(const struct run *r, struct err *e)
{
    char lines[TAIL_TEXT];
    struct err head = *e;
    int n = tail_lines(&r->tail, LINES_SHOWN, lines);
    return err_set(e, head.code, "%.150s%s%s", head.text,
                   n == 0   ? ", and it printed nothing"
                   : n == 1 ? "; its last line: "
                            : "; its last lines: ",
                   lines);
}

static bool judge(struct run *r, struct err *e)
{
    const char *name = command_line_name(r->argv);
    const struct spawner_report *u = &r->result.usage;
    struct external_result *out = &r->result;
    if (r->ended_ns) {
        *e = r->why;
        return e->code != ERR_INTERRUPTED && (with_tail(r, e) || err_prefix(e, "%.60s", name));
    }
    if (u->spawn_errno)
        return err_input(e, "%.200s: cannot be run: %s", name, strerror(u->spawn_errno));
    out->signal = WIFSIGNALED(u->status) ? WTERMSIG(u->status) : 0;
    out->exit = WIFEXITED(u->status) ? WEXITSTATUS(u->status) : -1;
    out->slice.cpu_ns = u->user_ns + u->system_ns;
    out->slice.wall_ns = u->wall_ns;
    if (out->exit == 0 || r->external->options.ignore_failure)
        return true;
    if (out->signal)
        err_input(e, "%.60s: ended by signal %d (SIG%s, %s)", name, out->signal,
                  sigabbrev_np(out->signal) ? sigabbrev_np(out->signal) : "?",
                  strsignal(out->signal));
    else
        err_input(e, "%.60s: exit status %d", name, out->exit);
    return with_tail(r, e);
}

bool external_run(struct external *x, const char *const *argv, struct rng *rng,
                  struct external_result *out, struct err *e)
{
    struct run r = {
        .external = x,
        .argv = argv,
        .input = -1,
        .streams = {-1, -1, -1},
        .began_ns = probe_now_ns(),
        .interruptions = x->options.despite_interruption ? interrupt_count() : 0,
    };
    if (!make_image(x, e) || !external_open_input(x->options.input, &r.input, e))
        return false;
    r.hash = x->options.check_output ? sha256_new() : NULL;
    bool ok = start(&r, rng, e);
    if (ok) {
        ok = attend(&r, e);
        if (!ok)
            kill(r.pid, SIGTERM);
        reap(r.pid);
    }
    if (r.hash)
        sha256_end(r.hash, r.result.digest);
    close(r.input);
    close_all(r.streams);
    ok = ok && judge(&r, e);
    *out = r.result;
    return ok;
}

/* ---- around it ------------------------------------------------------------------------------- */

bool external_prepare(struct external *x, struct err *e)
{
    struct external plain = {
        .options = {.timeout_s = x->options.timeout_s,
                    .show_output = x->options.show_output,
                    .folder = x->options.folder},
        .image = x->image,
    };
    struct external_result unused;
    if (!x->options.prepare)
        return true;
    if (!make_image(x, e))
        return false;
    plain.image = x->image;
    return external_run(&plain, x->options.prepare, NULL, &unused, e) || err_prefix(e, "prepare");
}

bool external_same_output(struct external_output *first, const struct external_result *r,
                          const char *of, struct err *e)
{
    if (!r->digest[0])
        return true;
    if (!first->digest[0]) {
        memcpy(first->digest, r->digest, sizeof first->digest);
        first->bytes = r->output_bytes;
        first->of = of;
    }
    return strcmp(first->digest, r->digest) == 0 ||
           err_set(e, ERR_MISMATCH,
                   "outputs differ: of \"%.100s\" %llu bytes, SHA-256 %.16s...; of \"%.100s\" "
                   "before %llu bytes, %.16s...",
                   of, (unsigned long long)r->output_bytes, r->digest, first->of,
                   (unsigned long long)first->bytes, first->digest);
}

bool external_overhead(struct external *x, int n, bool shell, struct probe_slice *out,
                       struct err *e)
{
    static const char *const nothing[] = {"/proc/self/exe", SPAWNER_NOTHING, NULL};
    static const char *const shell_nothing[] = {COMMAND_LINE_SHELL, "-c", ":", NULL};
    double cpu[OVERHEAD_RUNS_MAX], wall[OVERHEAD_RUNS_MAX];
    struct external plain = {0};
    bool ok = make_image(x, e);
    plain.image = x->image;
    n = n < OVERHEAD_RUNS_MAX ? n : OVERHEAD_RUNS_MAX;
    for (int i = 0; i < n && ok; i++) {
        struct external_result r;
        ok = external_run(&plain, shell ? shell_nothing : nothing, NULL, &r, e);
        cpu[i] = ok ? (double)r.slice.cpu_ns : 0;
        wall[i] = ok ? (double)r.slice.wall_ns : 0;
    }
    *out = (struct probe_slice){0};
    if (ok) {
        out->cpu_ns = (int64_t)stats_median(cpu, n);
        out->wall_ns = (int64_t)stats_median(wall, n);
    }
    return ok;
}

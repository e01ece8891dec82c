#define _GNU_SOURCE
#include "harness/profile/tracer.h"

#include "harness/base/mem.h"
#include "harness/probe/machine.h"
#include "harness/profile/clocks.h"
#include "harness/profile/images.h"
#include "harness/profile/peek.h"
#include "harness/profile/record.h"
#include "harness/profile/spaces.h"
#include "harness/profile/tracees.h"
#include "harness/profile/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* As old may be what is known of a process's mappings. */
enum { MAPS_NS = 50000000 };

struct tracer {
    int commands, data, signals;
    struct clocks clocks;
    struct tracees tracees;
    struct spaces spaces; /* what has been told of mappings */
    struct images images; /* numbers for paths; none is opened */
    struct pairs read_at; /* process -> ms of its last reading, on our clock */
    struct text out;
    pid_t mapped; /* whose mappings are being read */
    int why;
};

/* Nobody reads any more: there is nothing left to do. */
static void send_out(struct tracer *t)
{
    for (size_t at = 0; at < t->out.n;) {
        ssize_t n = write(t->data, t->out.p + at, t->out.n - at);
        if (n < 0 && errno != EINTR)
            _exit(0);
        at += n > 0 ? (size_t)n : 0;
    }
    text_clear(&t->out);
}

static void tell(struct tracer *t, struct record *r)
{
    r->time_ns = (uint64_t)probe_now_ns();
    record_write(&t->out, r);
}

/* ---- threads ------------------------------------------------------------------------------------ */

static bool seize(void *context, pid_t process, pid_t thread, struct err *e)
{
    enum {
        OPTIONS =
            PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC
    };
    struct tracer *t = context;
    if (tracees_find(&t->tracees, thread))
        return true;
    if (ptrace(PTRACE_SEIZE, thread, NULL, (void *)(uintptr_t)OPTIONS) == 0) {
        tracees_adopt(&t->tracees, process, thread);
        clocks_add(&t->clocks, process);
        return true;
    }
    if (errno == ESRCH)
        return true;
    t->why = errno;
    return err_system(e, "ptrace");
}

/* Until there are no more than were seized: one may have made another meanwhile. */
static bool seize_all(struct tracer *t, pid_t pid)
{
    struct err e;
    for (int before = -1; before != t->tracees.count;) {
        before = t->tracees.count;
        if (!tree_each(pid, seize, t, &e))
            return false;
    }
    t->why = t->tracees.count ? 0 : ESRCH;
    return t->tracees.count > 0;
}

/* ---- samples ------------------------------------------------------------------------------------ */

static void tell_mapping(void *context, const struct record_mapping *m)
{
    struct tracer *t = context;
    int image = images_number(&t->images, m->path);
    const struct spaces_mapping *known = spaces_find(&t->spaces, t->mapped, m->start);
    if (known && known->start == m->start && known->end == m->end && known->image == image &&
        known->offset == m->offset)
        return;
    spaces_map(&t->spaces, t->mapped, &(struct spaces_mapping){m->start, m->end, m->offset, image});
    tell(t, &(struct record){
                .kind = RECORD_MAPPING, .pid = t->mapped, .tid = t->mapped, .mapping = *m});
}

/* Mappings cannot be followed as they come: they are read anew when a sample is where nothing is
 * known, and from time to time for what stands between. */
static void follow_mappings(struct tracer *t, pid_t process, const struct record_sample *s)
{
    struct err gone;
    int now = (int)(probe_now_ns() / 1000000 & INT32_MAX);
    int before = pairs_find(&t->read_at, (uint64_t)process, 0);
    bool known = before >= 0 && now >= before && now - before < MAPS_NS / 1000000 &&
                 spaces_find(&t->spaces, process, s->chain[0]);
    if (known)
        return;
    t->mapped = process;
    if (spaces_read(process, tell_mapping, t, &gone))
        pairs_set(&t->read_at, (uint64_t)process, 0, now);
}

/* It has stopped. */
static void sample(struct tracer *t, const struct tracee *tracee)
{
    unsigned char stack[RECORD_STACK_BYTES];
    uint64_t chain[RECORD_CHAIN_MAX];
    struct record r = {.kind = RECORD_SAMPLE, .pid = tracee->process, .tid = tracee->thread};
    struct record_sample *s = &r.sample;
    s->has_registers = registers_stopped(tracee->thread, s->registers);
    if (!s->has_registers)
        return;
    s->stack = stack;
    s->stack_bytes = peek(tracee->process, s->registers[REGISTERS_STACK], stack, sizeof stack);
    s->chain = chain;
    s->depth = peek_chain(tracee->process, s->registers, chain, RECORD_CHAIN_MAX);
    follow_mappings(t, tracee->process, s);
    tell(t, &r);
}

/* ---- what threads tell ---------------------------------------------------------------------------- */

/* The threads of before are gone, and the one that lives has the process's number. */
static void on_exec(struct tracer *t, struct tracee *tracee)
{
    unsigned long former = 0;
    pid_t process = tracee->process, now = tracee->thread;
    ptrace(PTRACE_GETEVENTMSG, now, NULL, &former);
    tell(t, &(struct record){.kind = RECORD_EXEC, .pid = process, .tid = process});
    spaces_exec(&t->spaces, process);
    pairs_set(&t->read_at, (uint64_t)process, 0, -1);
    if ((pid_t)former != now)
        tracees_drop(&t->tracees, (pid_t)former);
}

/* What it is to go on with: a signal, 0; -1: it is stopped as Ctrl-Z stops, and stays so. */
static int on_stop(struct tracer *t, struct tracee *tracee, int event, int signal)
{
    if (event == 0)
        return signal;
    if (event == PTRACE_EVENT_EXEC)
        on_exec(t, tracee);
    if (event != PTRACE_EVENT_STOP)
        return 0;
    bool asked = tracee->asked;
    tracee->asked = false;
    if (signal != SIGTRAP)
        return -1;
    if (asked)
        sample(t, tracee);
    return 0;
}

static void on_status(struct tracer *t, pid_t tid, int status)
{
    if (!WIFSTOPPED(status)) { /* of a process, its first thread's end is the last to be told */
        tracees_drop(&t->tracees, tid);
        clocks_drop(&t->clocks, tid);
        return;
    }
    struct tracee *tracee = tracees_find(&t->tracees, tid);
    if (!tracee)
        tracee = tracees_adopt(&t->tracees, tracees_process(tid), tid);
    clocks_add(&t->clocks, tracee->process);
    int pass = on_stop(t, tracee, status >> 16, WSTOPSIG(status));
    if (pass < 0)
        ptrace(PTRACE_LISTEN, tid, NULL, NULL);
    else
        ptrace(PTRACE_CONT, tid, NULL, (void *)(uintptr_t)pass);
    send_out(t);
}

/* ---- what signals tell --------------------------------------------------------------------------- */

/* A process has run for another period (for `periods`: it had as many threads, or we are late): its
 * threads that run are asked to stop. */
static void on_period(struct tracer *t, pid_t process, int periods)
{
    int asked = 0;
    for (int i = 0; i < t->tracees.count; i++) {
        struct tracee *tracee = &t->tracees.threads[i];
        if (tracee->process != process || tracee->asked || !tracees_runs(tracee))
            continue;
        tracee->asked = ptrace(PTRACE_INTERRUPT, tracee->thread, NULL, NULL) == 0;
        asked += tracee->asked;
    }
    if (asked < periods)
        tell(t, &(struct record){.kind = RECORD_LOST, .lost = (uint64_t)(periods - asked)});
    send_out(t);
}

static void on_signals(struct tracer *t)
{
    struct signalfd_siginfo info;
    int status;
    pid_t tid;
    while (read(t->signals, &info, sizeof info) == sizeof info)
        if ((int)info.ssi_signo == t->clocks.signal && t->clocks.on)
            on_period(t, info.ssi_int, 1 + (int)info.ssi_overrun);
    while ((tid = waitpid(-1, &status, __WALL | WNOHANG)) > 0)
        on_status(t, tid, status);
}

/* What was asked before a pause is no sample any more. */
static void on_command(struct tracer *t)
{
    unsigned char on;
    if (recv(t->commands, &on, sizeof on, 0) != sizeof on)
        _exit(0);
    clocks_run(&t->clocks, on);
    for (int i = 0; !on && i < t->tracees.count; i++)
        t->tracees.threads[i].asked = false;
    struct tracer_answer done = {0};
    if (send(t->commands, &done, sizeof done, MSG_NOSIGNAL) != sizeof done)
        _exit(0);
}

/* ---- the process ---------------------------------------------------------------------------------- */

/* Descriptors of ours that others wait for the end of must not live on here. */
static void keep_only(int *commands, int *data)
{
    enum { FIRST = 3, HIGH = 64 };
    int kept[2] = {fcntl(*commands, F_DUPFD, HIGH), fcntl(*data, F_DUPFD, HIGH)};
    *commands = dup2(kept[0], FIRST);
    *data = dup2(kept[1], FIRST + 1);
    close_range(FIRST + 2, ~0U, 0);
}

static void prepare(struct tracer *t)
{
    sigset_t all, ours;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    signal(SIGCHLD, SIG_DFL);
    sigemptyset(&ours);
    sigaddset(&ours, SIGCHLD);
    sigaddset(&ours, t->clocks.signal);
    t->signals = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
}

_Noreturn void tracer_run(pid_t pid, int commands, int data, uint64_t period_ns)
{
    struct tracer t = {
        .clocks = {.signal = SIGRTMIN, .period_ns = period_ns},
          .why = ESRCH
    };
    keep_only(&commands, &data);
    t.commands = commands;
    t.data = data;
    prepare(&t);
    bool ready = t.signals >= 0 && seize_all(&t, pid);
    struct tracer_answer first = {ready ? 0 : t.why};
    if (send(commands, &first, sizeof first, MSG_NOSIGNAL) != sizeof first || !ready)
        _exit(0);
    for (;;) {
        struct pollfd waits[] = {
            {t.signals, POLLIN, 0},
            {commands,  POLLIN, 0}
        };
        poll(waits, sizeof waits / sizeof *waits, -1);
        if (waits[0].revents)
            on_signals(&t);
        if (waits[1].revents)
            on_command(&t);
    }
}

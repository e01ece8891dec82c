#define _GNU_SOURCE
#include "harness/run/side_process.h"

#include "harness/probe/machine.h"
#include "harness/run/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORKER_FD = 3, PADDING_MAX = 4096, WORDS_MAX = 16 };

/* ---- starting ------------------------------------------------------------------------------- */

static void set_variables(long padding)
{
    char pad[PADDING_MAX + 1], number[16];
    memset(pad, 'x', (size_t)padding);
    pad[padding] = '\0';
    snprintf(number, sizeof number, "%d", WORKER_FD);
    setenv("CUPEL_PADDING", pad, 1);
    setenv(PROTOCOL_FD_VARIABLE, number, 1);
}

/* In the child: becomes the worker, or answers with the reason why not. */
static _Noreturn void become_worker(const char *binary, const char *const *under, int fd,
                                    long padding)
{
    const char *argv[WORDS_MAX];
    size_t n = 0;
    for (; under && under[n] && n < WORDS_MAX - 3; n++)
        argv[n] = under[n];
    const char *program = n ? argv[0] : binary;
    argv[n] = n ? binary : "cupel";
    argv[++n] = "worker";
    argv[++n] = NULL;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    child_permit_tracing();
    signal(SIGPIPE, SIG_DFL);
    set_variables(padding);
    if (fd == WORKER_FD)
        fcntl(fd, F_SETFD, 0);
    else
        dup2(fd, WORKER_FD);
    execvp(program, (char *const *)argv);
    dprintf(WORKER_FD, "{\"error\":\"cannot be run: %s\",\"code\":%d}\n", strerror(errno),
            ERR_INPUT);
    _exit(127);
}

const char *side_process_binary(const struct plan_side *side)
{
    return side->binary ? side->binary : "/proc/self/exe";
}

bool side_process_spawn(struct side_process *p, const char *const *under, struct rng *rng,
                        struct err *e)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n > 0 ? n : 0] = '\0';
    /* To another program /proc/self/exe is that program. */
    const char *binary = under && !p->side->binary ? self : side_process_binary(p->side);
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return err_system(e, "socket pair");
    long padding = (long)rng_below(rng, PADDING_MAX);
    p->pid = fork();
    if (p->pid == 0)
        become_worker(binary, under, pair[1], padding);
    close(pair[1]);
    p->channel.fd = pair[0];
    return p->pid > 0 || err_system(e, "fork");
}

/* ---- ending --------------------------------------------------------------------------------- */

static bool has_ended(pid_t pid, int *status)
{
    pid_t ended;
    do
        ended = waitpid(pid, status, WNOHANG);
    while (ended < 0 && errno == EINTR);
    return ended != 0;
}

void side_process_say_end(struct side_process *p, const char *op, struct err *e)
{
    const struct timespec nap = {.tv_nsec = 1000000};
    int status = 0;
    bool ended = false;
    for (int i = 0; i < 1000 && !(ended = has_ended(p->pid, &status)); i++)
        nanosleep(&nap, NULL);
    if (!ended)
        return;
    p->pid = 0;
    const char *signal_name = WIFSIGNALED(status) ? sigabbrev_np(WTERMSIG(status)) : NULL;
    if (WIFSIGNALED(status))
        err_input(e, "ended by signal %d (SIG%s, %s) in %s", WTERMSIG(status),
                  signal_name ? signal_name : "?", strsignal(WTERMSIG(status)), op);
    else
        err_input(e, "ended with exit status %d in %s", WEXITSTATUS(status), op);
}

/* A worker that does not end by itself within this time is killed. */
static const int64_t patience_ns = 2000000000;

void side_process_end(pid_t pid)
{
    const struct timespec nap = {.tv_nsec = 200000};
    int64_t deadline = probe_now_ns() + patience_ns;
    while (!has_ended(pid, NULL)) {
        if (probe_now_ns() > deadline)
            kill(pid, SIGKILL);
        nanosleep(&nap, NULL);
    }
}

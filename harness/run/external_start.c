#define _GNU_SOURCE
#include "harness/run/external_process.h"

#include "harness/run/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PADDING_MAX = 4096 }; /* of the environment */

bool external_image(struct external *x, struct err *e)
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

/* ---- in the child --------------------------------------------------------------------------- */

/* The report that the spawner would have made. */
static _Noreturn void cannot_start(int report, int why)
{
    const struct spawner_report r = {.spawn_errno = why, .queued_ns = -1};
    _exit(write(report, &r, sizeof r) == (ssize_t)sizeof r ? 127 : 126);
}

/* Nothing happens before a byte comes from the harness; without a gate, at once. */
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

/* "cupel-spawner", the number of the report's descriptor, the command's words. Not freed: exec follows. */
static char *const *spawner_words(const struct external_process *r, int report)
{
    static char name[] = "cupel-spawner", number[16];
    char *const words[2] = {name, number};
    size_t n = 0;
    while (r->argv[n])
        n++;
    char **argv = calloc(n + 3, sizeof *argv);
    if (!argv)
        cannot_start(report, errno);
    snprintf(number, sizeof number, "%d", report);
    memcpy(argv, words, sizeof words);
    memcpy(argv + 2, r->argv, n * sizeof *argv);
    return argv;
}

static void set_padding(long padding)
{
    char pad[PADDING_MAX + 1];
    memset(pad, 'x', sizeof pad);
    pad[padding] = '\0';
    setenv("CUPEL_PADDING", pad, 1);
}

static _Noreturn void become_spawner(const struct external_process *r,
                                     const int ends[EXTERNAL_STREAMS], const int gate[2],
                                     long padding)
{
    wait_at(gate);
    const struct external_options *o = &r->external->options;
    int report = ends[EXTERNAL_REPORT];
    char *const *argv = spawner_words(r, report);
    if (padding >= 0)
        set_padding(padding);
    if (o->forget_callers)
        child_forget_callers();
    dup2(r->input, STDIN_FILENO);
    dup2(ends[EXTERNAL_OUT], STDOUT_FILENO);
    dup2(ends[EXTERNAL_ERR], STDERR_FILENO);
    fcntl(report, F_SETFD, 0);
    if (o->folder && chdir(o->folder) != 0)
        cannot_start(report, errno);
    extern char **environ;
    fexecve(r->external->image, argv, environ);
    cannot_start(report, errno); /* words too long, no memory */
}

/* ---- in this process ------------------------------------------------------------------------ */

static bool make_pipes(struct external_process *r, int ends[EXTERNAL_STREAMS], struct err *e)
{
    for (int i = 0; i < EXTERNAL_STREAMS; i++) {
        int pair[2];
        if (pipe2(pair, O_CLOEXEC) != 0)
            return err_system(e, "pipe");
        fcntl(pair[0], F_SETPIPE_SZ, EXTERNAL_PIPE_BYTES); /* a smaller one does as well */
        r->streams[i] = pair[0];
        ends[i] = pair[1];
    }
    return true;
}

void external_close(const int *fds, int n)
{
    for (int i = 0; i < n; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

void external_reap(pid_t pid)
{
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

/* The child waits at the gate until it is followed; one that is not must not begin. */
static bool let_go(struct external_process *r, int gate, struct err *e)
{
    const struct external_options *o = &r->external->options;
    if (!o->follow)
        return true;
    if (o->follow(o->follow_context, r->pid, e) && write(gate, "", 1) == 1)
        return true;
    kill(r->pid, SIGKILL);
    external_reap(r->pid);
    return false;
}

bool external_start(struct external_process *r, struct rng *rng, struct err *e)
{
    int ends[EXTERNAL_STREAMS] = {-1, -1, -1}, gate[2] = {-1, -1};
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
    external_close(ends, EXTERNAL_STREAMS);
    external_close(gate, 2);
    return ok;
}

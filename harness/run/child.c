#define _GNU_SOURCE
#include "harness/run/child.h"

#include "harness/run/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_MS = 100, PATIENCE_MS = 2000 };

/* `git rev-parse --local-env-vars`, and what make hands down. */
static const char *const foreign[] = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
    "MAKEFLAGS",
    "MFLAGS",
    "MAKEOVERRIDES",
    "MAKELEVEL",
};

void child_permit_tracing(void)
{
#ifdef PR_SET_PTRACER
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
#endif
}

void child_forget_callers(void)
{
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        unsetenv(foreign[i]);
}

static _Noreturn void become_program(const struct child *c, int told)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    signal(SIGXFSZ, SIG_DFL); /* ours are ignored, and that would be inherited */
    signal(SIGPIPE, SIG_DFL);
    child_forget_callers();
    dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    dup2(c->out, STDOUT_FILENO);
    dup2(c->err, STDERR_FILENO);
    if (!c->folder || chdir(c->folder) == 0)
        execvp(c->argv[0], (char *const *)(uintptr_t)c->argv);
    int why = errno;
    _exit(write(told, &why, sizeof why) == sizeof why ? 127 : 126);
}

/* The errno of what kept it from becoming the program; 0: it became one, and `told` was closed. */
static int why_not(int told)
{
    int why = 0;
    ssize_t n;
    do
        n = read(told, &why, sizeof why);
    while (n < 0 && errno == EINTR);
    return n == sizeof why ? why : 0;
}

/* True when it has ended before the time is up, or at all when ms < 0. */
static bool await(int pidfd, int ms)
{
    struct pollfd ended = {.fd = pidfd, .events = POLLIN};
    return poll(&ended, 1, ms) > 0;
}

/* Waits for its end. Interrupted: asks its group to end, and makes it. */
static bool attend(const struct child *c, pid_t pid, int pidfd, struct err *e)
{
    while (!await(pidfd, LOOK_MS)) {
        if (c->to_the_end || interrupt_none(e))
            continue;
        kill(-pid, SIGTERM);
        for (int ms = 0; ms < PATIENCE_MS && !await(pidfd, LOOK_MS); ms += LOOK_MS)
            ;
        kill(-pid, SIGKILL); /* whatever is left of the group */
        return false;
    }
    return c->to_the_end || interrupt_none(e);
}

static int reap(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool child_run(const struct child *c, int *status, struct err *e)
{
    int told[2];
    if (pipe2(told, O_CLOEXEC) != 0)
        return err_system(e, "pipe");
    pid_t pid = fork();
    if (pid == 0)
        become_program(c, told[1]);
    int failed = errno;
    close(told[1]);
    int why = pid > 0 ? why_not(told[0]) : failed;
    close(told[0]);
    int pidfd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    bool ok = !why && (pidfd >= 0 || err_system(e, "pidfd"));
    ok = ok && attend(c, pid, pidfd, e);
    if (pid > 0) {
        if (pidfd < 0)
            kill(-pid, SIGKILL);
        *status = reap(pid);
    }
    if (pidfd >= 0)
        close(pidfd);
    return ok ||
           (why && err_input(e, "%s: cannot be run%s%s: %s", c->argv[0], c->folder ? " in " : "",
                             c->folder ? c->folder : "", strerror(why)));
}

int child_file(struct err *e)
{
    int fd = memfd_create("cupel-output", MFD_CLOEXEC);
    if (fd < 0)
        err_system(e, "memory for a program's output");
    return fd;
}

bool child_read(int fd, struct text *into, struct err *e)
{
    char part[4096];
    off_t at = 0;
    for (ssize_t n; (n = pread(fd, part, sizeof part, at)) != 0; at += n) {
        if (n < 0)
            return err_system(e, "output of a program");
        text_add(into, part, (size_t)n);
    }
    return true;
}

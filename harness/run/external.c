#define _GNU_SOURCE
#include "harness/run/external.h"

#include "harness/base/str.h"
#include "harness/probe/machine.h"
#include "harness/run/interrupt.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- words ---------------------------------------------------------------------------------- */

bool external_word(const char **p, const char *stops, struct text *word)
{
    char quote = 0;
    for (; **p && (quote || !strchr(stops, **p)); (*p)++) {
        if (quote ? **p == quote : **p == '\'' || **p == '"')
            quote = quote ? 0 : **p;
        else if (**p == '\\' && quote != '\'' && (*p)[1])
            text_add(word, ++*p, 1);
        else
            text_add(word, *p, 1);
    }
    return quote == 0;
}

static bool is_executable(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* Is there a program of that name, as execvp would find it in that folder? */
static bool is_program(const char *name, const char *folder)
{
    char full[PATH_MAX];
    if (strchr(name, '/')) {
        bool below = folder && name[0] != '/';
        snprintf(full, sizeof full, "%s%s%s", below ? folder : "", below ? "/" : "", name);
        return is_executable(full);
    }
    const char *path = getenv("PATH");
    for (struct str rest = str_of(path ? path : "/usr/bin:/bin"); rest.p;) {
        struct str part = str_cut(&rest, ':');
        snprintf(full, sizeof full, "%.*s/%s", (int)part.n, part.p, name);
        if (is_executable(full))
            return true;
    }
    return false;
}

bool external_split(const char *line, const char *folder, const char *const **argv, struct arena *a,
                    struct err *e)
{
    const char **words = ARENA_NEW(a, const char *, strlen(line) / 2 + 2);
    int n = 0;
    bool closed = true;
    struct text word = {0};
    for (const char *p = line; closed;) {
        p += strspn(p, EXTERNAL_BLANKS);
        if (!*p)
            break;
        text_clear(&word);
        text_puts(&word, "");
        closed = external_word(&p, EXTERNAL_BLANKS, &word);
        words[n++] = arena_text(a, word.p);
    }
    text_done(&word);
    if (!closed)
        return err_input(e, "command \"%.200s\": a quote is left open", line);
    if (n == 0)
        return err_input(e, "command: expected a program and its arguments, found nothing");
    if (!is_program(words[0], folder))
        return err_input(e, "command \"%.200s\": no program \"%.100s\"%s%.200s", line, words[0],
                         folder ? " in " : "", folder ? folder : "");
    *argv = words;
    return true;
}

/* ---- running -------------------------------------------------------------------------------- */

enum { TAIL_BYTES = 512 };

struct tail {
    char bytes[TAIL_BYTES + 1];
    size_t n;
};

static void tail_add(struct tail *t, const char *bytes, size_t n)
{
    if (n > TAIL_BYTES) {
        bytes += n - TAIL_BYTES;
        n = TAIL_BYTES;
    }
    size_t keep = t->n + n > TAIL_BYTES ? TAIL_BYTES - n : t->n;
    memmove(t->bytes, t->bytes + t->n - keep, keep);
    memcpy(t->bytes + keep, bytes, n);
    t->n = keep + n;
    t->bytes[t->n] = '\0';
}

static const char *last_line(struct tail *t)
{
    while (t->n && isspace((unsigned char)t->bytes[t->n - 1]))
        t->bytes[--t->n] = '\0';
    const char *newline = strrchr(t->bytes, '\n');
    return newline ? newline + 1 : t->bytes;
}

static _Noreturn void become_command(const char *const *argv, const char *folder, int out)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGXFSZ, SIG_DFL); /* ours is ignored, and that would be inherited */
    int in = open("/dev/null", O_RDONLY);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    bool is_there = !folder || chdir(folder) == 0;
    if (is_there)
        execvp(argv[0], (char *const *)(uintptr_t)argv);
    dprintf(STDERR_FILENO, "%s: %s\n", is_there ? argv[0] : folder, strerror(errno));
    _exit(127);
}

enum { LOOK_MS = 100 }; /* how often an interruption is looked for */

/* False at the end. */
static bool read_part(int fd, struct tail *tail)
{
    char part[16384];
    ssize_t got = read(fd, part, sizeof part);
    if (got > 0)
        tail_add(tail, part, (size_t)got);
    return got != 0;
}

/* What the ended command left in the pipe; a grandchild may go on writing, so there is a limit. */
static void read_rest(int fd, struct tail *tail)
{
    enum { PARTS = 16 };
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    for (int i = 0; i < PARTS && fd >= 0 && poll(&ready, 1, 0) > 0; i++)
        if (!read_part(fd, tail))
            return;
}

/* Reads what the command prints until it has ended: a grandchild may hold the pipe for longer. False
 * when interrupted. */
static bool read_output(int pidfd, int fd, struct tail *tail, struct err *e)
{
    for (;;) {
        struct pollfd ready[2] = {
            {.fd = fd,    .events = POLLIN},
            {.fd = pidfd, .events = POLLIN}
        };
        int n = poll(ready, 2, LOOK_MS);
        if (!interrupt_none(e))
            return false;
        if (n < 0 && errno != EINTR)
            return err_system(e, "poll");
        if (n <= 0)
            continue;
        if (ready[0].revents && !read_part(fd, tail))
            fd = -1; /* closed, though the command may still run */
        if (ready[1].revents) {
            read_rest(fd, tail);
            return true;
        }
    }
}

static void reap(pid_t pid, int *status, struct rusage *usage)
{
    while (wait4(pid, status, 0, usage) < 0 && errno == EINTR)
        ;
}

/* Waits for its end, or ends it. */
static bool attend(pid_t pid, int out, struct tail *tail, int *status, struct rusage *usage,
                   struct err *e)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    bool ok = pidfd >= 0 || err_system(e, "pidfd");
    ok = ok && read_output(pidfd, out, tail, e);
    if (!ok)
        kill(pid, SIGKILL);
    reap(pid, status, usage);
    if (pidfd >= 0)
        close(pidfd);
    return ok;
}

static int64_t timeval_ns(struct timeval t)
{
    return (int64_t)t.tv_sec * 1000000000 + (int64_t)t.tv_usec * 1000;
}

static bool judge(const char *program, int status, struct tail *tail, struct err *e)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (WIFSIGNALED(status))
        return err_input(e, "%s: ended by signal %d (%s)", program, WTERMSIG(status),
                         strsignal(WTERMSIG(status)));
    const char *line = last_line(tail);
    return err_input(e, "%s: exit status %d%s%s", program, WEXITSTATUS(status),
                     *line ? "; its last line: " : ", and it printed nothing", line);
}

bool external_run(const char *const *argv, const char *folder, struct probe_slice *slice,
                  struct err *e)
{
    int out[2];
    if (pipe2(out, O_CLOEXEC) != 0)
        return err_system(e, "pipe");
    int64_t start = probe_now_ns();
    pid_t pid = fork();
    if (pid == 0)
        become_command(argv, folder, out[1]);
    close(out[1]);
    struct tail tail = {0};
    int status = 0;
    struct rusage usage = {0};
    bool ok = pid > 0 || err_system(e, "fork");
    ok = ok && attend(pid, out[0], &tail, &status, &usage, e);
    if (ok) {
        *slice = (struct probe_slice){
            .cpu_ns = timeval_ns(usage.ru_utime) + timeval_ns(usage.ru_stime),
            .wall_ns = probe_now_ns() - start,
        };
        ok = judge(argv[0], status, &tail, e);
    }
    close(out[0]);
    return ok;
}

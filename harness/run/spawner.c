/* The spawner: see spawner.h. A program of its own, static, which must stay small: libc only. */
#define _GNU_SOURCE
#include "harness/run/spawner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { GRACE_MS = 500, KILL_MS = 5000, NAP_MS = 2 };

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = NAP_MS * 1000000L}, NULL);
}

/* ---- starting ------------------------------------------------------------------------------- */

/* A script without "#!" is the shell's, as to execvp. */
static int start_script(pid_t *pid, const posix_spawnattr_t *how, char **argv)
{
    static char shell[] = "/bin/sh";
    int n = 0;
    while (argv[n])
        n++;
    char **words = calloc((size_t)n + 2, sizeof *words);
    if (!words)
        return ENOMEM;
    words[0] = shell;
    memcpy(words + 1, argv, (size_t)n * sizeof *words);
    int failed = posix_spawn(pid, shell, NULL, how, words, environ);
    free(words);
    return failed;
}

/* In a process group of its own (Ctrl-C reaches the harness, which ends the tree), with the signals that
 * a fresh program expects. Gives an errno. */
static int start(pid_t *pid, char **argv)
{
    posix_spawnattr_t how;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_init(&how);
    posix_spawnattr_setsigdefault(&how, &all);
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setpgroup(&how, 0);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                                       POSIX_SPAWN_SETPGROUP);
    int failed = posix_spawnp(pid, argv[0], NULL, &how, argv, environ);
    if (failed == ENOEXEC && strchr(argv[0], '/'))
        failed = start_script(pid, &how, argv);
    posix_spawnattr_destroy(&how);
    return failed;
}

/* ---- ending --------------------------------------------------------------------------------- */

static int64_t timeval_ns(struct timeval t)
{
    return (int64_t)t.tv_sec * 1000000000 + (int64_t)t.tv_usec * 1000;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void add_usage(struct spawner_report *r, const struct rusage *u)
{
    r->user_ns += timeval_ns(u->ru_utime);
    r->system_ns += timeval_ns(u->ru_stime);
    r->max_rss_bytes = larger(r->max_rss_bytes, (int64_t)u->ru_maxrss * 1024);
    r->minor_faults += u->ru_minflt;
    r->major_faults += u->ru_majflt;
    r->voluntary_switches += u->ru_nvcsw;
    r->involuntary_switches += u->ru_nivcsw;
}

/* ---- queueing ------------------------------------------------------------------------------- */

/* Of a main thread: ns that it ran, and that it was ready to run and had no CPU. */
struct schedule {
    int64_t ran_ns, waited_ns;
};

/* "ran waited slices". False: this system does not tell. */
static bool schedule_read(int fd, struct schedule *s)
{
    char text[128], *at;
    ssize_t n = fd >= 0 ? pread(fd, text, sizeof text - 1, 0) : -1;
    *s = (struct schedule){0};
    if (n <= 0)
        return false;
    text[n] = '\0';
    s->ran_ns = strtoll(text, &at, 10);
    s->waited_ns = strtoll(at, NULL, 10);
    return true;
}

/* Of a child that has ended and was not yet waited for. */
static bool schedule_of(pid_t pid, struct schedule *s)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/schedstat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    return schedule_read(fd, s); /* closed by the end of this process, which comes soon */
}

/* ---- what has ended ------------------------------------------------------------------------- */

/* The command's end. */
struct ending {
    bool has_ended, has_schedule, never_waited;
    struct schedule schedule;
};

/* Everything that has ended: the command, and orphans of its tree, which come to this process. True
 * when nothing is left to wait for. */
static bool reap(pid_t command, struct spawner_report *r, struct ending *end)
{
    for (;;) {
        int status;
        struct rusage usage;
        siginfo_t who = {0};
        if (waitid(P_ALL, 0, &who, WEXITED | WNOHANG | WNOWAIT) != 0)
            return errno == ECHILD;
        if (who.si_pid == 0)
            return false;
        bool is_command = who.si_pid == command;
        if (is_command) /* gone once it is waited for */
            end->has_schedule = schedule_of(command, &end->schedule);
        if (wait4(who.si_pid, &status, WNOHANG, &usage) <= 0)
            return false;
        add_usage(r, &usage);
        if (is_command) {
            r->status = status;
            end->has_ended = true;
            end->never_waited = usage.ru_nvcsw <= 1; /* its end may be one */
        }
    }
}

/* Calls on each child of this process; /proc/PID/stat is "PID (NAME) STATE PPID ...", NAME may hold
 * anything. Returns how many there are. */
static int each_child(void (*call)(pid_t pid))
{
    DIR *proc = opendir("/proc");
    int n = 0;
    for (struct dirent *d; proc && (d = readdir(proc));) {
        char path[300], text[512];
        long parent = 0;
        snprintf(path, sizeof path, "/proc/%s/stat", d->d_name);
        FILE *f = d->d_name[0] > '0' && d->d_name[0] <= '9' ? fopen(path, "re") : NULL;
        if (!f)
            continue;
        text[fread(text, 1, sizeof text - 1, f)] = '\0';
        fclose(f);
        const char *name_end = strrchr(text, ')');
        if (name_end && strlen(name_end) > 4)
            parent = strtol(name_end + 4, NULL, 10);
        if (parent != (long)getpid())
            continue;
        n++;
        call((pid_t)strtol(d->d_name, NULL, 10));
    }
    if (proc)
        closedir(proc);
    return n;
}

static void kill_one(pid_t pid)
{
    kill(pid, SIGKILL);
}

static void leave_one(pid_t pid)
{
    (void)pid;
}

/* Asks the command's group to end, then kills child after child: the children of a killed one come to
 * this process, so that in the end none is left, in whatever group or session it is. */
static void end_tree(pid_t command, struct spawner_report *r)
{
    struct ending unused;
    kill(-command, SIGTERM);
    kill(-command, SIGCONT);
    for (int ms = 0; ms < GRACE_MS; ms += NAP_MS) {
        if (reap(command, r, &unused))
            return;
        nap();
    }
    for (int ms = 0; ms < KILL_MS && !reap(command, r, &unused); ms += NAP_MS) {
        each_child(kill_one);
        nap();
    }
}

/* ---- the run -------------------------------------------------------------------------------- */

/* How long the command, and this process to see its end, stood in line for a CPU. own: of this process before
 * the start, before it waited for the end and after. Where the end came before that waiting, what this process
 * queued until then was no waiting of a command that never waited. */
static int64_t queued_ns(const struct ending *end, const struct schedule own[3], bool was_over,
                         int64_t wall_ns)
{
    int since = was_over && end->never_waited ? 0 : 1;
    int64_t ns = end->schedule.waited_ns + own[2].waited_ns - own[since].waited_ns;
    int64_t idle_ns = larger(wall_ns - end->schedule.ran_ns, 0);
    return ns < idle_ns ? ns : idle_ns;
}

static void attend(pid_t command, int64_t began, const sigset_t *awaited, struct spawner_report *r,
                   int own_fd, const struct schedule *at_start)
{
    struct ending end = {0};
    struct schedule own[3] = {*at_start};
    sigset_t come;
    bool none_left = false, is_told = true;
    bool was_over = sigpending(&come) == 0 && sigismember(&come, SIGCHLD) == 1;
    int64_t woke = began;
    while (!end.has_ended) {
        is_told = schedule_read(own_fd, &own[1]) && is_told;
        int signal = sigwaitinfo(awaited, NULL);
        woke = now_ns();
        if (signal == SIGTERM) {
            r->ended_by_us = 1;
            end_tree(command, r);
            woke = now_ns();
            break;
        }
        is_told = schedule_read(own_fd, &own[2]) && is_told;
        none_left = signal == SIGCHLD && reap(command, r, &end);
    }
    r->wall_ns = woke - began;
    if (is_told && end.has_schedule)
        r->queued_ns = queued_ns(&end, own, was_over, r->wall_ns);
    if (end.has_ended && !none_left)
        r->left = each_child(leave_one);
}

static void run(char **argv, struct spawner_report *r)
{
    sigset_t blocked, awaited;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    sigaddset(&awaited, SIGTERM);
    blocked = awaited; /* the others are the harness's business */
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGQUIT);
    sigaddset(&blocked, SIGHUP);
    signal(SIGCHLD,
           SIG_DFL); /* an ignored one would be inherited, and nothing could be waited for */
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* the harness was killed: so is the tree */
    pid_t pid = 0;
    struct schedule own;
    int own_fd = open("/proc/self/schedstat", O_RDONLY | O_CLOEXEC);
    schedule_read(own_fd, &own);
    int64_t began = now_ns();
    r->spawn_errno = start(&pid, argv);
    if (r->spawn_errno == 0)
        attend(pid, began, &awaited, r, own_fd, &own);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], SPAWNER_NOTHING) == 0)
        return 0;
    if (argc < 3)
        return 2;
    struct spawner_report report = {.queued_ns = -1};
    int fd = (int)strtol(argv[1], NULL, 10);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    run(argv + 2, &report);
    return write(fd, &report, sizeof report) == (ssize_t)sizeof report ? 0 : 2;
}

#define _GNU_SOURCE
#include "harness/run/external.h"

#include "harness/probe/machine.h"
#include "harness/run/command_line.h"
#include "harness/run/external_process.h"
#include "harness/run/interrupt.h"
#include "harness/stats/describe.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINES_SHOWN = 4, OVERHEAD_RUNS_MAX = 100 };

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

/* ---- how it ended ---------------------------------------------------------------------------- */

static bool with_tail(const struct external_process *r, struct err *e)
{
    char lines[TAIL_TEXT];
    struct err head = *e;
    int n = tail_lines(&r->tail, LINES_SHOWN, lines);
    return err_set(e, head.code, "%.240s%s%s", head.text,
                   n == 0   ? ", and it printed nothing"
                   : n == 1 ? "; its last line: "
                            : "; its last lines: ",
                   lines);
}

/* What it used, and how its first process ended. */
static void take_usage(struct external_result *r)
{
    const struct spawner_report *u = &r->usage;
    r->signal = WIFSIGNALED(u->status) ? WTERMSIG(u->status) : 0;
    r->exit = WIFEXITED(u->status) ? WEXITSTATUS(u->status) : -1;
    r->slice.cpu_ns = u->user_ns + u->system_ns;
    r->slice.wall_ns = u->wall_ns;
}

static bool judge(struct external_process *r, const char *name, struct err *e)
{
    int why = r->result.usage.spawn_errno, by;
    if (r->ended_ns) {
        *e = r->why;
        return e->code != ERR_INTERRUPTED && (with_tail(r, e) || err_prefix(e, "%.120s", name));
    }
    if (why)
        return err_input(e, "%.200s: cannot be run: %s", r->argv[0], strerror(why));
    take_usage(&r->result);
    by = r->result.signal;
    if (r->result.exit == 0 || r->external->options.ignore_failure)
        return true;
    if (by)
        err_input(e, "%.120s: ended by signal %d (SIG%s, %s)", name, by,
                  sigabbrev_np(by) ? sigabbrev_np(by) : "?", strsignal(by));
    else
        err_input(e, "%.120s: exit status %d", name, r->result.exit);
    return with_tail(r, e);
}

static bool judged(struct external_process *r, struct err *e)
{
    struct arena a = {0};
    bool ok = judge(r, command_line_name(r->argv, &a), e);
    arena_done(&a);
    return ok;
}

/* ---- one run --------------------------------------------------------------------------------- */

bool external_run(struct external *x, const char *const *argv, struct rng *rng,
                  struct external_result *out, struct err *e)
{
    struct external_process r = {
        .external = x,
        .argv = argv,
        .input = -1,
        .streams = {-1, -1, -1},
        .began_ns = probe_now_ns(),
        .interruptions = x->options.despite_interruption ? interrupt_count() : 0,
    };
    if (!external_image(x, e) || !external_open_input(x->options.input, &r.input, e))
        return false;
    r.hash = x->options.check_output ? sha256_new() : NULL;
    bool ok = external_start(&r, rng, e);
    if (ok) {
        ok = external_attend(&r, e);
        if (!ok)
            kill(r.pid, SIGTERM);
        external_reap(r.pid);
    }
    if (r.hash)
        sha256_end(r.hash, r.result.digest);
    close(r.input);
    external_close(r.streams, EXTERNAL_STREAMS);
    ok = ok && judged(&r, e);
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
    if (!external_image(x, e))
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
    bool ok = external_image(x, e);
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

#include "harness/gate/revision_build.h"

#include "harness/base/io.h"
#include "harness/base/log.h"
#include "harness/probe/machine.h"
#include "harness/run/external.h"

#include <fcntl.h>
#include <string.h>

enum { SHOWN_LINES = 12 };

/* The last lines of the log to log_error; *last: where the very last begins. */
static const char *show_end(struct text *log)
{
    while (log->n && strchr(" \t\r\n", log->p[log->n - 1]))
        log->p[--log->n] = '\0';
    const char *from = log->p + log->n;
    for (int lines = 0; from > log->p; from--)
        if (from[-1] == '\n' && ++lines == SHOWN_LINES)
            break;
    const char *last = from;
    for (struct str rest = {from, log->n - (size_t)(from - log->p)}; rest.p;) {
        last = rest.p;
        struct str line = str_cut(&rest, '\n');
        log_error("  %.*s", (int)line.n, line.p);
    }
    return last;
}

static bool build_failed(const char *line, const char *path, int status, struct err *e)
{
    struct text log = {0};
    bool has_words = io_read_file(path, &log, e) && log.n > 0;
    const char *last = has_words ? show_end(&log) : "";
    err_input(e, "the build (%.100s) failed with status %d%s%.200s", line, status,
              *last ? "; its last line: " : ", and it printed nothing", last);
    text_done(&log);
    return false;
}

/* By the spawner, so that an interruption ends daemons that it has started, too. */
static bool run_build(const char *line, const char *folder, const char *log, int *status,
                      struct err *e)
{
    static const char to_the_log[] = "exec >\"$1\" 2>&1 && exec /bin/sh -c \"$2\"";
    const char *const argv[] = {"/bin/sh", "-c", to_the_log, "sh", log, line, NULL};
    struct external shell = {
        .options = {.folder = folder, .ignore_failure = true, .forget_callers = true}
    };
    struct external_result r;
    bool ok = external_run(&shell, argv, NULL, &r, e);
    external_done(&shell);
    *status = ok && r.signal ? 128 + r.signal : r.exit;
    return ok;
}

bool revision_build(const char *line, const char *folder, const char *log, struct err *e)
{
    int status, fd = io_open(log, O_WRONLY | O_CREAT | O_TRUNC, e);
    if (fd < 0)
        return false;
    io_close(fd);
    int64_t start = probe_now_ns();
    log_info("building: %s, in %s", line, folder);
    bool ok = run_build(line, folder, log, &status, e);
    if (ok && status != 0)
        return build_failed(line, log, status, e);
    if (ok)
        log_info("built in %.1f s", (double)(probe_now_ns() - start) / 1e9);
    return ok;
}

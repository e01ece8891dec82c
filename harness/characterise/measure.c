#define _GNU_SOURCE
#include "harness/characterise/measure.h"

#include "harness/base/io.h"
#include "harness/characterise/graphs.h"
#include "harness/probe/machine.h"
#include "harness/result/file.h"
#include "harness/run/child.h"
#include "harness/run/command_line.h"
#include "harness/run/tail.h"

#include <libgen.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 64 };

/* A child's words, and what it said. */
struct call {
    const char *words[WORDS_MAX];
    int n;
    int status;
    char last[TAIL_TEXT]; /* the last line of its messages, "" */
    struct text output;
};

static void add_word(struct call *c, const char *word)
{
    if (c->n < WORDS_MAX - 1)
        c->words[c->n++] = word;
}

/* ---- a child ---------------------------------------------------------------------------------- */

static bool take_last_line(struct call *c, int messages, struct err *e)
{
    static const char mark[] = "cupel: ";
    struct text all = {0};
    struct tail tail = {0};
    bool ok = child_read(messages, &all, e);
    tail_add(&tail, all.n ? all.p : "", all.n);
    if (tail_lines(&tail, 1, c->last) == 0)
        c->last[0] = '\0';
    if (strncmp(c->last, mark, sizeof mark - 1) == 0)
        memmove(c->last, c->last + sizeof mark - 1, strlen(c->last) - sizeof mark + 2);
    text_done(&all);
    return ok;
}

/* Owner of the output: the caller, text_done. */
static bool call(struct call *c, struct err *e)
{
    int out = child_file(e), messages = out >= 0 ? child_file(e) : -1;
    const struct child child = {.argv = c->words, .out = out, .err = messages};
    bool ok = messages >= 0 && child_run(&child, &c->status, e) && child_read(out, &c->output, e) &&
              take_last_line(c, messages, e);
    io_close(out);
    io_close(messages);
    return ok;
}

const char *measure_commit(const char *program, struct arena *a, struct err *e)
{
    struct call c = {
        .words = {program, "--version"},
          .n = 2
    };
    const char *commit = NULL;
    bool ok = call(&c, e);
    struct str rest = str_of(c.output.n ? c.output.p : "");
    struct str name = str_cut(&rest, '(');
    if (ok && c.status == 0 && rest.p && name.n >= 6 && strncmp(name.p, "cupel ", 6) == 0)
        commit = str_copy(a, str_cut(&rest, ','));
    else if (ok)
        err_input(e, "%s: expected a cupel, whose --version tells its build", program);
    text_done(&c.output);
    return commit;
}

/* ---- the words -------------------------------------------------------------------------------- */

/* What is measured, and where what comes of it is to stand. */
struct job {
    const struct measure *m;
    const struct study *study;
    const char *file, *path; /* of the results, below the folder and as it is opened */
    struct graphs graphs;
};

static struct job job_of(const struct measure *m, const struct study *s, struct arena *a)
{
    struct job j = {.m = m, .study = s, .file = study_file(s, m->date, a)};
    j.path = arena_format(a, "%s/%s", m->folder, j.file);
    j.graphs =
        (struct graphs){.study = s, .date = m->date, .scratch = arena_format(a, "%s.tmp", j.path)};
    return j;
}

static bool is_run(const struct job *j)
{
    return j->study->kind == STUDY_RUN;
}

static void add_option(struct call *c, const char *name, const char *value)
{
    if (!value)
        return;
    add_word(c, name);
    add_word(c, value);
}

static bool make_call(struct call *c, const struct job *j, struct arena *a, struct err *e)
{
    const struct measure *m = j->m;
    const char *const *more;
    *c = (struct call){.n = 0};
    if (!command_line_cut(j->study->work[m->effort].arguments, &more, a, e))
        return false;
    add_word(c, m->program);
    add_word(c, is_run(j) ? "run" : "profile");
    add_word(c, j->study->scenario);
    for (; *more; more++)
        add_word(c, *more);
    for (int k = 0; k < m->set.n && j->study->takes_bundle; k++)
        add_option(c, "--set", m->set.v[k]);
    add_option(c, "--state-dir", m->state_dir);
    add_option(c, "--out", is_run(j) ? j->path : j->graphs.scratch); /* a file, a folder */
    return true;
}

/* As somebody would type it. */
static const char *command_of(const struct job *j, struct arena *a)
{
    struct call c;
    struct err unused;
    if (!make_call(&c, j, a, &unused))
        return "";
    c.words[0] = "cupel";
    return command_line_text(c.words, a);
}

/* ---- what came of it -------------------------------------------------------------------------- */

/* It came to its end and all cells were skipped: the reason of the first. NULL: anything else. */
static const char *why_nothing(const char *path, struct arena *a)
{
    struct result_file f;
    struct err unused;
    const char *reason = NULL;
    bool any = false, ended = false;
    if (!io_exists(path) || !result_file_read(&f, path, &unused))
        return NULL;
    for (const struct json *r = json_first(f.records); r; r = json_next(r)) {
        bool is_end = result_is(r, "end"), is_skipped = result_is(r, "skipped");
        any = any || !(is_end || is_skipped || result_is(r, "run") || result_is(r, "ceilings"));
        ended = ended || is_end;
        if (!reason && is_skipped)
            reason = arena_text(a, json_text(json_get(r, "reason")));
    }
    result_file_done(&f);
    return any || !ended ? NULL : reason;
}

/* Is the file whole, and of the build that was asked? Error: says what it is instead. */
static bool check_file(const struct measure *m, const char *path, struct err *e)
{
    struct result_file f;
    if (!io_exists(path))
        return err_input(e, "left no results file");
    if (!result_file_read(&f, path, e))
        return false;
    const char *commit = json_text(json_get(json_get(f.run, "environment"), "commit"));
    bool ok = f.complete || err_input(e, "left a results file without its end");
    if (ok && strcmp(commit, m->commit) != 0)
        ok = err_input(e, "measured by build %.60s, not %.60s: was it made anew meanwhile?", commit,
                       m->commit);
    result_file_done(&f);
    return ok;
}

static bool call_succeeded(const struct call *c, struct err *e)
{
    return c->status == 0 ||
           err_input(e, "exit status %d%s%s", c->status, c->last[0] ? ": " : "", c->last);
}

/* ---- studies ---------------------------------------------------------------------------------- */

bool measure_is_done(const struct measure *m, const struct study *s, struct arena *a)
{
    struct job j = job_of(m, s, a);
    struct err unused;
    return check_file(m, j.path, &unused);
}

/* By the file's own words; NAN: it says nothing. */
static double seconds_of(const char *path)
{
    struct result_file f;
    struct err unused;
    double seconds = (double)NAN;
    if (!result_file_read(&f, path, &unused))
        return seconds;
    for (const struct json *r = json_first(f.records); r; r = json_next(r))
        if (result_is(r, "end"))
            seconds = json_number(json_get(r, "seconds"));
    result_file_done(&f);
    return seconds;
}

void measure_adopt(const struct measure *m, const struct study *s, struct ledger_entry *out,
                   struct arena *a)
{
    struct job j = job_of(m, s, a);
    *out = (struct ledger_entry){.state = LEDGER_COMPLETE,
                                 .file = j.file,
                                 .command = command_of(&j, a),
                                 .reason = "",
                                 .seconds = seconds_of(j.path)};
}

/* True when it came to an end, good or bad: *why says what was bad. */
static bool run_it(const struct job *j, struct arena *a, struct err *why, struct err *e)
{
    struct call c;
    if (!make_call(&c, j, a, e))
        return false;
    bool ok = call(&c, e);
    text_done(&c.output);
    if (!ok)
        return false;
    const struct graphs *g = &j->graphs;
    const char *file = is_run(j) ? j->path : arena_format(a, "%s/" GRAPHS_RESULTS, g->scratch);
    (void)!(call_succeeded(&c, why) && check_file(j->m, file, why) &&
            (is_run(j) || graphs_gather(g, j->path, a, why)));
    return true;
}

/* What a profile leaves is gathered; its own folder goes. */
static bool measure_it(const struct job *j, struct arena *a, struct err *why, struct err *e)
{
    struct err unused;
    if (!io_remove_tree(j->graphs.scratch, e))
        return false;
    bool ok = run_it(j, a, why, e);
    (void)!io_remove_tree(j->graphs.scratch, &unused);
    return ok;
}

static bool make_room(const char *path, struct err *e)
{
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s", path);
    return (!io_exists(path) || io_remove(path, e)) && io_make_dirs(dirname(folder), e);
}

bool measure_study(const struct measure *m, const struct study *s, struct ledger_entry *out,
                   struct arena *a, struct err *e)
{
    struct err why = {0};
    struct job j = job_of(m, s, a);
    int64_t start = probe_now_ns();
    bool ok = make_room(j.path, e) && measure_it(&j, a, &why, e);
    const char *nothing = ok && why.text[0] ? why_nothing(j.path, a) : NULL;
    *out = (struct ledger_entry){
        .state = !why.text[0] ? LEDGER_COMPLETE
                 : nothing    ? LEDGER_NOT_MEASURABLE
                              : LEDGER_FAILED,
        .file = j.file,
        .command = command_of(&j, a),
        .reason = nothing ? nothing : arena_text(a, why.text),
        .seconds = (double)(probe_now_ns() - start) / 1e9,
    };
    return ok;
}

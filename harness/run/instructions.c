#include "harness/run/instructions.h"

#include "harness/result/agree.h"

#include "harness/base/io.h"
#include "harness/base/str.h"
#include "harness/run/side.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- valgrind ------------------------------------------------------------------------------- */

static bool is_in_path(const char *program)
{
    const char *path = getenv("PATH");
    for (struct str rest = str_of(path ? path : ""); rest.p;) {
        struct str folder = str_cut(&rest, ':');
        char file[PATH_MAX];
        snprintf(file, sizeof file, "%.*s/%s", (int)folder.n, folder.p, program);
        if (folder.n > 0 && io_exists(file))
            return true;
    }
    return false;
}

static const char *unable(const struct plan_side *side)
{
    if (!is_in_path("valgrind"))
        return "valgrind is not installed (Debian: apt-get install valgrind)";
    if (side->kernel->cut != KERNEL_ONCE)
        return "the kernel has no run of a fixed length";
    return side->is_wide ? "several processes work at once" : NULL;
}

/* The words before the worker's own. */
struct callgrind {
    char out[PATH_MAX], log[PATH_MAX + 32], file[PATH_MAX + 32], step[80], finish[80];
    const char *argv[10];
};

static void callgrind_init(struct callgrind *c, const struct plan_side *side,
                           const struct pair_runner *r)
{
    snprintf(c->out, sizeof c->out, "%s/callgrind.out", r->state_root);
    snprintf(c->file, sizeof c->file, "--callgrind-out-file=%s", c->out);
    snprintf(c->log, sizeof c->log, "--log-file=%s/valgrind.log", r->state_root);
    snprintf(c->step, sizeof c->step, "--toggle-collect=step_%.40s", side->kernel->name);
    snprintf(c->finish, sizeof c->finish, "--toggle-collect=finish_%.40s", side->kernel->name);
    const char *const words[] = {"valgrind", "--tool=callgrind", "--quiet", c->log, c->file,
                                 c->step,    c->finish};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        c->argv[i] = words[i];
    c->argv[sizeof words / sizeof *words] = NULL;
}

/* The line "totals: N". */
static bool read_total(const char *path, double *out, struct err *e)
{
    static const char key[] = "\ntotals:";
    struct text text = {0};
    bool ok = io_read_file(path, &text, e);
    const char *at = ok ? strstr(text.p, key) : NULL;
    *out = at ? strtod(at + strlen(key), NULL) : 0;
    text_done(&text);
    return ok && (*out > 0 || err_set(e, ERR_SYSTEM, "callgrind: %s: no \"totals\"", path));
}

/* ---- one run -------------------------------------------------------------------------------- */

static bool same_results(struct side_process *p, const struct cell_side *known, struct err *e)
{
    struct side_results found;
    if (!side_results(p, &found, e))
        return false;
    bool same = agree_check(&found.digest, &known->digest, "before valgrind it was", e);
    side_results_done(&found);
    return same;
}

static bool run_once(struct side_process *p, const struct cell_side *known, struct pair_runner *r,
                     struct err *e)
{
    char state[sizeof r->state_root + 32];
    struct side_work work;
    struct probe_slice unused;
    snprintf(state, sizeof state, "%s/valgrind", r->state_root);
    bool stores = !p->side->no_store;
    if (stores && (!io_remove_tree(state, e) || !io_make_dirs(state, e)))
        return false;
    const struct side_case c = {stores ? state : NULL, r->seed, -1};
    return side_prepare(p, &c, &work, e) && side_step(p, 0, work.jobs, &unused, e) &&
           side_finish(p, &unused, e) && same_results(p, known, e);
}

/* What the count depends on. */
static void print_key(const struct plan_side *side, struct text *out)
{
    text_printf(out, "%s %s %s %d ", side->binary ? side->binary : "",
                side->library ? side->library : "", side->layer_set, side->no_store);
    json_print(side->settings, out);
}

static bool count(const struct plan_side *side, struct cell_side *out, struct pair_runner *r,
                  struct err *e)
{
    struct callgrind c;
    struct side_process p = SIDE_PROCESS_NONE;
    callgrind_init(&c, side, r);
    if (!side_start_under(&p, side, c.argv, &r->rng, e)) {
        snprintf(out->instructions_reason, sizeof out->instructions_reason,
                 "valgrind cannot run this build: %.120s", e->text);
        return true;
    }
    bool ok = run_once(&p, out, r, e);
    side_stop(&p);
    return (ok && read_total(c.out, &out->instructions, e)) ||
           err_prefix(e, "under valgrind: %s", side->label);
}

bool instructions_of(const struct plan_side *side, struct json *known, struct cell_side *out,
                     struct pair_runner *r, struct err *e)
{
    const char *why = unable(side);
    if (why) {
        snprintf(out->instructions_reason, sizeof out->instructions_reason, "%s", why);
        return true;
    }
    struct text key = {0};
    print_key(side, &key);
    const struct json *before = json_get(known, key.p);
    bool ok = before || count(side, out, r, e);
    if (before)
        out->instructions = json_number(before);
    else if (ok && out->instructions > 0)
        json_put_number(known, key.p, out->instructions);
    text_done(&key);
    return ok;
}

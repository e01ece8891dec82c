/* cupel history add: results files into the history. */
#include "harness/cmd/commands.h"
#include "harness/cmd/history.h"

#include "harness/base/log.h"
#include "harness/base/mem.h"
#include "harness/history/history.h"

#include <stdio.h>

struct add_settings {
    const char *db;
    struct intake_said said;
    bool partial;
};

#define AT(field) offsetof(struct add_settings, field)

static const struct opt add_options[] = {
    HISTORY_DB_ROW(struct add_settings, db),
    {.name = "commit",
                               .kind = OPT_TEXT,
                               .offset = AT(said.commit),
                               .arg = "C",
                               .help = "what was measured; not given: the commit that cupel was built from"},
    {.name = "time",
                               .kind = OPT_TEXT,
                               .offset = AT(said.time),
                               .arg = "T",
                               .help = "its place in the order, as 2026-01-31T12:00:00Z; not given: when it was measured"},
    {.name = "branch",
                               .kind = OPT_TEXT,
                               .offset = AT(said.branch),
                               .arg = "B",
                               .help = "kept beside the commit"},
    {.name = "partial",
                               .kind = OPT_FLAG,
                               .offset = AT(partial),
                               .help = "also what was finished of a run that was interrupted"},
    OPT_END,
};

static bool read_one(struct intake *in, const char *path, const struct add_settings *s,
                     struct err *e)
{
    if (!intake_read(in, path, &s->said, e))
        return false;
    if (in->is_complete || s->partial)
        return true;
    intake_done(in);
    return err_input(
        e, "%s: incomplete: the run has not come to its end (--partial adds what is there)", path);
}

static void tell(const char *path, const struct intake *in, bool is_new)
{
    if (is_new)
        printf("%s: %d points of commit %s, %s, machine %s\n", path, in->count, in->run.commit,
               in->run.time, in->run.machine);
    else
        printf("%s: is there already, nothing added\n", path);
    if (is_new && in->left_out)
        log_warn("%s: %d comparisons were interrupted and are left out", path, in->left_out);
}

/* All are read before the history is touched. */
static bool add_all(const struct invocation *in, struct intake *intakes, bool *is_new, int *read,
                    struct err *e)
{
    const struct add_settings *s = in->settings;
    for (; *read < in->words.n; ++*read)
        if (!read_one(&intakes[*read], in->words.v[*read], s, e))
            return false;
    struct history *h = history_open(s->db, HISTORY_ADD, e);
    bool ok = h && history_add(h, intakes, in->words.n, is_new, e);
    history_close(h);
    return ok;
}

static enum err_code run_add(const struct invocation *in, struct err *e)
{
    int n = in->words.n, read = 0;
    struct intake *intakes = ARENA_NEW(in->arena, struct intake, n);
    bool *is_new = ARENA_NEW(in->arena, bool, n);
    bool ok = add_all(in, intakes, is_new, &read, e);
    for (int i = 0; i < n && ok; i++)
        tell(in->words.v[i], &intakes[i], is_new[i]);
    for (int i = 0; i < read; i++)
        intake_done(&intakes[i]);
    return ok ? ERR_OK : e->code;
}

const struct command command_history_add = {
    .name = "history add",
    .arguments = "RESULTS.jsonl... [--db FILE] [--commit C] [--time T] [--branch B]",
    .summary = "add results to the history",
    .details =
        "Medians with intervals, ratios and exact counts of every comparison, by commit and\n"
        "machine, to an SQLite file (tables runs and points). All files or, when one is not in\n"
        "order, none. A file that is there already is told and left alone. Curves are drawn in "
        "the\n"
        "order of --time, so results of older commits can be added later:\n\n"
        "  cupel history add r.jsonl --commit $(git rev-parse --short HEAD) \\\n"
        "      --time $(git log -1 --format=%cI)",
    .options = add_options,
    .settings_size = sizeof(struct add_settings),
    .min_words = 1,
    .max_words = -1,
    .run = run_add,
};

#include "harness/cmd/gate_profile.h"

#include "harness/cmd/profile_table.h"

#include "harness/base/log.h"
#include "harness/profile/profiles.h"
#include "harness/result/file.h"
#include "harness/run/interrupt.h"

#include <string.h>
#include <unistd.h>

enum { CHANGES_SHOWN = 5 };

const char *const gate_profile_choices[] = {"auto", "always", "never", NULL};

/* Formats that people read in a CI. */
static bool is_report(const char *export)
{
    static const char *const names[] = {"github", "junit", "github-summary"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(export, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

bool gate_profile_wanted(const char *choice, const struct opt_texts *exports)
{
    if (strcmp(choice, "auto") != 0)
        return strcmp(choice, "always") == 0;
    for (int i = 0; i < exports->n; i++)
        if (is_report(exports->v[i]))
            return true;
    return isatty(STDOUT_FILENO) == 1;
}

/* ---- what failed ----------------------------------------------------------------------------- */

/* The cell's own row, or that of its second run: "ID (confirmation)". */
static bool is_of(const struct suite_row *row, const struct plan_cell *cell)
{
    size_t n = strlen(cell->id);
    return strncmp(row->benchmark, cell->id, n) == 0 &&
           (row->benchmark[n] == '\0' || strncmp(row->benchmark + n, " (", 2) == 0);
}

/* Numbers that are exact tell by themselves where they differ; time does not. */
static bool has_failed(const struct suite *s, const struct plan_cell *cell)
{
    for (int i = 0; i < s->count; i++) {
        const struct suite_row *row = &s->rows[i];
        if (row->judged.verdict == GATE_FAIL && !row->provisional &&
            (row->judged.kind == JUDGED_TIMING || row->judged.metric == METRIC_INSTRUCTIONS) &&
            is_of(row, cell))
            return true;
    }
    return false;
}

/* ---- profiling ------------------------------------------------------------------------------- */

/* context: the folder of the results file, with a '/'; "". */
static void show(void *context, const struct json *record)
{
    const char *folder = context;
    if (!result_is(record, "profile-pair"))
        return;
    profile_table_changes(record, CHANGES_SHOWN, stdout);
    printf("profile: %s%s\n", folder, json_text(json_get(json_get(record, "files"), "page")));
}

static bool profile_cell(struct campaign *c, const struct plan_cell *cell,
                         const struct profiles_options *o, struct arena *a, struct err *e)
{
    struct plan_cell one = *cell;
    const struct plan only = {.cells = &one, .count = 1};
    const struct opt_texts all = {0};
    struct targets t;
    return targets_of(&t, &only, NULL, &all, a, e) && profiles_make(c, &t, o, a, e);
}

/* "results/gate.jsonl": "results/" and "gate.profile/". */
static void split_path(const char *path, char **folder, char **beside, struct arena *a)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t n = strlen(name);
    bool has_suffix = n > 6 && strcmp(name + n - 6, ".jsonl") == 0;
    *folder = str_copy(a, (struct str){path, (size_t)(name - path)});
    *beside = arena_format(a, "%.*s.profile/", (int)(has_suffix ? n - 6 : n), name);
}

void gate_profile_failed(struct campaign *c, const struct suite *s, const struct plan *plan,
                         const char *title, struct arena *a)
{
    struct err e = {0};
    char *folder, *beside;
    split_path(c->writer.path, &folder, &beside, a);
    const struct profiles_options options = {
        .rule = {.samples = 1000, .budget_s = 10},
        .folder = arena_format(a, "%s%s", folder, beside),
        .beside = beside,
        .title = title,
        .tell = show,
        .tell_context = folder,
    };
    for (int i = 0; i < plan->count; i++) {
        if (!has_failed(s, &plan->cells[i]))
            continue;
        log_info("%s: FAIL; profiling both sides", plan->cells[i].id);
        if (!profile_cell(c, &plan->cells[i], &options, a, &e))
            log_warn("%s: no profile: %s", plan->cells[i].id, e.text);
        if (!interrupt_none(&e))
            return;
    }
}

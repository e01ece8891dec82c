#include "harness/export/export_model.h"

#include "harness/export/export_read.h"

#include <stdlib.h>
#include <string.h>

static const char *const state_words[] = {
#define EXPORT_WORD(name, word) word,
    EXPORT_STATES(EXPORT_WORD)
#undef EXPORT_WORD
};

const char *export_state_word(enum export_state state)
{
    return state_words[state];
}

bool export_was_measured(const struct export_benchmark *b)
{
    return b->state <= EXPORT_ADVISORY;
}

/* ---- one benchmark, several records ---------------------------------------------------------- */

static const char confirmation[] = " (confirmation)";

/* The id of what this one confirms, in the arena; the id itself when it confirms nothing. Only a gate
 * confirms: elsewhere such a name is somebody's own. */
static const char *first_id(const struct export_run *run, const char *id, struct arena *a)
{
    size_t n = strlen(id), tail = strlen(confirmation);
    bool confirms =
        strcmp(run->tool, "gate") == 0 && n > tail && strcmp(id + n - tail, confirmation) == 0;
    return confirms ? str_copy(a, (struct str){id, n - tail}) : id;
}

static struct export_benchmark *find(struct export_run *run, const char *id)
{
    for (int i = run->count - 1; i >= 0; i--)
        if (strcmp(run->benchmarks[i].id, id) == 0)
            return &run->benchmarks[i];
    return NULL;
}

/* What was measured before it failed stays, with the reason. */
static void add_failure(struct export_benchmark *b, const struct export_benchmark *failed)
{
    b->state = failed->state;
    b->verdict = failed->verdict;
    b->reason = failed->reason;
    b->fails = false;
}

static bool add(struct export_run *run, struct export_benchmark *b, struct arena *a, struct err *e)
{
    const char *own = b->id;
    b->id = first_id(run, own, a);
    b->confirmed = b->id != own;
    struct export_benchmark *before = find(run, b->id);
    bool failure = b->state == EXPORT_ERROR || b->state == EXPORT_MISMATCH;
    if (!before)
        run->benchmarks[run->count++] = *b;
    else if (failure && !b->pairs)
        add_failure(before, b);
    else if (b->confirmed) {
        b->seconds += before->seconds;
        *before = *b;
    } else
        return err_input(e, "benchmark \"%.200s\" stands twice", own);
    return true;
}

/* ---- runs ----------------------------------------------------------------------------------- */

static void read_head(struct export_run *run)
{
    const struct json *r = run->file.run, *scenario = json_get(r, "scenario");
    run->environment = json_get(r, "environment");
    run->name = json_text(json_get(scenario, "name"));
    run->title = json_text(json_get(scenario, "title"));
    run->tool = json_text(json_get(r, "tool"));
    run->timestamp = json_text(json_get(run->environment, "timestamp"));
    run->commit = json_text(json_get(run->environment, "commit"));
    run->branch = json_text(json_get(run->environment, "branch"));
    run->complete = run->file.complete;
}

/* Profiles of what failed come after it. */
static void explain(struct export_run *run, const struct json *pair, struct arena *a)
{
    struct export_benchmark *b = find(run, json_text(json_get(pair, "id")));
    const char *changed = export_read_changed(pair, a);
    if (b && *changed)
        b->changed = changed;
}

static bool read_benchmarks(struct export_run *run, struct arena *a, struct err *e)
{
    run->benchmarks = ARENA_NEW(a, struct export_benchmark, json_count(run->file.records));
    for (const struct json *r = json_first(run->file.records); r; r = json_next(r)) {
        struct export_benchmark b;
        if (result_is(r, "profile-pair"))
            explain(run, r, a);
        if (!export_read_is_benchmark(r))
            continue;
        if (!export_read_benchmark(&b, r, a, e) || !add(run, &b, a, e))
            return false;
    }
    for (int i = 0; i < run->count; i++)
        run->counts[run->benchmarks[i].state]++;
    return true;
}

bool export_model_read(struct export_model *m, const char *const *paths, int count, struct arena *a,
                       struct err *e)
{
    *m = (struct export_model){.runs = ARENA_NEW(a, struct export_run, count + 1)};
    for (int i = 0; i < count; i++) {
        struct export_run *run = &m->runs[i];
        run->path = paths[i];
        bool ok = result_file_read(&run->file, paths[i], e);
        if (ok) {
            m->count++;
            read_head(run);
            ok = read_benchmarks(run, a, e) || err_prefix(e, "%s", paths[i]);
        }
        if (!ok) {
            export_model_done(m);
            return false;
        }
    }
    return true;
}

void export_model_done(struct export_model *m)
{
    for (int i = 0; i < m->count; i++)
        result_file_done(&m->runs[i].file);
    m->count = 0;
}

/* ---- counts --------------------------------------------------------------------------------- */

int export_model_count(const struct export_model *m, enum export_state state)
{
    int n = 0;
    for (int i = 0; i < m->count; i++)
        n += m->runs[i].counts[state];
    return n;
}

int export_model_failing(const struct export_model *m)
{
    int n = 0;
    for (int i = 0; i < m->count; i++)
        for (int k = 0; k < m->runs[i].count; k++)
            n += m->runs[i].benchmarks[k].fails;
    return n;
}

bool export_model_complete(const struct export_model *m)
{
    for (int i = 0; i < m->count; i++)
        if (!m->runs[i].complete)
            return false;
    return true;
}

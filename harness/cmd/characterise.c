/* cupel characterise: everything that the document of characteristics says, measured. */
#define _GNU_SOURCE
#include "harness/cmd/characterise_table.h"
#include "harness/cmd/commands.h"
#include "harness/cmd/settings.h"

#include "harness/base/io.h"
#include "harness/base/log.h"
#include "harness/base/units.h"
#include "harness/base/version.h"
#include "harness/characterise/folder.h"
#include "harness/characterise/measure.h"
#include "harness/characterise/tables.h"
#include "harness/run/child.h"
#include "harness/run/interrupt.h"

#include <libgen.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct characterise_settings {
    const char *effort, *out, *date, *state_dir, *program;
    struct opt_texts only, set;
    bool again, list, no_report;
};

#define AT(field) offsetof(struct characterise_settings, field)

/* clang-format off */
static const struct opt characterise_options[] = {
    {.name = "effort", .kind = OPT_TEXT, .offset = AT(effort), .arg = "EFFORT",
     .choices = study_efforts, .fallback = "normal",
     .help = "minutes, tens of minutes, hours (--list tells)"},
    {.name = "only", .kind = OPT_TEXTS, .offset = AT(only), .arg = "ID,...",
     .help = "these studies only; may be repeated"},
    {.name = "list", .kind = OPT_FLAG, .offset = AT(list),
     .help = "the studies, and how long they take"},
    {.name = "out", .kind = OPT_TEXT, .offset = AT(out), .arg = "DIR",
     .help = "instead of " FOLDER_ROOT "/DATE"},
    {.name = "date", .kind = OPT_TEXT, .offset = AT(date), .arg = "YYYY-MM-DD",
     .help = "the day to go on with, instead of the newest that was begun by this build with "
             "this effort, or today"},
    {.name = "again", .kind = OPT_FLAG, .offset = AT(again),
     .help = "start anew; what is in the folder is kept beside it"},
    {.name = "set", .kind = OPT_TEXTS, .offset = AT(set), .arg = "bundle=DIR",
     .help = "your own market data, in the studies that they fit"},
    SETTINGS_STATE_DIR_ROW(struct characterise_settings),
    {.name = "cupel", .kind = OPT_TEXT, .offset = AT(program), .arg = "PROGRAM",
     .help = "that measures, instead of this one; its cupel-report is the one beside it"},
    {.name = "no-report", .kind = OPT_FLAG, .offset = AT(no_report),
     .help = "measure only, no document"},
    OPT_END,
};
/* clang-format on */

/* ---- progress ----------------------------------------------------------------------------------- */

struct course {
    struct measure measure;
    const struct study **studies; /* that are wanted, in the order of the rows */
    int count;
    struct folder *folder;
    double expected_s, taken_s; /* of the studies that were measured by now */
};

static bool is_measured(const struct course *c, const struct study *s)
{
    enum ledger_state state = ledger_state_of(&c->folder->ledger, s->id);
    return state == LEDGER_COMPLETE || state == LEDGER_NOT_MEASURABLE;
}

static double expected_of(const struct course *c, const struct study *s)
{
    return s->work[c->measure.effort].seconds;
}

/* As fast as the studies before, against what the rows say. */
static double pace(const struct course *c)
{
    return c->expected_s > 0 ? c->taken_s / c->expected_s : 1;
}

static void tell(const struct course *c, int at)
{
    char this[UNITS_TEXT], rest[UNITS_TEXT];
    const struct study *s = c->studies[at];
    double left = 0;
    for (int i = at; i < c->count; i++)
        left += i == at || !is_measured(c, c->studies[i]) ? expected_of(c, c->studies[i]) : 0;
    log_info("[%d/%d] %s: %s: about %s; all that is left: about %s", at + 1, c->count, s->id,
             s->title, units_time(this, round(expected_of(c, s) * pace(c)) * 1e9),
             units_time(rest, round(left * pace(c)) * 1e9));
}

/* ---- measuring ---------------------------------------------------------------------------------- */

static bool note(struct course *c, const struct study *s, const struct ledger_entry *entry,
                 struct err *e)
{
    ledger_put(&c->folder->ledger, s, entry);
    return ledger_write(&c->folder->ledger, c->folder->path, e);
}

static bool measure_one(struct course *c, int at, struct arena *a, struct err *e)
{
    struct ledger_entry entry;
    const struct study *s = c->studies[at];
    tell(c, at);
    if (!measure_study(&c->measure, s, &entry, a, e))
        return false;
    c->expected_s += expected_of(c, s);
    c->taken_s += entry.seconds;
    if (entry.state != LEDGER_COMPLETE)
        log_warn("%s: %s: %s", s->id, ledger_state_word(entry.state), entry.reason);
    return note(c, s, &entry, e);
}

/* What is noted as whole and lies there whole is not measured again; what lies there whole and is not
 * noted was ready when the campaign was cut short. */
static bool take_up(struct course *c, int at, struct arena *a, struct err *e)
{
    struct ledger_entry entry;
    const struct study *s = c->studies[at];
    enum ledger_state state = ledger_state_of(&c->folder->ledger, s->id);
    bool is_done = state == LEDGER_NOT_MEASURABLE ||
                   (state != LEDGER_FAILED && measure_is_done(&c->measure, s, a));
    if (!is_done)
        return measure_one(c, at, a, e);
    log_info("[%d/%d] %s: done before", at + 1, c->count, s->id);
    if (state != LEDGER_NONE)
        return true;
    measure_adopt(&c->measure, s, &entry, a);
    return note(c, s, &entry, e);
}

static bool measure_all(struct course *c, struct arena *a, struct err *e)
{
    bool ok = true;
    for (int i = 0; i < c->count && ok; i++)
        ok = interrupt_none(e) && take_up(c, i, a, e);
    return ok || err_prefix(e, "%s: running it again goes on from here", c->folder->path);
}

/* ---- the end ------------------------------------------------------------------------------------ */

static bool make_document(const struct course *c, struct arena *a, struct err *e)
{
    static const char name[] = "cupel-report";
    const char *beside = c->measure.program, *program = name; /* of $PATH */
    if (strchr(beside, '/'))
        program = arena_format(a, "%s/%s", dirname(arena_text(a, beside)), name);
    const char *const argv[] = {program, "--characteristics", c->folder->path, NULL};
    const struct child child = {.argv = argv, .out = STDOUT_FILENO, .err = STDERR_FILENO};
    int status;
    return child_run(&child, &status, e) &&
           (status == 0 || err_input(e,
                                     "the document could not be made: cupel-report ended with "
                                     "exit status %d",
                                     status));
}

static bool none_failed(const struct course *c, struct arena *a, struct err *e)
{
    const char *names = "";
    int failed = 0;
    for (int i = 0; i < c->count; i++) {
        const char *id = c->studies[i]->id;
        if (ledger_state_of(&c->folder->ledger, id) == LEDGER_FAILED)
            names = arena_format(a, "%s%s%s", names, failed++ ? ", " : "", id);
    }
    return failed == 0 ||
           err_set(e, ERR_FAILED, "%d of %d studies failed: %s (running it again tries them again)",
                   failed, c->count, names);
}

/* ---- the command --------------------------------------------------------------------------------- */

/* With somebody's data in place of the synthetic: anything else would ask another question. */
static bool check_set(const struct opt_texts *set, struct arena *a, struct err *e)
{
    static const char name[] = "bundle=";
    for (int i = 0; i < set->n; i++) {
        if (strncmp(set->v[i], name, sizeof name - 1) != 0)
            return err_input(e, "--set: expected bundle=DIR, found \"%.60s\"", set->v[i]);
        const char *value = set->v[i] + sizeof name - 1;
        if (strncmp(value, "synth:", 6) != 0 &&
            !io_exists(arena_format(a, "%s/manifest.json", value)))
            return err_input(e, "--set: %.200s: no bundle there", value);
    }
    return set->n <= 1 || err_input(e, "--set: expected one bundle, found %d", set->n);
}

static bool find_program(struct measure *m, const char *given, struct arena *a, struct err *e)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n > 0 ? n : 0] = '\0';
    m->program = given ? given : arena_text(a, self);
    m->commit = given ? measure_commit(given, a, e) : version_commit();
    return m->commit != NULL || err_prefix(e, "--cupel");
}

static bool characterise(const struct characterise_settings *s, struct course *c, struct arena *a,
                         struct err *e)
{
    ledger_leave_out(&c->folder->ledger, c->studies, c->count);
    if (!ledger_write(&c->folder->ledger, c->folder->path, e) || !measure_all(c, a, e) ||
        !tables_write(&c->folder->ledger, c->folder->path, a, e))
        return false;
    characterise_table_end(c->studies, c->count, &c->folder->ledger, stdout);
    printf("results: %s\n", c->folder->path);
    fflush(stdout); /* the document's maker prints next */
    return (s->no_report || make_document(c, a, e)) && none_failed(c, a, e);
}

static enum err_code run_characterise(const struct invocation *in, struct err *e)
{
    const struct characterise_settings *s = in->settings;
    struct folder folder;
    struct course c = {.folder = &folder};
    struct measure *m = &c.measure;
    *m = (struct measure){
        .effort = study_effort_named(s->effort), .set = s->set, .state_dir = s->state_dir};
    c.studies = ARENA_NEW(in->arena, const struct study *, study_count());
    if (!study_choose(&s->only, c.studies, &c.count, in->arena, e)) {
        err_prefix(e, "--only");
        return e->code;
    }
    if (s->list) {
        characterise_table_list(c.studies, c.count, stdout);
        return ERR_OK;
    }
    interrupt_watch();
    if (!check_set(&s->set, in->arena, e) || !find_program(m, s->program, in->arena, e))
        return e->code;
    const struct folder_request wanted = {.out = s->out,
                                          .date = s->date,
                                          .again = s->again,
                                          .effort = s->effort,
                                          .commit = m->commit,
                                          .settings = &s->set};
    if (!folder_open(&folder, &wanted, in->arena, e))
        return e->code;
    m->folder = folder.path;
    m->date = folder.date;
    bool ok = characterise(s, &c, in->arena, e);
    folder_close(&folder);
    return ok ? ERR_OK : e->code;
}

const struct command command_characterise = {
    .name = "characterise",
    .arguments = "[OPTIONS]",
    .summary = "measure all that the document of characteristics says, and write it",
    .details =
        "Measures every study by a run of its own, each to its results file below\n"
        "results/characteristics/DATE: benchmark_results, flame_graphs, memory_profiles; then\n"
        "the statistics as CSV (statistical_analysis) and the document (cupel-report).\n"
        "What is there and whole is not measured again: after Ctrl-C, running it again goes on.\n"
        "A study that fails is told in manifest.json with its reason, the others go on, and the\n"
        "exit status is 1.",
    .options = characterise_options,
    .settings_size = sizeof(struct characterise_settings),
    .max_words = 0,
    .run = run_characterise,
};

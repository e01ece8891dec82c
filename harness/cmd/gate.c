/* cupel gate: does the new side cost more than the margin allows? */
#include "harness/cmd/against.h"
#include "harness/cmd/commands.h"
#include "harness/cmd/gate_options.h"
#include "harness/cmd/gate_profile.h"
#include "harness/cmd/gate_stored.h"
#include "harness/cmd/gate_table.h"
#include "harness/cmd/notes.h"
#include "harness/cmd/settings.h"

#include "harness/base/log.h"
#include "harness/export/export_after.h"
#include "harness/gate/exact.h"
#include "harness/gate/subject.h"
#include "harness/gate/suite.h"
#include "harness/run/campaign.h"
#include "harness/run/inputs.h"
#include "kernels/registry.h"

#include <ctype.h>
#include <string.h>

enum { NAME_MOST = 64 };

/* ---- the suite ------------------------------------------------------------------------------ */

static bool judge_all(struct campaign *c, const struct gate_settings *s, const struct judging *j,
                      const struct plan *plan, struct arena *a, struct err *e)
{
    struct suite_options options = suite_defaults();
    options.judging = *j;
    struct suite suite;
    suite_begin(&suite, c, &options, plan, a);
    bool ok = true;
    for (int i = 0; i < plan->count && ok; i++)
        ok = suite_judge(&suite, &plan->cells[i], e);
    ok = ok && suite_has_judged(&suite, e);
    progress_end(&c->progress);
    gate_table_print(suite.rows, suite.count, stdout);
    c->is_judged = true;
    c->status = ok ? suite.status : err_exit_status(e->code);
    c->verdict = ok ? suite_verdict(&suite) : NULL;
    if (ok && c->status == 1 && gate_profile_wanted(s->profile_on_fail, &s->export))
        gate_profile_failed(c, &suite, plan, "gate", a);
    suite_done(&suite);
    return ok;
}

static bool gate_plan(const struct gate_settings *s, const struct judging *j,
                      const struct scenario *scenario, const struct external_options *external,
                      const struct plan *plan, struct json *inputs, int *status, struct arena *a,
                      struct err *e)
{
    uint64_t seed;
    if (!settings_seed(s->seed, &seed, e)) {
        json_free(inputs);
        return false;
    }
    struct campaign c;
    const struct campaign_options options = {
        .tool = "gate",
        .name = scenario ? scenario->name : plan->cells[0].name,
        .title = scenario ? scenario->title : "two commands",
        .path = scenario ? scenario->path : NULL,
        .kernel = scenario ? scenario->kernel : NULL,
        .margin_percent = plan->cells[0].margin_percent,
        .judging = j,
        .seed = seed,
        .out = s->out,
        .state = scenario ? scenario->state_dir : NULL,
        .inputs = inputs,
        .cells = plan->count,
        .pairs_planned = plan->count * (judging_wants_timing(j) ? j->cap : EXACT_RUNS),
    };
    if (!campaign_open(&c, &options, e))
        return false;
    notes_synthetic(c.inputs, stdout);
    c.runner.external.options = *external;
    bool ok = judge_all(&c, s, j, plan, a, e);
    *status = c.status;
    const char *path = arena_text(a, c.writer.path);
    struct err closing;
    printf("results: %s\n", path);
    if (!campaign_close(&c, ok, &closing))
        ok = ok && err_set(e, closing.code, "%s", closing.text);
    return export_after(&s->export, path, ok, e);
}

static bool gate_scenario(const struct gate_settings *s, const struct subject_pair *pair,
                          const struct scenario *scenario, int *status, struct arena *a,
                          struct err *e)
{
    const struct external_options none = {0};
    struct judging j = scenario->judging;
    struct subject_pair its_own = *pair;
    struct plan plan;
    if (!gate_options_judging(&j, s, a, e))
        return false;
    if (s->scenarios.n > 1) /* suites share the error of a false FAIL, as benchmarks do */
        j.fail_error /= s->scenarios.n;
    its_own.margin_percent = j.margin[METRIC_CPU];
    if (!subject_kernels(&plan, &its_own, scenario, a, e))
        return false;
    struct json *inputs = json_object();
    bool ok = inputs_prepare(&plan, scenario, inputs, a, e);
    if (ok)
        ok = gate_plan(s, &j, scenario, &none, &plan, inputs, status, a, e);
    else
        json_free(inputs);
    plan_done(&plan);
    return ok;
}

/* Of kernels that no scenario speaks of: that of --kernel, or those of both sides. */
static bool gate_plain(const struct gate_settings *s, const struct subject_pair *pair, int *status,
                       struct arena *a, struct err *e)
{
    const char *path = s->kernel ? s->kernel : pair->new.library;
    if (!s->kernel && (!path || !pair->base.library))
        return err_input(e, "so: on one side: expected --scenario or --kernel, for the other");
    const struct kernel *k = kernel_find(path, e);
    struct scenario scenario;
    if (!k)
        return false;
    scenario_plain(&scenario, k->name, path, a);
    return gate_scenario(s, pair, &scenario, status, a, e);
}

static bool gate_named(const struct gate_settings *s, const struct subject_pair *pair,
                       const char *name, int *status, struct arena *a, struct err *e)
{
    struct scenario scenario;
    if (!scenario_read(&scenario, name, a, e))
        return false;
    if (s->kernel)
        scenario.kernel = s->kernel;
    bool ok = gate_scenario(s, pair, &scenario, status, a, e);
    scenario_done(&scenario);
    return ok;
}

static bool names_a_file(const struct opt_texts *exports)
{
    for (int i = 0; i < exports->n; i++)
        if (strchr(exports->v[i], '='))
            return true;
    return false;
}

static bool gate_kernels(const struct gate_settings *s, const struct subject_pair *pair,
                         int *status, struct arena *a, struct err *e)
{
    const char *given = s->name ? "name" : external_rows_given(&s->external);
    if (given)
        return err_input(e, "--%s: only commands have it, not kernels", given);
    if (!s->scenarios.n && (s->kernel || pair->base.library || pair->new.library))
        return gate_plain(s, pair, status, a, e);
    if (!s->scenarios.n)
        return gate_named(s, pair, SUBJECT_DEFAULT_SCENARIO, status, a, e);
    if (s->scenarios.n > 1 && (s->out || names_a_file(&s->export)))
        return err_input(e, "%s: expected one --scenario: each has a results file of its own",
                         s->out ? "--out" : "--export");
    for (int i = 0; i < s->scenarios.n; i++) {
        int its_own = 0;
        if (!gate_named(s, pair, s->scenarios.v[i], &its_own, a, e))
            return false;
        *status = judged_worse(*status, its_own);
    }
    return true;
}

/* It stands in the names of files and in other tools' formats. */
static bool is_name(const char *text)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    return isalnum((unsigned char)*text) && strlen(text) <= NAME_MOST &&
           !text[strspn(text, allowed)];
}

static bool gate_commands(const struct gate_settings *s, const struct subject_pair *pair,
                          int *status, struct arena *a, struct err *e)
{
    struct judging j = judging_default();
    struct subject_pair judged = *pair;
    struct external_options external;
    struct plan plan;
    if (s->name && !is_name(s->name))
        return err_input(e, "--name: expected letters, digits, '.', '_' and '-', found \"%.60s\"",
                         s->name);
    const char *alone = s->set.n ? "--set" : s->scenarios.n ? "--scenario" : "--kernel";
    if (s->set.n || s->scenarios.n || s->kernel)
        return err_input(e, "%s: two commands have none; kernels are " SUBJECT_WORDS, alone);
    if (!gate_options_judging(&j, s, a, e) || !external_rows_options(&s->external, &external, a, e))
        return false;
    judged.margin_percent = j.margin[METRIC_CPU];
    judged.name = s->name;
    if (!subject_commands(&plan, &judged, a, e))
        return false;
    bool ok = gate_plan(s, &j, NULL, &external, &plan, json_object(), status, a, e);
    plan_done(&plan);
    return ok;
}

/* ---- two sides -------------------------------------------------------------------------------- */

static bool read_side(struct subject *out, const char *name, const char *text, struct arena *a,
                      struct err *e)
{
    if (!text)
        return err_input(e, "%s: missing", name);
    return subject_read(out, text, a, e) || err_prefix(e, "--%s", name);
}

static bool read_sides(struct subject_pair *pair, struct revision *base,
                       const struct gate_settings *s, struct arena *a, struct err *e)
{
    if (!against_check(&s->against, e))
        return false;
    if (s->against.name && s->base)
        return err_input(e, "--against and --base: expected one of them");
    return (s->against.name ? against_sides(pair, base, &s->against, s->new, a, e)
                            : read_side(&pair->base, "base", s->base, a, e) &&
                                  read_side(&pair->new, "new", s->new, a, e)) &&
           subject_same_kind(pair, e);
}

static bool gate_sides(const struct gate_settings *s, int *status, struct arena *a, struct err *e)
{
    struct revision base = REVISION_NONE;
    struct subject_pair pair = {.set = s->set, .shell = s->external.shell};
    if (s->advisory)
        return err_input(e, "--advisory: expected with --baseline");
    bool ok =
        read_sides(&pair, &base, s, a, e) && (pair.new.line ? gate_commands(s, &pair, status, a, e)
                                                            : gate_kernels(s, &pair, status, a, e));
    revision_close(&base);
    return ok;
}

static enum err_code run_gate(const struct invocation *in, struct err *e)
{
    static const enum err_code codes[] = {
        [0] = ERR_OK, [1] = ERR_REGRESSION, [3] = ERR_INCONCLUSIVE};
    const struct gate_settings *s = in->settings;
    log_set_quiet(s->quiet);
    int status = 0;
    bool ok = export_after_check(&s->export, s->out, e) &&
              (s->baseline ? gate_stored(s, &status, in->arena, e)
                           : gate_sides(s, &status, in->arena, e));
    return ok ? codes[status] : e->code;
}

const struct command command_gate = {
    .name = "gate",
    .arguments =
        "[--scenario S] --base SIDE --new SIDE | --against REF [--cmd LINE] | --baseline FILE",
    .summary = "pass or fail a change: is the new side more than the margin slower",
    .details =
        "Pairs are added until a slowdown of the margin (10 %) is excluded (PASS), proven (FAIL), "
        "or\n"
        "the cap or budget is reached: BORDERLINE when the interval is within 2.5 %, else\n"
        "INCONCLUSIVE. Errors are controlled over all looks and benchmarks: a false FAIL 0.5 %, a\n"
        "false PASS 5 %. A FAIL by wall time is confirmed by a second run.\n"
        "  cupel gate --scenario micro-grid --base layers:none --new layers:all\n"
        "  cupel gate --base bin:./cupel-before --new layers:all\n"
        "  cupel gate --base 'layers:all set:workers=1' --new 'layers:all set:workers=2'\n"
        "  cupel gate --base so:./old.so --new so:./new.so\n"
        "  cupel gate --base './old --flag' --new './new --flag'\n"
        "  cupel gate --against v1.2 --build make --cmd './bench --n 10'\n"
        "A side is a command, or a kernel in words between blanks or ';': layers:SET (all),\n"
        "set:NAME=VALUE[,NAME=VALUE], bin:PATH, another cupel program, so:PATH, a shared object "
        "that\n"
        "exports a kernel. Quotes keep blanks, ';' and ',' in a value. --against builds REF in a "
        "git\n"
        "worktree below $CUPEL_CACHE, which the repository forgets when it is built; the tree "
        "here\n"
        "is built by --build too, unless --no-build-new. Without --cmd it takes REF's cupel.\n"
        "  cupel gate --baseline micro-grid --metric exact\n"
        "Exact metrics (--metric exact, instructions) are judged as numbers. With --baseline only "
        "this\n"
        "build is measured: exact metrics against the stored ones, times are ADVISORY.",
    .options = gate_options,
    .settings_size = sizeof(struct gate_settings),
    .run = run_gate,
};

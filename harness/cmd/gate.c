/* cupel gate: does the new side cost more than the margin allows? */
#include "harness/cmd/against.h"
#include "harness/cmd/commands.h"
#include "harness/cmd/external_rows.h"
#include "harness/cmd/gate_baseline.h"
#include "harness/cmd/gate_profile.h"
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

#include <string.h>

struct gate_settings {
    const char *base, *new, *baseline, *advisory, *kernel, *policy, *seed, *out, *profile_on_fail;
    double budget, fail_error, pass_error;
    long cap;
    struct opt_texts scenarios, set, metrics, margins, export;
    bool quiet;
    struct against_settings against;
    struct external_settings external;
};

#define AT(field) offsetof(struct gate_settings, field)

static const char *const advisories[] = {"warn", "fail", NULL};

/* What is not given here is the scenario's. */
static const struct opt gate_options[] = {
    {.name = "base",
     .kind = OPT_TEXT,
     .offset = AT(base),
     .arg = "SIDE",
     .help = "what is held to be good: words of " SUBJECT_WORDS "; or cmd:LINE, or a command line"},
    {.name = "new",
     .kind = OPT_TEXT,
     .offset = AT(new),
     .arg = "SIDE",
     .help = "what is held against the base"},
    {.name = "scenario",
     .kind = OPT_TEXTS,
     .offset = AT(scenarios),
     .arg = "S",
     .help = "whose scales are judged, instead of " SUBJECT_DEFAULT_SCENARIO "; may be repeated"},
    {.name = "kernel",
     .kind = OPT_TEXT,
     .offset = AT(kernel),
     .arg = "PATH.so",
     .help = "instead of the scenario's; without a scenario its own defaults are judged"},
    {.name = "against",
     .kind = OPT_TEXT,
     .offset = AT(against.name),
     .arg = "REF",
     .help = "the base is what this commit of the repository here makes of the new side"},
    {.name = "build",
     .kind = OPT_TEXT,
     .offset = AT(against.build),
     .arg = "LINE",
     .help = "with --against: the shell builds by it, that commit and the tree here"},
    {.name = "cmd",
     .kind = OPT_TEXT,
     .offset = AT(against.line),
     .arg = "LINE",
     .help = "with --against: the command that is measured, in that commit's folder and here"},
    {.name = "rebuild",
     .kind = OPT_FLAG,
     .offset = AT(against.rebuild),
     .help = "with --against: that commit is built even when it was before"                                                                                       },
    {.name = "no-build-new",
     .kind = OPT_FLAG,
     .offset = AT(against.not_here),
     .help = "with --against: the tree here is taken as it is"                                                                                                 },
    {.name = "baseline",
     .kind = OPT_TEXT,
     .offset = AT(baseline),
     .arg = "FILE",
     .help = "instead of two sides: this build against a stored baseline (`cupel baseline`)"},
    {.name = "advisory",
     .kind = OPT_TEXT,
     .offset = AT(advisory),
     .arg = "WHAT",
     .choices = advisories,
     .help = "with --baseline: what times that are slower than stored ones do (warn, the default, "
             "or fail)"},
    {.name = "metric",
     .kind = OPT_TEXTS,
     .offset = AT(metrics),
     .arg = "NAME",
     .help = "what is judged: timing, exact, or names of `cupel list metrics`, with commas; may be "
             "repeated (the scenario's, or timing)"},
    {.name = "margin",
     .kind = OPT_TEXTS,
     .offset = AT(margins),
     .arg = "PERCENT",
     .help =
         "the slowdown that fails (the scenario's, or 10); METRIC=PERCENT: of one metric; may be "
         "repeated"},
    {.name = "cap",
     .kind = OPT_INT,
     .offset = AT(cap),
     .arg = "PAIRS",
     .min = JUDGING_CAP_MIN,
     .max = JUDGING_CAP_MAX,
     .help = "the most pairs a benchmark may take (the scenario's, or 60)"},
    {.name = "budget",
     .kind = OPT_REAL,
     .offset = AT(budget),
     .arg = "SECONDS",
     .min = 1,
     .max = JUDGING_BUDGET_MAX,
     .help =
         "the most time a benchmark may take once it has its 10 pairs (the scenario's, or 300)"},
    {.name = "fail-error",
     .kind = OPT_REAL,
     .offset = AT(fail_error),
     .arg = "SHARE",
     .min = JUDGING_ERROR_MIN,
     .max = JUDGING_ERROR_MAX,
     .help =
         "how often a false FAIL may be, over all looks and benchmarks (the scenario's, or 0.005)"},
    {.name = "pass-error",
     .kind = OPT_REAL,
     .offset = AT(pass_error),
     .arg = "SHARE",
     .min = JUDGING_ERROR_MIN,
     .max = JUDGING_ERROR_MAX,
     .help =
         "how often a false PASS may be, over all looks of a benchmark (the scenario's, or 0.05)"},
    {.name = "policy",
     .kind = OPT_TEXT,
     .offset = AT(policy),
     .arg = "POLICY",
     .choices = judging_policies,
     .help =
         "what a BORDERLINE does: fail, fail when the estimate is over, pass (the scenario's, or "
         "strict)"},
    {.name = "profile-on-fail",
     .kind = OPT_TEXT,
     .offset = AT(profile_on_fail),
     .arg = "WHEN",
     .choices = gate_profile_choices,
     .fallback = "auto",
     .help = "profile both sides of what failed by time, and draw what changed, beside the results "
             "file: auto is for a terminal or an export for a CI's report"},
    {.name = "set",
     .kind = OPT_TEXTS,
     .offset = AT(set),
     .arg = "NAME=VALUE",
     .help = "a setting of the kernel, over the scenario's; may be repeated"},
    {.name = "seed",
     .kind = OPT_TEXT,
     .offset = AT(seed),
     .arg = "S",
     .help = "of orders and inputs, instead of one from the system; the record holds it"},
    {.name = "out",
     .kind = OPT_TEXT,
     .offset = AT(out),
     .arg = "FILE",
     .help = "results file to make, instead of results/runs/NAME-TIME.jsonl"},
    {.name = "export",
     .kind = OPT_TEXTS,
     .offset = AT(export),
     .arg = EXPORT_AFTER_ARG,
     .help = EXPORT_AFTER_HELP},
    {.name = "quiet",                                                                         .kind = OPT_FLAG,                                                                        .offset = AT(quiet),                                                                                              .help = "no progress"                                                                                      },
    EXTERNAL_ROWS(struct gate_settings),
    OPT_END,
};

/* The command line over what is there. */
static bool settle(struct judging *j, const struct gate_settings *s, struct arena *a, struct err *e)
{
    j->cap = s->cap ? s->cap : j->cap;
    j->budget_s = s->budget > 0 ? s->budget : j->budget_s;
    j->fail_error = s->fail_error > 0 ? s->fail_error : j->fail_error;
    j->pass_error = s->pass_error > 0 ? s->pass_error : j->pass_error;
    j->policy = s->policy ? s->policy : j->policy;
    for (int i = 0; i < s->margins.n; i++)
        if (!judging_margin(j, s->margins.v[i], a, e))
            return err_prefix(e, "--margin");
    return judging_metrics(j, &s->metrics, e) || err_prefix(e, "--metric");
}

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
    if (!run_seed(s->seed, &seed, e)) {
        json_free(inputs);
        return false;
    }
    struct campaign c;
    const struct campaign_options options = {
        .tool = "gate",
        .name = scenario ? scenario->name : "command",
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
    if (!settle(&j, s, a, e))
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
    const char *given = external_rows_given(&s->external);
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

static bool gate_commands(const struct gate_settings *s, const struct subject_pair *pair,
                          int *status, struct arena *a, struct err *e)
{
    struct judging j = judging_default();
    struct subject_pair judged = *pair;
    struct external_options external;
    struct plan plan;
    const char *alone = s->set.n ? "--set" : s->scenarios.n ? "--scenario" : "--kernel";
    if (s->set.n || s->scenarios.n || s->kernel)
        return err_input(e, "%s: two commands have none; kernels are " SUBJECT_WORDS, alone);
    if (!settle(&j, s, a, e) || !external_rows_options(&s->external, &external, a, e))
        return false;
    judged.margin_percent = j.margin[METRIC_CPU];
    if (!subject_commands(&plan, &judged, a, e))
        return false;
    bool ok = gate_plan(s, &j, NULL, &external, &plan, json_object(), status, a, e);
    plan_done(&plan);
    return ok;
}

/* ---- against a stored baseline ---------------------------------------------------------------- */

static bool gate_scenario_stored(const struct gate_settings *s, const struct baseline *b,
                                 const struct scenario *scenario, int *status, struct arena *a,
                                 struct err *e)
{
    struct judging j = scenario->judging;
    if (!settle(&j, s, a, e))
        return false;
    struct json *over = run_overrides(&s->set, scenario->kernel, a, e);
    const struct gate_baseline g = {
        .baseline = b,
        .scenario = scenario,
        .judging = &j,
        .overrides = over,
        .out = s->out,
        .export = &s->export,
        .times_fail = s->advisory && strcmp(s->advisory, "fail") == 0,
    };
    bool ok = over && gate_baseline_run(&g, status, a, e);
    json_free(over);
    return ok;
}

/* What a stored baseline leaves no use for: NULL when nothing of it was given. */
static const char *idle_option(const struct gate_settings *s)
{
    const struct {
        bool given;
        const char *name;
    } rows[] = {
        {s->cap != 0,       "cap"       },
        {s->budget > 0,     "budget"    },
        {s->fail_error > 0, "fail-error"},
        {s->pass_error > 0, "pass-error"},
        {s->policy != NULL, "policy"    },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].given)
            return rows[i].name;
    return external_rows_given(&s->external);
}

static bool gate_stored(const struct gate_settings *s, int *status, struct arena *a, struct err *e)
{
    struct baseline b;
    struct scenario scenario;
    const char *idle = idle_option(s);
    if (s->base || s->new || s->against.name || s->kernel || s->seed)
        return err_input(e, "--baseline: the sides and the seed are those of the file");
    if (!against_check(&s->against, e))
        return false;
    if (idle)
        return err_input(e, "--%s: expected two sides, not --baseline", idle);
    if (s->scenarios.n > 1)
        return err_input(e, "--baseline: expected one --scenario");
    if (!baseline_read(&b, baseline_path(s->baseline, a), e))
        return false;
    const char *name =
        s->scenarios.n ? s->scenarios.v[0] : json_text(json_get(b.document, "scenario"));
    bool ok = scenario_read(&scenario, name, a, e);
    if (ok) {
        ok = gate_scenario_stored(s, &b, &scenario, status, a, e);
        scenario_done(&scenario);
    }
    baseline_done(&b);
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

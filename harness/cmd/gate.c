/* cupel gate: does the new side cost more than the margin allows? */
#include "harness/cmd/commands.h"
#include "harness/cmd/notes.h"
#include "harness/cmd/settings.h"
#include "harness/cmd/gate_baseline.h"
#include "harness/cmd/gate_table.h"

#include "harness/base/log.h"
#include "harness/export/export_after.h"
#include "harness/gate/exact.h"
#include "harness/gate/subject.h"
#include "harness/gate/suite.h"
#include "harness/run/campaign.h"
#include "harness/run/inputs.h"

#include <string.h>

struct gate_settings {
    const char *base, *new, *scenario, *policy, *seed, *out;
    double budget, fail_error, pass_error;
    long cap;
    struct opt_texts set, metrics, margins, export;
    const char *baseline, *advisory;
    bool quiet;
};

static const char *const advisories[] = {"warn", "fail", NULL};

/* What is not given here is the scenario's. */
static const struct opt gate_options[] = {
    {.name = "base",
     .kind = OPT_TEXT,
     .offset = offsetof(struct gate_settings,                                                                           base),
     .arg = "SIDE",
     .help = "layers:SET, bin:PATH, cmd:LINE or a command line"},
    {.name = "new",
     .kind = OPT_TEXT,
     .offset = offsetof(struct gate_settings,                                                                                                  new),
     .arg = "SIDE",
     .help = "what is held against the base"},
    {.name = "scenario",
     .kind = OPT_TEXT,
     .offset = offsetof(struct gate_settings,                                                      scenario),
     .arg = "S",
     .help = "whose scales are judged; layers: and bin: take " SUBJECT_DEFAULT_SCENARIO
             " when it is not given"},
    {.name = "baseline",
     .kind = OPT_TEXT,
     .offset = offsetof(struct gate_settings,                                                                                 baseline),
     .arg = "FILE",
     .help = "instead of two sides: this build against a stored baseline (`cupel baseline`)"},
    {.name = "advisory",
     .kind = OPT_TEXT,
     .offset = offsetof(struct gate_settings,                           advisory),
     .arg = "WHAT",
     .choices = advisories,
     .help = "with --baseline: what times that are slower than stored ones do (warn, the default, "
             "or fail)"},
    {.name = "metric",
     .kind = OPT_TEXTS,
     .offset = offsetof(struct gate_settings,                                                                                                     metrics),
     .arg = "NAME",
     .help = "what is judged: timing, exact, or names of `cupel list metrics`, with commas; may be "
             "repeated (the scenario's, or timing)"},
    {.name = "margin",
     .kind = OPT_TEXTS,
     .offset = offsetof(struct gate_settings,                                                                           margins),
     .arg = "PERCENT",
     .help =
         "the slowdown that fails (the scenario's, or 10); METRIC=PERCENT: of one metric; may be "
         "repeated"},
    {.name = "cap",
     .kind = OPT_INT,
     .offset = offsetof(struct gate_settings,                                                                                                 cap),
     .arg = "PAIRS",
     .min = JUDGING_CAP_MIN,
     .max = JUDGING_CAP_MAX,
     .help = "the most pairs a benchmark may take (the scenario's, or 60)"},
    {.name = "budget",
     .kind = OPT_REAL,
     .offset = offsetof(struct gate_settings,                                                                                    budget),
     .arg = "SECONDS",
     .min = 1,
     .max = JUDGING_BUDGET_MAX,
     .help =
         "the most time a benchmark may take once it has its 10 pairs (the scenario's, or 300)"},
    {.name = "fail-error",
     .kind = OPT_REAL,
     .offset = offsetof(struct gate_settings,                                                                                            fail_error),
     .arg = "SHARE",
     .min = JUDGING_ERROR_MIN,
     .max = JUDGING_ERROR_MAX,
     .help =
         "how often a false FAIL may be, over all looks and benchmarks (the scenario's, or 0.005)"},
    {.name = "pass-error",
     .kind = OPT_REAL,
     .offset = offsetof(struct gate_settings,pass_error),
     .arg = "SHARE",
     .min = JUDGING_ERROR_MIN,
     .max = JUDGING_ERROR_MAX,
     .help =
         "how often a false PASS may be, over all looks of a benchmark (the scenario's, or 0.05)"},
    {.name = "policy",
     .kind = OPT_TEXT,
     .offset = offsetof(struct gate_settings, policy),
     .arg = "POLICY",
     .choices = judging_policies,
     .help =
         "what a BORDERLINE does: fail, fail when the estimate is over, pass (the scenario's, or "
         "strict)"},
    {.name = "set",
     .kind = OPT_TEXTS,
     .offset = offsetof(struct gate_settings,                                                                                          set),
     .arg = "NAME=VALUE",
     .help = "a setting of the kernel, over the scenario's; may be repeated"},
    {.name = "seed",
     .kind = OPT_TEXT,
     .offset = offsetof(struct gate_settings,                                                                                seed),
     .arg = "S",
     .help = "of orders and inputs, instead of one from the system; the record holds it"},
    {.name = "out",
     .kind = OPT_TEXT,
     .offset = offsetof(struct gate_settings,   out),
     .arg = "FILE",
     .help = "results file to make, instead of results/runs/NAME-TIME.jsonl"},
    {.name = "export",
     .kind = OPT_TEXTS,
     .offset = offsetof(struct gate_settings,                                                                                                     export),
     .arg = EXPORT_AFTER_ARG,
     .help = EXPORT_AFTER_HELP},
    {.name = "quiet",
     .kind = OPT_FLAG,
     .offset = offsetof(struct gate_settings,                                                                                               quiet),
     .help = "no progress"                                                                     },
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

static bool judge_all(struct campaign *c, const struct judging *j, const struct plan *plan,
                      struct arena *a, struct err *e)
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
    suite_done(&suite);
    return ok;
}

static bool gate_plan(const struct gate_settings *s, const struct judging *j,
                      const struct scenario *scenario, const struct plan *plan, struct json *inputs,
                      int *status, struct arena *a, struct err *e)
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
    bool ok = judge_all(&c, j, plan, a, e);
    *status = c.status;
    const char *path = arena_text(a, c.writer.path);
    struct err closing;
    printf("results: %s\n", path);
    if (!campaign_close(&c, ok, &closing))
        ok = ok && err_set(e, closing.code, "%s", closing.text);
    return export_after(&s->export, path, ok, e);
}

static bool gate_scenario(const struct gate_settings *s, struct subject_request *r,
                          const struct scenario *scenario, struct arena *a, int *status,
                          struct err *e)
{
    struct judging j = scenario->judging;
    if (!settle(&j, s, a, e))
        return false;
    r->margin_percent = j.margin[METRIC_CPU];
    struct plan plan;
    if (!subject_plan(&plan, r, scenario, a, e))
        return false;
    struct json *inputs = json_object();
    bool ok = inputs_prepare(&plan, scenario, inputs, a, e);
    if (ok)
        ok = gate_plan(s, &j, scenario, &plan, inputs, status, a, e);
    else
        json_free(inputs);
    plan_done(&plan);
    return ok;
}

static bool gate_kernels(const struct gate_settings *s, struct subject_request *r, int *status,
                         struct arena *a, struct err *e)
{
    struct scenario scenario;
    const char *name = s->scenario ? s->scenario : SUBJECT_DEFAULT_SCENARIO;
    if (!scenario_read(&scenario, name, a, e))
        return false;
    struct json *settings = run_overrides(&s->set, scenario.kernel, a, e);
    r->settings = settings;
    bool ok = settings && gate_scenario(s, r, &scenario, a, status, e);
    json_free(settings);
    scenario_done(&scenario);
    return ok;
}

static bool gate_commands(const struct gate_settings *s, struct subject_request *r, int *status,
                          struct arena *a, struct err *e)
{
    struct judging j = judging_default();
    struct plan plan;
    if (s->set.n)
        return err_input(e, "--set: two commands have no settings");
    if (!settle(&j, s, a, e))
        return false;
    r->margin_percent = j.margin[METRIC_CPU];
    if (!subject_plan(&plan, r, NULL, a, e))
        return false;
    bool ok = gate_plan(s, &j, NULL, &plan, json_object(), status, a, e);
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
        .times_fail = s->advisory && strcmp(s->advisory, "fail") == 0,
    };
    bool ok = over && gate_baseline_run(&g, status, a, e);
    json_free(over);
    return ok;
}

static bool gate_stored(const struct gate_settings *s, int *status, struct arena *a, struct err *e)
{
    struct baseline b;
    struct scenario scenario;
    if (s->base || s->new || s->seed)
        return err_input(e, "--baseline: the sides and the seed are those of the file");
    if (s->export.n)
        return err_input(e, "--export: expected two sides, not --baseline");
    if (!baseline_read(&b, baseline_path(s->baseline, a), e))
        return false;
    const char *name = s->scenario ? s->scenario : json_text(json_get(b.document, "scenario"));
    bool ok = scenario_read(&scenario, name, a, e);
    if (ok) {
        ok = gate_scenario_stored(s, &b, &scenario, status, a, e);
        scenario_done(&scenario);
    }
    baseline_done(&b);
    return ok;
}

static bool gate_sides(const struct gate_settings *s, int *status, struct arena *a, struct err *e)
{
    if (s->advisory)
        return err_input(e, "--advisory: expected with --baseline");
    if (!s->base || !s->new)
        return err_input(e, "gate: %s: missing", s->base ? "new" : "base");
    struct subject_request r = {.base = s->base, .new = s->new, .scenario = s->scenario};
    return subject_needs_scenario(&r) ? gate_kernels(s, &r, status, a, e)
                                      : gate_commands(s, &r, status, a, e);
}

static enum err_code run_gate(const struct invocation *in, struct err *e)
{
    static const enum err_code codes[] = {
        [0] = ERR_OK, [1] = ERR_REGRESSION, [3] = ERR_INCONCLUSIVE};
    const struct gate_settings *s = in->settings;
    log_set_quiet(s->quiet);
    int status = 0;
    if (!export_after_check(&s->export, s->out, e))
        return e->code;
    bool ok =
        s->baseline ? gate_stored(s, &status, in->arena, e) : gate_sides(s, &status, in->arena, e);
    return ok ? codes[status] : e->code;
}

const struct command command_gate = {
    .name = "gate",
    .arguments = "[--scenario S] --base SIDE --new SIDE | --baseline FILE",
    .summary = "pass or fail a change: is the new side more than the margin slower",
    .details =
        "Pairs are added until a slowdown of the margin (10 %) is excluded (PASS), proven (FAIL), "
        "or\n"
        "the cap or budget is reached: BORDERLINE when the interval is within 2.5 %, else\n"
        "INCONCLUSIVE. Errors are controlled over all looks and benchmarks: a false FAIL 0.5 %, a\n"
        "false PASS 5 %. A FAIL by wall time is confirmed by a second run.\n"
        "  cupel gate --scenario micro-grid --base layers:none --new layers:all\n"
        "  cupel gate --base bin:./cupel-before --new layers:all\n"
        "  cupel gate --base './old --flag' --new './new --flag'\n"
        "Exact metrics (--metric exact, instructions) are judged as numbers. With --baseline only "
        "this\n"
        "build is measured: exact metrics against the stored ones, times are ADVISORY.\n"
        "  cupel gate --baseline micro-grid --metric exact",
    .options = gate_options,
    .settings_size = sizeof(struct gate_settings),
    .run = run_gate,
};

/* cupel gate: does the new side cost more than the margin allows? */
#include "harness/cmd/against.h"
#include "harness/cmd/commands.h"
#include "harness/cmd/external_rows.h"
#include "harness/cmd/notes.h"
#include "harness/cmd/settings.h"
#include "harness/cmd/table.h"

#include "harness/base/log.h"
#include "harness/base/units.h"
#include "harness/gate/subject.h"
#include "harness/gate/suite.h"
#include "harness/run/campaign.h"
#include "harness/run/inputs.h"
#include "kernels/registry.h"

struct gate_settings {
    const char *base, *new, *kernel, *policy, *seed, *out;
    double margin, budget;
    long cap;
    struct opt_texts scenarios, set;
    struct against_settings against;
    bool quiet;
    struct external_settings external;
};

static const char *const policies[] = {"strict", "estimate", "lenient", NULL};

static const struct opt gate_options[] = {
    {.name = "base",
     .kind = OPT_TEXT,
     .offset = offsetof(struct gate_settings,                                                       base),
     .arg = "SIDE",
     .help = "what is held to be good: words of " SUBJECT_WORDS "; or cmd:LINE, or a command line"},
    {.name = "new",
     .kind = OPT_TEXT,
     .offset = offsetof(struct gate_settings,                                                                              new),
     .arg = "SIDE",
     .help = "what is held against the base"},
    {.name = "scenario",
     .kind = OPT_TEXTS,
     .offset = offsetof(struct gate_settings,                                  scenarios),
     .arg = "S",
     .help = "whose scales are judged, instead of " SUBJECT_DEFAULT_SCENARIO "; may be repeated"},
    {.name = "kernel",
     .kind = OPT_TEXT,
     .offset = offsetof(struct gate_settings, kernel),
     .arg = "PATH.so",
     .help = "instead of the scenario's; without a scenario its own defaults are judged"},
    {.name = "against",
     .kind = OPT_TEXT,
     .offset = offsetof(struct gate_settings,           against.name),
     .arg = "REF",
     .help = "the base is what this commit of the repository here makes of the new side"},
    {.name = "build",
     .kind = OPT_TEXT,
     .offset = offsetof(struct gate_settings,                                                                                  against.build),
     .arg = "LINE",
     .help = "with --against: the shell builds by it, that commit and the tree here"},
    {.name = "cmd",
     .kind = OPT_TEXT,
     .offset = offsetof(struct gate_settings,against.line),
     .arg = "LINE",
     .help = "with --against: the command that is measured, in that commit's folder and here"},
    {.name = "rebuild",
     .kind = OPT_FLAG,
     .offset = offsetof(struct gate_settings,                                                       against.rebuild),
     .help = "with --against: that commit is built even when it was before"                                                                                                                          },
    {.name = "no-build-new",
     .kind = OPT_FLAG,
     .offset = offsetof(struct gate_settings,                                                                              against.not_here),
     .help = "with --against: the tree here is taken as it is"                        },
    {.name = "margin",
     .kind = OPT_REAL,
     .offset = offsetof(struct gate_settings,                                                                              margin),
     .arg = "PERCENT",
     .min = 0,
     .max = 1000,
     .fallback = "0",
     .help = "the slowdown that fails; 0: the scenario's, or 10"},
    {.name = "cap",
     .kind = OPT_INT,
     .offset = offsetof(struct gate_settings,                                                                              cap),
     .arg = "PAIRS",
     .min = 10,
     .max = 200,
     .fallback = "60",
     .help = "the most pairs a benchmark may take"},
    {.name = "budget",
     .kind = OPT_REAL,
     .offset = offsetof(struct gate_settings,                                                                               budget),
     .arg = "SECONDS",
     .min = 1,
     .max = 86400,
     .fallback = "300",
     .help = "the most time a benchmark may take once it has its 10 pairs"},
    {.name = "policy",
     .kind = OPT_TEXT,
     .offset = offsetof(struct gate_settings,policy),
     .arg = "POLICY",
     .choices = policies,
     .fallback = "strict",
     .help = "what a BORDERLINE does: fail, fail when the estimate is over, pass"},
    {.name = "set",
     .kind = OPT_TEXTS,
     .offset = offsetof(struct gate_settings,                                               set),
     .arg = "NAME=VALUE",
     .help = "a setting of the kernel, over the scenario's; may be repeated"},
    {.name = "seed",
     .kind = OPT_TEXT,
     .offset = offsetof(struct gate_settings,                                                                                      seed),
     .arg = "S",
     .help = "of orders and inputs, instead of one from the system; the record holds it"},
    {.name = "out",
     .kind = OPT_TEXT,
     .offset = offsetof(struct gate_settings,                                                                              out),
     .arg = "FILE",
     .help = "results file to make, instead of results/runs/NAME-TIME.jsonl"},
    {.name = "quiet",
     .kind = OPT_FLAG,
     .offset = offsetof(struct gate_settings,                  quiet),
     .help = "no progress"                                           },
    EXTERNAL_ROWS(struct gate_settings),
    OPT_END,
};

/* ---- the table ------------------------------------------------------------------------------ */

static void table_benchmark(struct table *t, const struct suite_row *r)
{
    char ratio[UNITS_TEXT], lower[UNITS_TEXT], upper[UNITS_TEXT], base[UNITS_TEXT], new[UNITS_TEXT];
    struct text interval = {0}, pairs = {0}, detectable = {0};
    text_printf(&interval, "%s..%s", units_ratio(lower, r->ratio.low),
                units_ratio(upper, r->ratio.high));
    text_printf(&pairs, "%d", r->pairs);
    text_printf(&detectable, "%.1f %%", r->detectable_percent);
    table_row(t, r->benchmark, r->metric->title, gate_verdict_word(r->verdict),
              units_ratio(ratio, r->ratio.estimate), interval.p, pairs.p, detectable.p,
              units_time(base, r->base), units_time(new, r->new), NULL);
    text_done(&interval);
    text_done(&pairs);
    text_done(&detectable);
}

static void print_suite(const struct suite *s)
{
    struct table t = {0};
    table_row(&t, "benchmark", "metric", "verdict", "ratio", "95 % interval", "pairs", "detectable",
              "base", "new", NULL);
    for (int i = 0; i < s->count; i++)
        table_benchmark(&t, &s->rows[i]);
    table_print(&t, stdout);
    table_done(&t);
}

/* ---- the suite ------------------------------------------------------------------------------ */

static bool judge_all(struct campaign *c, const struct gate_settings *s, const struct plan *plan,
                      int *status, struct arena *a, struct err *e)
{
    struct suite_options options = suite_defaults();
    options.budget_ns = (int64_t)(s->budget * 1e9);
    options.rule.cap = (int)s->cap;
    if (s->scenarios.n > 1) /* suites share the error of a false FAIL, as benchmarks do */
        options.rule.fail_error /= s->scenarios.n;
    bool ok = gate_policy_from_name(s->policy, &options.rule.policy);
    struct suite suite;
    suite_begin(&suite, c, &options, plan, a);
    for (int i = 0; i < plan->count && ok; i++)
        ok = suite_judge(&suite, &plan->cells[i], e);
    progress_end(&c->progress);
    print_suite(&suite);
    *status = suite.status;
    suite_done(&suite);
    return ok;
}

static bool gate_plan(const struct gate_settings *s, const struct scenario *scenario,
                      const struct external_options *external, const struct plan *plan,
                      struct json *inputs, int *status, struct arena *a, struct err *e)
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
        .pairs_planned = plan->count * s->cap,
    };
    if (!campaign_open(&c, &options, e))
        return false;
    notes_synthetic(c.inputs, stdout);
    c.runner.external.options = *external;
    bool ok = judge_all(&c, s, plan, status, a, e);
    struct err closing;
    printf("results: %s\n", c.writer.path);
    if (!campaign_close(&c, ok, &closing))
        ok = ok && err_set(e, closing.code, "%s", closing.text);
    return ok;
}

static bool gate_scenario(const struct gate_settings *s, const struct subject_pair *pair,
                          const struct scenario *scenario, int *status, struct arena *a,
                          struct err *e)
{
    struct plan plan;
    const struct external_options none = {0};
    struct json *inputs = json_object();
    if (!subject_kernels(&plan, pair, scenario, a, e)) {
        json_free(inputs);
        return false;
    }
    bool ok = inputs_prepare(&plan, scenario, inputs, a, e);
    if (ok)
        ok = gate_plan(s, scenario, &none, &plan, inputs, status, a, e);
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
    if (s->scenarios.n > 1 && s->out)
        return err_input(e, "--out: expected one --scenario: each has a results file of its own");
    for (int i = 0; i < s->scenarios.n; i++) {
        int its_own = 0;
        if (!gate_named(s, pair, s->scenarios.v[i], &its_own, a, e))
            return false;
        *status = gate_worse(*status, its_own);
    }
    return true;
}

static bool gate_commands(const struct gate_settings *s, const struct subject_pair *pair,
                          int *status, struct arena *a, struct err *e)
{
    struct plan plan;
    const char *alone = s->set.n ? "--set" : s->scenarios.n ? "--scenario" : "--kernel";
    if (s->set.n || s->scenarios.n || s->kernel)
        return err_input(e, "%s: two commands have none; kernels are " SUBJECT_WORDS, alone);
    struct external_options external;
    if (!external_rows_options(&s->external, &external, a, e) ||
        !subject_commands(&plan, pair, a, e))
        return false;
    bool ok = gate_plan(s, NULL, &external, &plan, json_object(), status, a, e);
    plan_done(&plan);
    return ok;
}

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

static enum err_code run_gate(const struct invocation *in, struct err *e)
{
    static const enum err_code codes[] = {
        [0] = ERR_OK, [1] = ERR_REGRESSION, [3] = ERR_INCONCLUSIVE};
    const struct gate_settings *s = in->settings;
    log_set_quiet(s->quiet);
    struct revision base = REVISION_NONE;
    struct subject_pair pair = {
        .set = s->set, .margin_percent = s->margin, .shell = s->external.shell};
    int status = 0;
    bool ok = read_sides(&pair, &base, s, in->arena, e) &&
              (pair.new.line ? gate_commands(s, &pair, &status, in->arena, e)
                             : gate_kernels(s, &pair, &status, in->arena, e));
    revision_close(&base);
    return ok ? codes[status] : e->code;
}

const struct command command_gate = {
    .name = "gate",
    .arguments = "[--scenario S] --base SIDE --new SIDE | --against REF [--cmd LINE]",
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
        "is built by --build too, unless --no-build-new. Without --cmd it takes REF's cupel.",
    .options = gate_options,
    .settings_size = sizeof(struct gate_settings),
    .run = run_gate,
};

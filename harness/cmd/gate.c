/* cupel gate: does the new side cost more than the margin allows? */
#include "harness/cmd/commands.h"
#include "harness/cmd/notes.h"
#include "harness/cmd/settings.h"
#include "harness/cmd/table.h"

#include "harness/base/log.h"
#include "harness/base/units.h"
#include "harness/export/export_after.h"
#include "harness/gate/gate.h"
#include "harness/gate/subject.h"
#include "harness/probe/machine.h"
#include "harness/result/record.h"
#include "harness/run/campaign.h"
#include "harness/run/inputs.h"
#include "harness/run/interrupt.h"

#include <math.h>
#include <string.h>
#include <time.h>

struct gate_settings {
    const char *base, *new, *scenario, *policy, *seed, *out;
    double margin, budget;
    long cap;
    struct opt_texts set, export;
    bool quiet;
};

static const char *const policies[] = {"strict", "estimate", "lenient", NULL};

static const struct opt gate_options[] = {
    {.name = "base",
     .kind = OPT_TEXT,
     .offset = offsetof(struct gate_settings,                                                      base),
     .arg = "SIDE",
     .required = true,
     .help = "layers:SET, bin:PATH, cmd:LINE or a command line"},
    {.name = "new",
     .kind = OPT_TEXT,
     .offset = offsetof(struct gate_settings,                   new),
     .arg = "SIDE",
     .required = true,
     .help = "what is held against the base"},
    {.name = "scenario",
     .kind = OPT_TEXT,
     .offset = offsetof(struct gate_settings,                                                      scenario),
     .arg = "S",
     .help = "whose scales are judged; layers: and bin: take " SUBJECT_DEFAULT_SCENARIO
             " when it is not given"},
    {.name = "margin",
     .kind = OPT_REAL,
     .offset = offsetof(struct gate_settings,                                                                                   margin),
     .arg = "PERCENT",
     .min = 0,
     .max = 1000,
     .fallback = "0",
     .help = "the slowdown that fails; 0: the scenario's, or 10"},
    {.name = "cap",
     .kind = OPT_INT,
     .offset = offsetof(struct gate_settings,cap),
     .arg = "PAIRS",
     .min = 10,
     .max = 200,
     .fallback = "60",
     .help = "the most pairs a benchmark may take"},
    {.name = "budget",
     .kind = OPT_REAL,
     .offset = offsetof(struct gate_settings,                                budget),
     .arg = "SECONDS",
     .min = 1,
     .max = 86400,
     .fallback = "300",
     .help = "the most time a benchmark may take once it has its 10 pairs"},
    {.name = "policy",
     .kind = OPT_TEXT,
     .offset = offsetof(struct gate_settings,                                                                                    policy),
     .arg = "POLICY",
     .choices = policies,
     .fallback = "strict",
     .help = "what a BORDERLINE does: fail, fail when the estimate is over, pass"},
    {.name = "set",
     .kind = OPT_TEXTS,
     .offset = offsetof(struct gate_settings,                                                                             set),
     .arg = "NAME=VALUE",
     .help = "a setting of the kernel, over the scenario's; may be repeated"},
    {.name = "seed",
     .kind = OPT_TEXT,
     .offset = offsetof(struct gate_settings,                                                                            seed),
     .arg = "S",
     .help = "of orders and inputs, instead of one from the system; the record holds it"},
    {.name = "out",
     .kind = OPT_TEXT,
     .offset = offsetof(struct gate_settings,out),
     .arg = "FILE",
     .help = "results file to make, instead of results/runs/NAME-TIME.jsonl"},
    {.name = "export",
     .kind = OPT_TEXTS,
     .offset = offsetof(struct gate_settings, export),
     .arg = EXPORT_AFTER_ARG,
     .help = EXPORT_AFTER_HELP},
    {.name = "quiet",
     .kind = OPT_FLAG,
     .offset = offsetof(struct gate_settings,                    quiet),
     .help = "no progress"                                                               },
    OPT_END,
};

/* A run that confirms a FAIL of wall time starts no sooner than this after it. */
static const int64_t confirmation_pause_ns = 10000000000;

/* ---- one benchmark -------------------------------------------------------------------------- */

struct judging {
    struct campaign *campaign;
    struct gate_rule rule;
    int64_t budget_ns;
    struct table *table;
};

static struct json *gate_json(const struct gate *g)
{
    int metric = gate_deciding_metric(g);
    const struct gate_decision *d = &g->decision[metric];
    struct json *o = json_object();
    json_put_text(o, "verdict", gate_verdict_word(d->verdict));
    json_put_text(o, "policy", gate_policy_name(g->rule.policy));
    json_put_text(o, "metric", probe_metrics[metric].name);
    json_put_number(o, "margin_percent", g->rule.margin_percent);
    json_put_number(o, "benchmarks", g->rule.benchmarks);
    json_put_number(o, "look", d->n);
    json_put_number(o, "fail_error", d->fail_error);
    json_put_number(o, "pass_error", d->pass_error);
    json_put_number(o, "lower", record_ratio_bound(d->lower));
    json_put_number(o, "upper", record_ratio_bound(d->upper));
    return o;
}

static void table_heading(struct table *t)
{
    table_row(t, "benchmark", "metric", "verdict", "ratio", "95 % interval", "pairs", "detectable",
              "base", "new", NULL);
}

static void table_metric(struct table *t, const struct cell_result *r, const struct gate *g,
                         int metric)
{
    struct stats_comparison c = record_contrast(r, metric);
    char ratio[UNITS_TEXT], lower[UNITS_TEXT], upper[UNITS_TEXT], base[UNITS_TEXT], new[UNITS_TEXT];
    struct text interval = {0}, pairs = {0}, detectable = {0};
    text_printf(&interval, "%s..%s", units_ratio(lower, c.ratio.low),
                units_ratio(upper, c.ratio.high));
    text_printf(&pairs, "%d", r->count);
    text_printf(&detectable, "%.1f %%", c.detectable_percent);
    table_row(t, r->cell->id, probe_metrics[metric].title,
              gate_verdict_word(g->decision[metric].verdict), units_ratio(ratio, c.ratio.estimate),
              interval.p, pairs.p, detectable.p,
              units_time(base, record_median(r, SIDE_BASE, metric)),
              units_time(new, record_median(r, SIDE_NEW, metric)), NULL);
    text_done(&interval);
    text_done(&pairs);
    text_done(&detectable);
}

/* A row for each metric that could have failed. */
static void table_benchmark(struct table *t, const struct cell_result *r, const struct gate *g)
{
    for (int m = 0; m < PROBE_METRIC_COUNT; m++)
        if (g->judged[m])
            table_metric(t, r, g, m);
}

static const char *outcome(void *context, const struct cell_result *result)
{
    (void)result;
    return gate_verdict_word(gate_outcome(context));
}

/* One sequential run of a cell; its record and table row. *g holds the decisions. */
static bool judge_once(struct judging *j, const struct plan_cell *cell, struct gate *g,
                       struct err *e)
{
    const struct campaign_rule rule = {gate_wants_more, g, outcome, j->rule.cap};
    struct cell_result result;
    struct err unused;
    bool ok = campaign_cell(j->campaign, cell, &rule, &result, e);
    if (ok) {
        table_benchmark(j->table, &result, g);
        ok = campaign_record(j->campaign, record_comparison(&result, gate_json(g), true), e);
    } else {
        bool kept = result.count < RECORD_MIN_PAIRS ||
                    campaign_record(j->campaign, record_comparison(&result, NULL, false), &unused);
        if (!kept || !campaign_failed(j->campaign, cell, e, &unused))
            log_error("%s", unused.text);
    }
    cell_done(&result);
    return ok;
}

static bool pause_for(int64_t ns, struct err *e)
{
    for (int64_t end = probe_now_ns() + ns; probe_now_ns() < end;) {
        if (!interrupt_none(e))
            return false;
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    return true;
}

/* Wall time also holds what other programs did: a FAIL by it counts when a second run, later and
 * independent, fails too. The second run judges all metrics, as the first ended before they were. */
static bool confirm(struct judging *j, const struct plan_cell *cell, struct gate *g,
                    struct arena *a, struct err *e)
{
    log_info("%s: FAIL by wall time; a second run decides", cell->id);
    struct plan_cell again = *cell;
    again.id = arena_format(a, "%s (confirmation)", cell->id);
    campaign_one_more(j->campaign, j->rule.cap);
    if (!pause_for(confirmation_pause_ns, e))
        return false;
    gate_begin(g, &j->rule, j->budget_ns);
    return judge_once(j, &again, g, e);
}

/* Why a verdict is not a plain PASS or FAIL, for the log. */
static void explain(const struct plan_cell *cell, const struct gate_decision *d)
{
    const char *word = gate_verdict_word(d->verdict);
    const char *meaning = gate_verdict_meaning(d->verdict);
    if (d->verdict == GATE_BORDERLINE)
        log_warn("%s: %s: %s; the policy makes it %s", cell->id, word, meaning,
                 d->fails ? "fail" : "pass");
    if (d->verdict == GATE_INCONCLUSIVE && d->pairs_needed > 0)
        log_warn("%s: %s: %s; about %d would do", cell->id, word, meaning, d->pairs_needed);
    else if (d->verdict == GATE_INCONCLUSIVE)
        log_warn("%s: %s: %s", cell->id, word, meaning);
}

static bool judge(struct judging *j, const struct plan_cell *cell, int *status, struct arena *a,
                  struct err *e)
{
    struct gate g;
    j->rule.margin_percent = cell->margin_percent;
    j->rule.pass_error = gate_rule_default.pass_error * gate_pass_share(cell);
    if (!gate_rule_check(&j->rule, e))
        return false;
    gate_begin(&g, &j->rule, j->budget_ns);
    if (!judge_once(j, cell, &g, e))
        return false;
    bool doubtful =
        gate_outcome(&g) == GATE_FAIL && probe_metrics[gate_deciding_metric(&g)].needs_confirmation;
    if (doubtful && !confirm(j, cell, &g, a, e))
        return false;
    explain(cell, &g.decision[gate_deciding_metric(&g)]);
    *status = gate_exit_status(&g.decision[gate_deciding_metric(&g)]);
    return true;
}

/* ---- the suite ------------------------------------------------------------------------------ */

static int suite_metrics(const struct plan *plan)
{
    int n = 0;
    for (int i = 0; i < plan->count; i++)
        n += gate_metric_count(&plan->cells[i]);
    return n;
}

static bool judge_all(struct campaign *c, const struct gate_settings *s, const struct plan *plan,
                      int *status, struct arena *a, struct err *e)
{
    struct table t = {0};
    table_heading(&t);
    struct judging j = {
        .campaign = c,
        .rule = gate_rule_default,
        .budget_ns = (int64_t)(s->budget * 1e9),
        .table = &t,
    };
    j.rule.benchmarks = suite_metrics(plan);
    j.rule.cap = (int)s->cap;
    bool ok = gate_policy_from_name(s->policy, &j.rule.policy);
    *status = 0;
    for (int i = 0; i < plan->count && ok; i++) {
        int one;
        ok = judge(&j, &plan->cells[i], &one, a, e);
        if (ok)
            *status = gate_worse(*status, one);
    }
    progress_end(&c->progress);
    table_print(&t, stdout);
    table_done(&t);
    return ok;
}

static bool gate_plan(const struct gate_settings *s, const struct scenario *scenario,
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
    bool ok = judge_all(&c, s, plan, status, a, e);
    const char *path = arena_text(a, c.writer.path);
    struct err closing;
    printf("results: %s\n", path);
    if (!campaign_close(&c, ok, &closing))
        ok = ok && err_set(e, closing.code, "%s", closing.text);
    return export_after(&s->export, path, ok, e);
}

static bool gate_kernels(const struct gate_settings *s, struct subject_request *r, int *status,
                         struct arena *a, struct err *e)
{
    struct scenario scenario;
    const char *name = s->scenario ? s->scenario : SUBJECT_DEFAULT_SCENARIO;
    if (!scenario_read(&scenario, name, a, e))
        return false;
    struct plan plan;
    struct json *inputs = json_object();
    struct json *settings = run_overrides(&s->set, scenario.kernel, a, e);
    r->settings = settings;
    bool ok = settings && subject_plan(&plan, r, &scenario, a, e);
    if (ok) {
        ok = inputs_prepare(&plan, &scenario, inputs, a, e);
        if (ok) {
            ok = gate_plan(s, &scenario, &plan, inputs, status, a, e);
            inputs = NULL;
        }
        plan_done(&plan);
    }
    json_free(inputs);
    json_free(settings);
    scenario_done(&scenario);
    return ok;
}

static bool gate_commands(const struct gate_settings *s, const struct subject_request *r,
                          int *status, struct arena *a, struct err *e)
{
    struct plan plan;
    if (s->set.n)
        return err_input(e, "--set: two commands have no settings");
    if (!subject_plan(&plan, r, NULL, a, e))
        return false;
    bool ok = gate_plan(s, NULL, &plan, json_object(), status, a, e);
    plan_done(&plan);
    return ok;
}

static enum err_code run_gate(const struct invocation *in, struct err *e)
{
    static const enum err_code codes[] = {
        [0] = ERR_OK, [1] = ERR_REGRESSION, [3] = ERR_INCONCLUSIVE};
    const struct gate_settings *s = in->settings;
    log_set_quiet(s->quiet);
    struct subject_request r = {
        .base = s->base, .new = s->new, .scenario = s->scenario, .margin_percent = s->margin};
    int status = 0;
    if (!export_after_check(&s->export, s->out, e))
        return e->code;
    bool ok = subject_needs_scenario(&r) ? gate_kernels(s, &r, &status, in->arena, e)
                                         : gate_commands(s, &r, &status, in->arena, e);
    return ok ? codes[status] : e->code;
}

const struct command command_gate = {
    .name = "gate",
    .arguments = "[--scenario S] --base SIDE --new SIDE",
    .summary = "pass or fail a change: is the new side more than the margin slower",
    .details =
        "Pairs are added until a slowdown of the margin (10 %) is excluded (PASS), proven (FAIL), "
        "or\n"
        "the cap or budget is reached: BORDERLINE when the interval is within 2.5 %, else\n"
        "INCONCLUSIVE. Errors are controlled over all looks and benchmarks: a false FAIL 0.5 %, a\n"
        "false PASS 5 %. A FAIL by wall time is confirmed by a second run.\n"
        "  cupel gate --scenario micro-grid --base layers:none --new layers:all\n"
        "  cupel gate --base bin:./cupel-before --new layers:all\n"
        "  cupel gate --base './old --flag' --new './new --flag'",
    .options = gate_options,
    .settings_size = sizeof(struct gate_settings),
    .run = run_gate,
};

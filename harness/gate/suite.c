#include "harness/gate/suite.h"

#include "harness/base/log.h"
#include "harness/base/mem.h"
#include "harness/probe/machine.h"
#include "harness/result/record.h"
#include "harness/run/interrupt.h"

#include <time.h>

struct suite_options suite_defaults(void)
{
    return (struct suite_options){
        .rule = gate_rule_default, .budget_ns = 300000000000, .pause_ns = 10000000000};
}

void suite_begin(struct suite *s, struct campaign *c, const struct suite_options *o,
                 const struct plan *plan, struct arena *a)
{
    *s = (struct suite){.campaign = c, .options = *o, .arena = a};
    s->options.rule.benchmarks = 0;
    for (int i = 0; i < plan->count; i++)
        s->options.rule.benchmarks += gate_metric_count(&plan->cells[i]);
}

void suite_done(struct suite *s)
{
    mem_free(MEM_BASE, s->rows);
    s->rows = NULL;
}

/* ---- what came of a run ---------------------------------------------------------------------- */

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

static struct suite_row *new_row(struct suite *s)
{
    if (s->count == s->capacity) {
        s->capacity = s->capacity ? 2 * s->capacity : 8;
        s->rows = mem_resize(MEM_BASE, s->rows, (size_t)s->capacity * sizeof *s->rows);
    }
    return &s->rows[s->count++];
}

/* A row for each metric that could have failed. */
static void add_rows(struct suite *s, const struct cell_result *r, const struct gate *g)
{
    for (int m = 0; m < PROBE_METRIC_COUNT; m++) {
        if (!g->judged[m])
            continue;
        struct stats_comparison c = record_contrast(r, m);
        *new_row(s) = (struct suite_row){
            .benchmark = r->cell->id,
            .metric = &probe_metrics[m],
            .verdict = g->decision[m].verdict,
            .ratio = c.ratio,
            .pairs = r->count,
            .detectable_percent = c.detectable_percent,
            .base = record_median(r, SIDE_BASE, m),
            .new = record_median(r, SIDE_NEW, m),
        };
    }
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

/* ---- one benchmark --------------------------------------------------------------------------- */

static const char *outcome(void *context, const struct cell_result *result)
{
    (void)result;
    return gate_verdict_word(gate_outcome(context));
}

/* The record of a cell that was cut short: what was measured, or why nothing was. */
static void keep_what_is_there(struct suite *s, const struct cell_result *result,
                               const struct err *why)
{
    struct err unused;
    bool kept = result->count < RECORD_MIN_PAIRS ||
                campaign_record(s->campaign, record_comparison(result, NULL, false), &unused);
    if (!kept || !campaign_failed(s->campaign, result->cell, why, &unused))
        log_error("%s", unused.text);
}

/* One sequential run of a cell; its record and rows. *g holds the decisions. */
static bool judge_once(struct suite *s, const struct plan_cell *cell, const struct gate_rule *rule,
                       struct gate *g, struct err *e)
{
    gate_begin(g, rule, s->options.budget_ns);
    const struct campaign_rule wants = {gate_wants_more, g, outcome, rule->cap};
    struct cell_result result;
    bool ok = campaign_cell(s->campaign, cell, &wants, &result, e);
    if (ok) {
        add_rows(s, &result, g);
        ok = campaign_record(s->campaign, record_comparison(&result, gate_json(g), true), e);
    } else {
        keep_what_is_there(s, &result, e);
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
static bool confirm(struct suite *s, const struct plan_cell *cell, const struct gate_rule *rule,
                    struct gate *g, struct err *e)
{
    log_info("%s: FAIL by wall time; a second run decides", cell->id);
    struct plan_cell again = *cell;
    again.id = arena_format(s->arena, "%s (confirmation)", cell->id);
    campaign_one_more(s->campaign, rule->cap);
    return pause_for(s->options.pause_ns, e) && judge_once(s, &again, rule, g, e);
}

bool suite_judge(struct suite *s, const struct plan_cell *cell, struct err *e)
{
    struct gate g;
    struct gate_rule rule = s->options.rule;
    rule.margin_percent = cell->margin_percent;
    rule.pass_error *= gate_pass_share(cell);
    if (!gate_rule_check(&rule, e) || !judge_once(s, cell, &rule, &g, e))
        return false;
    bool doubtful =
        gate_outcome(&g) == GATE_FAIL && probe_metrics[gate_deciding_metric(&g)].needs_confirmation;
    if (doubtful && !confirm(s, cell, &rule, &g, e))
        return false;
    const struct gate_decision *decided = &g.decision[gate_deciding_metric(&g)];
    explain(cell, decided);
    s->status = gate_worse(s->status, gate_exit_status(decided));
    return true;
}

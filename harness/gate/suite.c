#include "harness/gate/suite.h"

#include "harness/base/log.h"
#include "harness/base/mem.h"
#include "harness/gate/exact.h"
#include "harness/probe/machine.h"
#include "harness/result/record.h"
#include "harness/run/counted.h"
#include "harness/run/interrupt.h"

#include <stdio.h>
#include <time.h>

struct suite_options suite_defaults(void)
{
    return (struct suite_options){.judging = judging_default(), .pause_ns = 10000000000};
}

static struct gate_rule rule_of(const struct judging *j, const struct plan *plan)
{
    struct gate_rule rule = gate_rule_default;
    rule.cap = (int)j->cap;
    rule.fail_error = j->fail_error;
    rule.pass_error = j->pass_error;
    if (!gate_policy_from_name(j->policy, &rule.policy))
        rule.policy = GATE_STRICT; /* the settings' rows allow no other name */
    rule.benchmarks = 0;
    for (int i = 0; i < plan->count; i++)
        rule.benchmarks += gate_metric_count(&plan->cells[i], j);
    return rule;
}

void suite_begin(struct suite *s, struct campaign *c, const struct suite_options *o,
                 const struct plan *plan, struct arena *a)
{
    *s = (struct suite){
        .campaign = c, .options = *o, .rule = rule_of(&o->judging, plan), .arena = a};
}

void suite_done(struct suite *s)
{
    mem_free(MEM_BASE, s->rows);
    s->rows = NULL;
}

/* ---- what came of a run ---------------------------------------------------------------------- */

/* What a benchmark came to: its rows, and what was spent on the one that decides. */
struct findings {
    struct judged rows[METRIC_COUNT];
    int count;
    struct gate gate; /* of the times */
    bool provisional; /* a second run decides */
};

static const struct judged *decider(const struct findings *f)
{
    return &f->rows[judged_worst(f->rows, f->count)];
}

static struct json *gate_json(const struct suite *s, const struct findings *f)
{
    const struct judged *row = decider(f);
    static const struct gate_decision none;
    const struct gate_decision *d =
        row->kind == JUDGED_TIMING ? &f->gate.decision[row->metric] : &none;
    struct json *o = json_object();
    json_put_text(o, "verdict", gate_verdict_word(row->verdict));
    json_put_bool(o, "fails", row->fails);
    json_put_text(o, "policy", gate_policy_name(s->rule.policy));
    json_put_text(o, "metric", metric_rows[row->metric].name);
    json_put_number(o, "margin_percent", row->margin_percent);
    json_put_number(o, "benchmarks", s->rule.benchmarks);
    json_put_number(o, "look", d->n);
    json_put_number(o, "fail_error", d->fail_error);
    json_put_number(o, "pass_error", d->pass_error);
    json_put_number(o, "lower", row->lower);
    json_put_number(o, "upper", row->upper);
    json_put(o, "judged", judged_to_json(f->rows, f->count));
    if (f->provisional)
        json_put_bool(o, "provisional", true);
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

static void add_rows(struct suite *s, const struct plan_cell *cell, const struct findings *f)
{
    for (int i = 0; i < f->count; i++)
        *new_row(s) = (struct suite_row){cell->id, f->rows[i], f->provisional};
}

const char *suite_verdict(const struct suite *s)
{
    const struct judged *worst = NULL;
    for (int i = 0; i < s->count; i++) {
        const struct judged *row = &s->rows[i].judged;
        if (!s->rows[i].provisional &&
            (!worst || judged_worst((const struct judged[]){*worst, *row}, 2) == 1))
            worst = row;
    }
    return worst ? gate_verdict_word(worst->verdict) : "";
}

/* What would have decided, where wall time could not and CPU time could. */
static const char *way_out(const struct findings *f)
{
    bool cpu_is_clear =
        f->gate.judged[PROBE_CPU] && f->gate.decision[PROBE_CPU].verdict == GATE_PASS;
    const struct judged *row = decider(f);
    return row->kind == JUDGED_TIMING && row->metric == PROBE_WALL && cpu_is_clear
               ? "; CPU time is clear, and --metric cpu judges by it alone"
               : "";
}

/* Why a verdict is not a plain PASS or FAIL, for the log. */
static void explain(const struct plan_cell *cell, const struct findings *f)
{
    const struct judged *row = decider(f);
    const char *word = gate_verdict_word(row->verdict), *name = metric_rows[row->metric].name;
    const char *meaning = row->reason[0] ? row->reason : gate_verdict_meaning(row->verdict);
    int needed = row->kind == JUDGED_TIMING ? f->gate.decision[row->metric].pairs_needed : 0;
    if (row->verdict == GATE_BORDERLINE)
        log_warn("%s: %s: %s: %s; the policy makes it %s", cell->id, name, word, meaning,
                 row->fails ? "fail" : "pass");
    if (row->verdict == GATE_INCONCLUSIVE && needed > 0)
        log_warn("%s: %s: %s: %s; about %d would do%s", cell->id, name, word, meaning, needed,
                 way_out(f));
    else if (row->verdict == GATE_INCONCLUSIVE)
        log_warn("%s: %s: %s: %s%s", cell->id, name, word, meaning, way_out(f));
}

/* Runs that failed, or left processes whose time is in no figure, are no measure of the work. */
static void warn_of_ends(const struct pair_runner *r, const struct plan_cell *cell)
{
    const char *names[SIDES] = {[SIDE_BASE] = "base", [SIDE_NEW] = "new"};
    for (int s = 0; s < SIDES; s++) {
        const struct pair_ends *ends = &r->ends[s];
        if (ends->failed)
            log_warn("%s: %s: %ld of %ld runs failed", cell->id, names[s], ends->failed,
                     ends->runs);
        if (ends->left)
            log_warn("%s: %s: %ld of %ld runs left processes running; their CPU time is in no "
                     "figure",
                     cell->id, names[s], ends->left, ends->runs);
    }
}

/* ---- one benchmark --------------------------------------------------------------------------- */

static const char *outcome(void *context, const struct cell_result *result)
{
    (void)result;
    return gate_verdict_word(gate_outcome(context));
}

static int deciding_metric(const void *context)
{
    return gate_deciding_metric(context);
}

static bool counts_more(void *context, const struct cell_result *so_far)
{
    (void)context;
    return so_far->count < EXACT_RUNS;
}

static const char *counted(void *context, const struct cell_result *result)
{
    (void)context;
    (void)result;
    return "counted";
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

/* A metric that was asked for by its name and that this cell does not have. */
static bool all_are_there(const struct suite *s, const struct cell_result *r, struct err *e)
{
    for (int m = 0; m < PROBE_METRIC_COUNT; m++)
        if (s->options.judging.named[m] && !cell_has_metric(r, m))
            return err_input(
                e, "%s: %s is not available: this system does not tell a process's queueing",
                r->cell->id, metric_rows[m].name);
    return true;
}

static bool record(struct suite *s, const struct cell_result *r, const struct findings *f,
                   struct err *e)
{
    add_rows(s, r->cell, f);
    return campaign_record(s->campaign, record_comparison(r, gate_json(s, f), true), e);
}

/* A FAIL by wall time counts when a second run fails too. */
static bool needs_second_run(const struct findings *f)
{
    const struct judged *row = decider(f);
    return row->kind == JUDGED_TIMING && row->verdict == GATE_FAIL &&
           probe_metrics[row->metric].needs_confirmation;
}

/* One sequential run of a cell; its record and rows. *f: the exact metrics' rows are there, those of the
 * times are put before them. */
static bool judge_times(struct suite *s, const struct plan_cell *cell, const struct gate_rule *rule,
                        struct findings *f, bool is_last, struct err *e)
{
    gate_begin(&f->gate, rule, &s->options.judging);
    const struct campaign_rule wants = {.wants_more = gate_wants_more,
                                        .context = &f->gate,
                                        .outcome = outcome,
                                        .metric = deciding_metric,
                                        .pairs_max = rule->cap};
    struct cell_result result;
    bool ok = campaign_cell(s->campaign, cell, &wants, &result, e) && all_are_there(s, &result, e);
    warn_of_ends(&s->campaign->runner, cell);
    if (ok) {
        const struct findings exact = *f;
        f->count = gate_rows(&f->gate, &result, f->rows);
        for (int i = 0; i < exact.count; i++)
            f->rows[f->count++] = exact.rows[i];
        f->provisional = !is_last && needs_second_run(f);
        ok = record(s, &result, f, e);
    } else {
        keep_what_is_there(s, &result, e);
    }
    cell_done(&result);
    return ok;
}

/* A command tells nothing of itself. */
static bool refuse_command(const struct suite *s, const struct plan_cell *cell, struct err *e)
{
    struct metric_range none[METRIC_COUNT] = {{.available = false}};
    struct judged unused[METRIC_COUNT];
    int n;
    for (int i = 0; i < METRIC_COUNT; i++)
        snprintf(none[i].reason, sizeof none[i].reason, "a command line counts nothing");
    return exact_rows(&s->options.judging, cell->id, none, none, unused, &n, e);
}

/* The exact metrics, from whole runs. Without times to judge these runs are the record. */
static bool judge_exact(struct suite *s, const struct plan_cell *cell, struct findings *f,
                        struct err *e)
{
    const struct judging *j = &s->options.judging;
    const struct campaign_rule wants = {.wants_more = counts_more,
                                        .outcome = counted,
                                        .pairs_max = EXACT_RUNS,
                                        .measure = counted_pair,
                                        .measure_context = j};
    struct cell_result r;
    bool is_all = !judging_wants_timing(j);
    bool ok = is_all ? campaign_cell(s->campaign, cell, &wants, &r, e)
                     : campaign_part(s->campaign, cell, &wants, &r, e);
    ok = ok && exact_rows(j, cell->id, r.sides[SIDE_BASE].exact, r.sides[SIDE_NEW].exact, f->rows,
                          &f->count, e);
    if (ok && is_all)
        ok = record(s, &r, f, e);
    else if (!ok)
        keep_what_is_there(s, &r, e);
    cell_done(&r);
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
 * independent, fails too. The second run judges all times, as the first ended before they were. */
static bool confirm(struct suite *s, const struct plan_cell *cell, const struct gate_rule *rule,
                    struct findings *f, struct err *e)
{
    log_info("%s: FAIL by wall time; a second run decides", cell->id);
    struct plan_cell again = *cell;
    again.id = arena_format(s->arena, "%s (confirmation)", cell->id);
    again.name = arena_format(s->arena, "%s (confirmation)", cell->name);
    campaign_one_more(s->campaign, rule->cap);
    return pause_for(s->options.pause_ns, e) && judge_times(s, &again, rule, f, true, e);
}

static bool judge(struct suite *s, const struct plan_cell *cell, struct findings *f, struct err *e)
{
    const struct judging *j = &s->options.judging;
    struct gate_rule rule = s->rule;
    rule.pass_error *= gate_pass_share(cell, j);
    if (!cell->base.kernel && !refuse_command(s, cell, e))
        return false;
    if (judging_wants_exact(j) && !judge_exact(s, cell, f, e))
        return false;
    if (!judging_wants_timing(j))
        return true;
    const struct findings exact = *f;
    if (!gate_rule_check(&rule, e) || !judge_times(s, cell, &rule, f, false, e))
        return false;
    if (!f->provisional)
        return true;
    *f = exact;
    return confirm(s, cell, &rule, f, e);
}

bool suite_judge(struct suite *s, const struct plan_cell *cell, struct err *e)
{
    struct findings found = {.count = 0};
    if (!judge(s, cell, &found, e))
        return false;
    if (found.count == 0)
        return err_input(e, "%s: nothing was judged", cell->id);
    explain(cell, &found);
    s->status = judged_worse(s->status, judged_exit_status(decider(&found)));
    return true;
}

bool suite_has_judged(const struct suite *s, struct err *e)
{
    return s->count > 0 || err_input(e, "nothing was judged: there is no benchmark");
}

#include "harness/gate/gate.h"

#include "harness/base/mem.h"
#include "harness/probe/machine.h"
#include "harness/result/record.h"

_Static_assert((int)METRIC_CPU == (int)PROBE_CPU && (int)METRIC_NET == (int)PROBE_NET &&
                   (int)METRIC_WALL == (int)PROBE_WALL,
               "the clocks' rows come first, in the order of probe_metrics");

/* A command whose CPU time is further apart than this share from its wall time less queueing is judged by wall
 * time too: CPU time alone would pass `sleep 0.2` against `sleep 0.1`, and work that is no more done side by
 * side. */
static const double busy_share = 0.9;

/* A command with less CPU time than this share of it is judged by wall time alone: five times as much would
 * not be a slowdown of the margin, and next to nothing is mostly noise. */
static const double idle_share = 0.02;

/* Several processes that share one computation: what they lose by waiting for each other is in no CPU time. */
static bool is_shared_compute(const struct plan_cell *cell)
{
    const struct kernel *k = cell->base.kernel;
    return k && k->cut == KERNEL_REPEAT && (cell->base.is_wide || cell->new.is_wide);
}

/* Can this metric of the cell fail? */
static bool can_fail(const struct plan_cell *cell, const struct judging *j, int metric)
{
    const struct kernel *k = cell->base.kernel;
    if (j->wanted[metric])
        return true;
    switch (metric) {
    case PROBE_CPU: return j->timing;
    case PROBE_NET: return j->timing && k && k->cut == KERNEL_ONCE;
    default: return j->timing && (!k || is_shared_compute(cell));
    }
}

int gate_metric_count(const struct plan_cell *cell, const struct judging *j)
{
    int n = 0;
    for (int m = 0; m < PROBE_METRIC_COUNT; m++)
        n += can_fail(cell, j, m);
    return n;
}

double gate_pass_share(const struct plan_cell *cell, const struct judging *j)
{
    for (int m = 0; m < PROBE_METRIC_COUNT; m++)
        if (can_fail(cell, j, m) && probe_metrics[m].needs_confirmation)
            return 0.5;
    return 1;
}

void gate_begin(struct gate *g, const struct gate_rule *rule, const struct judging *j)
{
    *g = (struct gate){.rule = *rule, .judging = *j, .started_ns = probe_now_ns()};
}

/* Is CPU time as a share of wall time less queueing not within [low, high), of either side in a quarter of the
 * pairs or more? What fewer do does not move the estimate, which holds out against 29 %. */
static bool is_often_outside(const struct cell_result *r, double low, double high)
{
    int n[SIDES] = {0};
    for (int i = 0; i < r->count; i++)
        for (int s = 0; s < SIDES; s++) {
            const struct probe_slice *work = &r->pairs[i].work[s];
            double cpu = probe_metrics[PROBE_CPU].value(work);
            double net = probe_metrics[PROBE_NET].value(work);
            n[s] += cpu < low * net || cpu >= high * net;
        }
    return 4 * n[SIDE_BASE] >= r->count || 4 * n[SIDE_NEW] >= r->count;
}

/* Does a command wait, or work on several CPUs? */
static bool waits(const struct cell_result *r)
{
    return is_often_outside(r, busy_share, 1 / busy_share);
}

/* Does it do anything else but wait? */
static bool works(const struct cell_result *r)
{
    return is_often_outside(r, 0, idle_share);
}

/* Compute is judged by CPU time; work with files by wall less queueing besides (its waiting for the
 * disk counts); a command by wall besides when it waits or has several CPUs at work, by wall alone when it
 * does nothing but wait, and compute of several processes by both always. What a command does is told of as
 * many pairs as the first look has, and never by which side is the faster. */
static bool is_judged(const struct gate *g, const struct cell_result *r, int metric)
{
    if (!can_fail(r->cell, &g->judging, metric) || !cell_has_metric(r, metric))
        return false;
    if (g->judging.wanted[metric] || r->cell->base.kernel)
        return true;
    return r->count >= GATE_MIN_PAIRS && (metric == PROBE_WALL ? waits(r) : works(r));
}

static void judge(struct gate *g, const struct cell_result *r, int metric, bool out_of_budget)
{
    g->judged[metric] = g->judged[metric] || is_judged(g, r, metric);
    if (!g->judged[metric] || g->decision[metric].verdict != GATE_CONTINUE)
        return;
    double *ratios = mem_alloc(MEM_BASE, (size_t)r->count * sizeof *ratios);
    cell_log_ratios(r, metric, ratios);
    struct gate_rule rule = g->rule;
    rule.margin_percent = g->judging.margin[metric];
    g->decision[metric] = gate_decide(&rule, ratios, r->count, out_of_budget);
    mem_free(MEM_BASE, ratios);
}

bool gate_wants_more(void *context, const struct cell_result *so_far)
{
    struct gate *g = context;
    /* No budget is a reason to judge by fewer pairs than any verdict needs. */
    bool out_of_budget = so_far->count >= GATE_MIN_PAIRS &&
                         (double)(probe_now_ns() - g->started_ns) >= g->judging.budget_s * 1e9;
    bool open = false;
    for (int m = 0; m < PROBE_METRIC_COUNT; m++) {
        judge(g, so_far, m, out_of_budget);
        if (g->judged[m] && g->decision[m].verdict == GATE_FAIL)
            return false;
        open = open || (g->judged[m] && g->decision[m].verdict == GATE_CONTINUE);
    }
    return open || so_far->count < GATE_MIN_PAIRS;
}

/* Without what only a record shows. */
static struct judged row_of(const struct gate *g, int metric)
{
    const struct gate_decision *d = &g->decision[metric];
    return (struct judged){.metric = metric,
                           .kind = JUDGED_TIMING,
                           .verdict = d->verdict,
                           .fails = d->fails,
                           .margin_percent = g->judging.margin[metric],
                           .lower = record_ratio_bound(d->lower),
                           .upper = record_ratio_bound(d->upper)};
}

int gate_rows(const struct gate *g, const struct cell_result *r,
              struct judged rows[PROBE_METRIC_COUNT])
{
    int n = 0;
    for (int m = 0; m < PROBE_METRIC_COUNT; m++) {
        if (!g->judged[m])
            continue;
        struct stats_comparison c = record_contrast(r, m);
        rows[n] = row_of(g, m);
        rows[n].ratio = c.ratio;
        rows[n].pairs = r->count;
        rows[n].detectable_percent = c.detectable_percent;
        rows[n].base = record_median(r, SIDE_BASE, m);
        rows[n++].new = record_median(r, SIDE_NEW, m);
    }
    return n;
}

int gate_deciding_metric(const struct gate *g)
{
    struct judged rows[PROBE_METRIC_COUNT];
    int n = 0;
    for (int m = 0; m < PROBE_METRIC_COUNT; m++)
        if (g->judged[m])
            rows[n++] = row_of(g, m);
    return n ? rows[judged_worst(rows, n)].metric : PROBE_CPU;
}

enum gate_verdict gate_outcome(const struct gate *g)
{
    return g->decision[gate_deciding_metric(g)].verdict;
}

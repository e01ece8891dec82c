#include "harness/gate/gate.h"

#include "harness/base/mem.h"
#include "harness/probe/machine.h"

/* A command that waits more than this share of its time is judged by wall time too: CPU time alone
 * would pass `sleep 0.2` against `sleep 0.1`. */
static const double busy_share = 0.9;

int gate_metric_count(const struct plan_cell *cell)
{
    const struct kernel *k = cell->base.kernel;
    return k && k->cut == KERNEL_REPEAT ? 1 : 2;
}

double gate_pass_share(const struct plan_cell *cell)
{
    return cell->base.kernel ? 1 : 0.5;
}

void gate_begin(struct gate *g, const struct gate_rule *rule, int64_t budget_ns)
{
    *g = (struct gate){.rule = *rule, .started_ns = probe_now_ns(), .budget_ns = budget_ns};
}

static bool waits(const struct cell_result *r)
{
    for (int s = 0; s < SIDES; s++) {
        double cpu = 0, wall = 0;
        for (int i = 0; i < r->count; i++) {
            cpu += (double)r->pairs[i].work[s].cpu_ns;
            wall += (double)r->pairs[i].work[s].wall_ns;
        }
        if (cpu < busy_share * wall)
            return true;
    }
    return false;
}

/* Compute is judged by CPU time; work with files by wall less queueing besides (its waiting for the
 * disk counts); a command by wall besides when it waits. */
static bool is_judged(const struct cell_result *r, int metric)
{
    const struct kernel *k = r->cell->base.kernel;
    switch (metric) {
    case PROBE_CPU: return true;
    case PROBE_NET: return k && k->cut == KERNEL_ONCE && r->has_delay;
    default: return !k && waits(r);
    }
}

static void judge(struct gate *g, const struct cell_result *r, int metric, bool out_of_budget)
{
    g->judged[metric] = g->judged[metric] || is_judged(r, metric);
    if (!g->judged[metric] || g->decision[metric].verdict != GATE_CONTINUE)
        return;
    double *ratios = mem_alloc(MEM_BASE, (size_t)r->count * sizeof *ratios);
    cell_log_ratios(r, metric, ratios);
    g->decision[metric] = gate_decide(&g->rule, ratios, r->count, out_of_budget);
    mem_free(MEM_BASE, ratios);
}

bool gate_wants_more(void *context, const struct cell_result *so_far)
{
    struct gate *g = context;
    /* No budget is a reason to judge by fewer pairs than any verdict needs. */
    bool out_of_budget =
        so_far->count >= GATE_MIN_PAIRS && probe_now_ns() - g->started_ns >= g->budget_ns;
    bool open = false;
    for (int m = 0; m < PROBE_METRIC_COUNT; m++) {
        judge(g, so_far, m, out_of_budget);
        if (g->judged[m] && g->decision[m].verdict == GATE_FAIL)
            return false;
        open = open || (g->judged[m] && g->decision[m].verdict == GATE_CONTINUE);
    }
    return open;
}

int gate_deciding_metric(const struct gate *g)
{
    /* What outweighs what; a metric still open when another one failed does not count. */
    static const enum gate_verdict order[] = {GATE_FAIL, GATE_INCONCLUSIVE, GATE_BORDERLINE,
                                              GATE_PASS};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        for (int m = 0; m < PROBE_METRIC_COUNT; m++)
            if (g->judged[m] && g->decision[m].verdict == order[i])
                return m;
    return PROBE_CPU;
}

enum gate_verdict gate_outcome(const struct gate *g)
{
    return g->decision[gate_deciding_metric(g)].verdict;
}

int gate_worse(int a, int b)
{
    static const int weight[] = {[0] = 0, [3] = 1, [1] = 2};
    return weight[a] >= weight[b] ? a : b;
}

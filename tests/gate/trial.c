#include "tests/gate/trial.h"

#include "harness/base/json.h"
#include "harness/probe/machine.h"
#include "harness/result/record.h"
#include "kernels/registry.h"
#include "tests/gate/bursts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* CPU time is what compute is gated on, wall time less queueing what work with files is. */
const struct trial_cell trial_cells[TRIAL_CELLS] = {
    {"spin/quiet",    "spin",   false, PROBE_CPU},
    {"stream/quiet",  "stream", false, PROBE_CPU},
    {"files/quiet",   "files",  false, PROBE_NET},
    {"spin/bursty",   "spin",   true,  PROBE_CPU},
    {"stream/bursty", "stream", true,  PROBE_CPU},
    {"files/bursty",  "files",  true,  PROBE_NET},
};

const double trial_percents[TRIAL_PERCENTS] = {0, 5, 10, 12, 15, 20};

/* ---- the sides -------------------------------------------------------------------------------- */

static bool make_side(struct plan_side *side, const struct trial_cell *cell, double percent,
                      const struct trial_options *o, struct err *e)
{
    *side = (struct plan_side){.label = cell->kernel, .layer_set = "none", .binary = o->cupel};
    side->settings = json_object();
    json_put_number(side->settings, "extra_percent", percent);
    side->kernel = kernel_find(cell->kernel, e);
    return side->kernel != NULL;
}

/* ---- pairs ------------------------------------------------------------------------------------ */

struct machine {
    struct pair_runner runner;
    struct bursts bursts;
    int cpus[PAIR_CPUS_MAX], cpu_count; /* that this process may use */
};

/* With a load, all pairs of the trial and the load share one CPU. */
static bool share_cpu(struct machine *m, struct err *e)
{
    struct pair_runner *r = &m->runner;
    if (r->cpu_count == 0)
        return err_input(e, "the system does not say which CPUs may be used");
    r->cpus[0] = r->cpus[rng_below(&r->rng, (uint64_t)r->cpu_count)];
    r->cpu_count = 1;
    return bursts_start(&m->bursts, r->cpus[0], rng_mix(r->seed), e);
}

static bool machine_open(struct machine *m, const struct trial_cell *cell,
                         const struct trial_options *o, struct err *e)
{
    *m = (struct machine){.bursts = {0}};
    if (!pair_runner_open(&m->runner, o->seed, o->state, e))
        return false;
    m->runner.watch = o->watch;
    m->cpu_count = m->runner.cpu_count;
    memcpy(m->cpus, m->runner.cpus, sizeof m->cpus);
    return !cell->is_bursty || share_cpu(m, e);
}

static void machine_close(struct machine *m)
{
    struct err unused;
    bursts_stop(&m->bursts);
    pair_runner_close(&m->runner);
    if (m->cpu_count > 0 && !probe_allow(m->cpus, m->cpu_count, &unused))
        return; /* the next trial is bound to one CPU, as all of its pairs are anyway */
}

static bool measure(struct cell_result *result, const struct trial_cell *of,
                    const struct trial_options *o, trial_wants_more *wants_more, void *context,
                    struct err *e)
{
    struct machine m;
    bool ok = machine_open(&m, of, o, e);
    do
        ok = ok && pair_run(&m.runner, result, e);
    while (ok && wants_more(context, result));
    machine_close(&m);
    return ok;
}

bool trial_measure(struct trial_pairs *p, int cell, int percent, const struct trial_options *o,
                   trial_wants_more *wants_more, void *context, struct err *e)
{
    const struct trial_cell *of = &trial_cells[cell];
    p->cell = (struct plan_cell){.id = of->name, .name = of->name, .margin_percent = 10};
    cell_init(&p->result, &p->cell);
    return make_side(&p->cell.base, of, 0, o, e) &&
           make_side(&p->cell.new, of, trial_percents[percent], o, e) &&
           measure(&p->result, of, o, wants_more, context, e);
}

void trial_pairs_done(struct trial_pairs *p)
{
    cell_done(&p->result);
    json_free(p->cell.base.settings);
    json_free(p->cell.new.settings);
}

/* ---- verdicts --------------------------------------------------------------------------------- */

static void keep(struct trial *t, const struct gate *g, const struct cell_result *r)
{
    t->metric = gate_deciding_metric(g);
    const struct gate_decision *d = &g->decision[t->metric];
    t->verdict = d->verdict;
    t->status = gate_exit_status(d);
    t->pairs = r->count;
    t->ratio = record_contrast(r, t->metric).ratio;
    for (int m = 0; m < PROBE_METRIC_COUNT; m++)
        if ((t->judged[m] = g->judged[m]))
            cell_log_ratios(r, m, t->log_ratio[m]);
}

/* The rule of a suite of one benchmark; none of the metrics of these kernels needs a confirmation. */
static void begin(struct gate *g, const struct plan_cell *cell)
{
    struct judging judging = judging_default();
    struct gate_rule rule = gate_rule_default;
    rule.benchmarks = gate_metric_count(cell, &judging);
    rule.pass_error *= gate_pass_share(cell, &judging);
    gate_begin(g, &rule, &judging);
}

static bool wants_more_begun(void *context, const struct cell_result *so_far)
{
    if (so_far->count == 1)
        begin(context, so_far->cell);
    return gate_wants_more(context, so_far);
}

bool trial_run(struct trial *t, int cell, int percent, const struct trial_options *o, struct err *e)
{
    *t = (struct trial){.cell = cell, .percent = percent};
    struct trial_pairs p;
    struct gate g;
    int64_t begin = probe_now_ns();
    if (getloadavg(&t->load, 1) != 1)
        t->load = (double)NAN;
    bool ok = trial_measure(&p, cell, percent, o, wants_more_begun, &g, e);
    t->seconds = (double)(probe_now_ns() - begin) / 1e9;
    if (ok)
        keep(t, &g, &p.result);
    trial_pairs_done(&p);
    return ok;
}

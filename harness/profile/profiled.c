#include "harness/profile/profiled.h"

#include "harness/base/json.h"
#include "harness/probe/machine.h"
#include "harness/profile/followed.h"
#include "harness/profile/names.h"
#include "harness/run/interrupt.h"
#include "harness/run/whole.h"

#include <math.h>

enum { IDLE_RUNS = 10, SAMPLES_A_RUN = 20 };

/* ---- sums ------------------------------------------------------------------------------------ */

static void add_facts(struct sampler_facts *sum, const struct sampler_facts *f)
{
    const struct sampler_facts before = *sum;
    double samples = (double)(before.samples + f->samples);
    *sum = *f;
    if (samples > 0)
        sum->period_ns = (uint64_t)(((double)before.samples * (double)before.period_ns +
                                     (double)f->samples * (double)f->period_ns) /
                                    samples);
    sum->samples += before.samples;
    sum->lost += before.lost;
    sum->cut += before.cut;
    sum->outside += before.outside;
    sum->processes += before.processes;
    sum->threads += before.threads;
}

/* Ends the sampler in any case; what it saw counts only when the run went well. */
static bool end_sampler(struct profiled *p, struct sampler *s, bool ok, struct err *e)
{
    struct sampler_facts facts = {0};
    struct err unheard;
    if (!s)
        return false;
    if (!sampler_close(s, ok ? &p->stacks : NULL, &facts, ok ? e : &unheard) || !ok)
        return false;
    add_facts(&p->facts, &facts);
    p->runs++;
    return true;
}

/* ---- a kernel -------------------------------------------------------------------------------- */

/* Equal iterations, ever more of them at once, for as long as the samples that are wanted take: by the
 * worker's clock, or by ours where its iterations take no time that it tells. */
static bool repeat(struct side_process *p, double seconds, double *iterations,
                   struct probe_slice *sum, struct err *e)
{
    const int64_t long_enough_ns = 50000000, began = probe_now_ns();
    const long most = 1L << 30;
    long at = 0, n = 1;
    while ((double)sum->wall_ns < seconds * 1e9 &&
           (double)(probe_now_ns() - began) < 2 * seconds * 1e9) {
        struct probe_slice slice;
        if (!side_step(p, at, at + n, &slice, e) || !interrupt_none(e))
            return false;
        probe_slice_add(sum, &slice);
        at += n;
        n *= slice.wall_ns < long_enough_ns && n < most ? 2 : 1;
    }
    struct probe_slice finish;
    *iterations = (double)at;
    return side_finish(p, &finish, e);
}

/* *done: runs or iterations. */
static bool work(struct side_process *p, const struct side_work *work, double seconds, double *done,
                 struct probe_slice *slice, struct err *e)
{
    *slice = (struct probe_slice){0};
    *done = 1;
    return p->side->kernel->cut == KERNEL_ONCE ? whole_work(p, work, 0, slice, e)
                                               : repeat(p, seconds, done, slice, e);
}

/* The worker is followed before it prepares, so that processes which preparing starts are too. */
static bool sample_worker(struct profiled *p, struct side_process *w,
                          const struct profiled_rule *rule, double seconds, struct pair_runner *r,
                          struct err *e)
{
    struct side_work jobs;
    struct probe_slice slice;
    double done = 0;
    struct sampler *s = sampler_open(w->pid, &rule->sampler, e);
    bool ok = s && whole_prepare(w, r, &jobs, e) && sampler_resume(s, e) &&
              work(w, &jobs, seconds, &done, &slice, e) && sampler_pause(s, e);
    if (!end_sampler(p, s, ok, e))
        return false;
    probe_slice_add(&p->slice, &slice);
    p->work += done;
    if (!p->build)
        p->build = json_copy(w->build);
    return true;
}

static bool run_worker(struct profiled *p, const struct plan_side *side,
                       const struct profiled_rule *rule, double seconds, struct pair_runner *r,
                       struct err *e)
{
    struct side_process w = SIDE_PROCESS_NONE;
    bool ok = side_start(&w, side, &r->rng, e) && sample_worker(p, &w, rule, seconds, r, e);
    side_stop(&w);
    return ok;
}

/* ---- a command ------------------------------------------------------------------------------- */

struct sampled {
    const struct sampler_options *options;
    struct sampler *sampler;
};

static bool follow(void *context, pid_t root, struct err *e)
{
    struct sampled *s = context;
    s->sampler = sampler_open(root, s->options, e);
    return s->sampler && sampler_resume(s->sampler, e);
}

static bool run_command(struct profiled *p, const struct plan_side *side,
                        const struct profiled_rule *rule, struct pair_runner *r, struct err *e)
{
    struct sampled s = {.options = &rule->sampler};
    struct external_result result;
    bool ok = followed_run(side, r, (struct followed){follow, &s}, &result, e);
    if (s.sampler)
        ok = end_sampler(p, s.sampler, ok, e);
    if (ok) {
        probe_slice_add(&p->slice, &result.slice);
        p->work += 1;
    }
    return ok;
}

/* ---- until there are enough ------------------------------------------------------------------- */

/* A sampler counts anew in every process: short work would be seen at the same few moments in each run, and
 * never in its first millisecond. So at least some twenty samples a run, at moments that differ. */
static double rate_for(const struct profiled *p, struct rng *rng)
{
    const double most = SAMPLER_HZ_MAX / 2;
    double a_run_s = p->runs > 0 ? (double)p->slice.cpu_ns / (double)p->runs / 1e9 : 0;
    double hz = a_run_s > 0 ? SAMPLES_A_RUN / a_run_s : 0;
    hz = hz > most ? most : hz < SAMPLER_HZ ? SAMPLER_HZ : hz;
    return hz * (0.75 + 0.5 * rng_unit(rng));
}

static bool run_once(struct profiled *p, const struct plan_side *side,
                     const struct profiled_rule *rule, int runs, struct pair_runner *r,
                     struct err *e)
{
    struct profiled_rule now = *rule;
    now.sampler.names = p->names;
    now.sampler.counts = side->kernel ? whose_kernel : whose_command;
    now.sampler.starts_only = !side->kernel;
    double left_s = rule->budget_s - p->spent_s;
    now.sampler.hz = rule->sampler.hz > 0 ? rule->sampler.hz : rate_for(p, &r->rng);
    double left = (double)(rule->samples - (long)p->facts.samples);
    double equal = (double)rule->samples / runs; /* a short last run would scatter more */
    double wanted_s = (runs > 1 ? equal : left) / now.sampler.hz;
    return side->kernel ? run_worker(p, side, &now, wanted_s < left_s ? wanted_s : left_s, r, e)
                        : run_command(p, side, &now, r, e);
}

/* Enough samples in enough runs, no time left, or work that takes too little CPU time to be seen. */
static bool is_enough(const struct profiled *p, const struct plan_side *side,
                      const struct profiled_rule *rule, int runs)
{
    bool repeats = side->kernel && side->kernel->cut == KERNEL_REPEAT;
    bool is_idle = p->facts.samples == 0 && (repeats || p->runs >= IDLE_RUNS);
    bool is_seen = (long)p->facts.samples >= rule->samples && p->runs >= runs;
    return p->runs > 0 && (p->spent_s >= rule->budget_s || is_idle || is_seen);
}

/* runs: at least. *ran: whether one more was needed. */
static bool take_turn(struct profiled *p, const struct plan_side *side,
                      const struct profiled_rule *rule, int runs, bool *ran, struct pair_runner *r,
                      struct err *e)
{
    if (is_enough(p, side, rule, runs))
        return true;
    const double cpu_ns = (double)p->slice.cpu_ns, done = p->work;
    int64_t began = probe_now_ns();
    *ran = true;
    if (!run_once(p, side, rule, runs, r, e))
        return interrupt_none(e) && err_prefix(e, "%s", side->label);
    p->spent_s += (double)(probe_now_ns() - began) / 1e9;
    profiled_cost_add(&p->cost, ((double)p->slice.cpu_ns - cpu_ns) / (p->work - done));
    return interrupt_none(e);
}

bool profiled_sides(struct profiled *p, const struct plan_side *const *sides, int n,
                    const struct profiled_rule *rule, struct pair_runner *r, struct err *e)
{
    for (int i = 0; i < n; i++)
        p[i] = (struct profiled){.stacks = {.unit = STACKS_SAMPLES}, .names = names_new()};
    bool ok = true, ran = true;
    while (ok && ran) {
        ran = false;
        for (int i = 0; i < n && ok; i++)
            ok = take_turn(&p[i], sides[i], rule, n > 1 ? PROFILED_RUNS : 1, &ran, r, e);
    }
    return ok;
}

/* ---- two of them ------------------------------------------------------------------------------ */

/* Source: Welford 1962. */
void profiled_cost_add(struct profiled_cost *c, double cost_ns)
{
    if (!(cost_ns > 0) || !isfinite(cost_ns))
        return;
    double from = log(cost_ns) - c->mean;
    c->mean += from / ++c->runs;
    c->squares += from * (log(cost_ns) - c->mean);
}

struct stats_scale profiled_cost_ratio(const struct profiled *before, const struct profiled *after)
{
    const struct profiled_cost *a = &before->cost, *b = &after->cost;
    if (a->runs == 0 || b->runs == 0)
        return (struct stats_scale){1, (double)NAN, (double)NAN};
    return stats_scale_of(a->mean, a->squares / (a->runs - 1), a->runs, b->mean,
                          b->squares / (b->runs - 1), b->runs);
}

void profiled_done(struct profiled *p)
{
    stacks_done(&p->stacks);
    json_free(p->build);
    names_free(p->names);
    *p = (struct profiled){0};
}

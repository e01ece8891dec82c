#include "harness/run/bench.h"

#include "harness/base/mem.h"
#include "harness/probe/machine.h"
#include "harness/result/record.h"
#include "harness/run/interrupt.h"
#include "harness/stats/hodges_lehmann.h"

#include <math.h>
#include <stddef.h>

enum { PRECISION_ROUNDS = 10 };

/* ---- intervals ------------------------------------------------------------------------------- */

double bench_level(const struct bench_group *g)
{
    return 1 - (1 - RECORD_LEVEL) / (g->n > 2 ? g->n - 1 : 1);
}

struct stats_interval bench_ratio(const struct bench_group *g, int i)
{
    double d[STATS_MAX];
    struct cell_result pairs;
    benchmark_pairs(&g->benchmarks[0], &g->benchmarks[i], &g->commands[i].against, &pairs);
    cell_log_ratios(&pairs, g->rule.metric, d);
    struct stats_interval ratio =
        stats_interval_exp(stats_hodges_lehmann_interval(d, pairs.count, bench_level(g)));
    cell_done(&pairs);
    return ratio;
}

static double half_width(struct stats_interval i)
{
    return (i.high - i.low) / 2 / i.estimate;
}

/* The widest of the group: of the median of one command, of the ratios of several. */
static double widest(const struct bench_group *g)
{
    if (g->rounds == 0)
        return (double)NAN;
    if (g->n == 1)
        return half_width(benchmark_median(&g->benchmarks[0], g->rule.metric, RECORD_LEVEL));
    double most = 0;
    for (int i = 1; i < g->n; i++)
        most = fmax(most, half_width(bench_ratio(g, i)));
    return most;
}

/* ---- runs ------------------------------------------------------------------------------------ */

static struct benchmark_run run_of(const struct external_result *r, int position)
{
    int64_t rss = r->usage.max_rss_bytes; /* some sandboxes have none */
    return (struct benchmark_run){
        .slice = r->slice,
        .usage = {[BENCHMARK_USER] = (double)r->usage.user_ns,
                  [BENCHMARK_SYSTEM] = (double)r->usage.system_ns,
                  [BENCHMARK_RSS] = rss > 0 ? (double)rss : (double)NAN,
                  [BENCHMARK_MINOR_FAULTS] = (double)r->usage.minor_faults,
                  [BENCHMARK_MAJOR_FAULTS] = (double)r->usage.major_faults,
                  [BENCHMARK_VOLUNTARY] = (double)r->usage.voluntary_switches,
                  [BENCHMARK_INVOLUNTARY] = (double)r->usage.involuntary_switches},
        .exit = r->exit,
        .signal = r->signal,
        .left = r->usage.left,
        .position = position,
    };
}

static bool run_one(struct pair_runner *r, const struct bench_command *command,
                    struct external_result *out, struct err *e)
{
    struct external *x = &r->external;
    x->options.prepare = command->prepare;
    return interrupt_none(e) && external_prepare(x, e) &&
           external_run(x, command->cell.base.argv, &r->rng, out, e) &&
           external_same_output(&r->output, out, command->cell.id, e) && interrupt_none(e);
}

/* Every command once. Only a whole round counts: all commands have as many runs. */
static bool run_round(struct bench_group *g, struct pair_runner *r, struct benchmark_run *out,
                      struct err *e)
{
    int order[BENCH_COMMANDS_MAX];
    for (int i = 0; i < g->n; i++)
        order[i] = i;
    rng_shuffle(&r->rng, order, g->n);
    for (int k = 0; k < g->n; k++) {
        struct external_result result;
        const struct bench_command *command = &g->commands[order[k]];
        if (!run_one(r, command, &result, e))
            return interrupt_none(e) &&
                   err_prefix(e, "%.100s: run %d", command->cell.id, g->rounds + 1);
        out[order[k]] = run_of(&result, k);
    }
    return true;
}

static void show(const struct bench_group *g, struct campaign *c, bool ended)
{
    struct progress_cell shown = {.title = g->commands[0].cell.id,
                                  .pairs = g->rounds,
                                  .pairs_max = g->rule.max,
                                  .ratio = (double)NAN,
                                  .half_width = (double)NAN};
    if (ended)
        progress_cell_end(&c->progress, &shown, "done");
    else
        progress_pair(&c->progress, &shown);
}

/* Looking at the width, not at what the ratio is, leaves the coverage of the interval as it is but for
 * little; it is looked at at every tenth more rounds, as it takes time. */
static bool is_enough(struct bench_group *g, int64_t started_ns, int *next_look)
{
    if (g->rounds < g->rule.min)
        return false;
    if (g->rounds >= g->rule.max || probe_now_ns() - started_ns >= g->rule.budget_ns)
        return true;
    if (g->rule.precision <= 0 || g->rounds < PRECISION_ROUNDS || g->rounds < *next_look)
        return false;
    *next_look = g->rounds + 1 + g->rounds / 10;
    return widest(g) <= g->rule.precision;
}

bool bench_measure(struct bench_group *g, struct campaign *c, struct err *e)
{
    struct benchmark_run round[BENCH_COMMANDS_MAX];
    g->benchmarks = mem_alloc(MEM_BASE, (size_t)g->n * sizeof *g->benchmarks);
    g->rounds = 0;
    for (int i = 0; i < g->n; i++)
        benchmark_init(&g->benchmarks[i], &g->commands[i].cell);
    pair_runner_next_cell(&c->runner);
    bool ok = true;
    for (int i = 0; i < g->rule.warm_up && ok; i++)
        ok = run_round(g, &c->runner, round, e);
    int64_t started = probe_now_ns();
    for (int next_look = 0; ok && !is_enough(g, started, &next_look);) {
        ok = run_round(g, &c->runner, round, e);
        for (int i = 0; i < g->n && ok; i++)
            benchmark_add(&g->benchmarks[i], &round[i]);
        g->rounds += ok;
        show(g, c, false);
    }
    g->half_width = widest(g);
    if (ok)
        show(g, c, true);
    return ok;
}

void bench_done(struct bench_group *g)
{
    for (int i = 0; i < g->n && g->benchmarks; i++)
        benchmark_done(&g->benchmarks[i]);
    mem_free(MEM_BASE, g->benchmarks);
    g->benchmarks = NULL;
}

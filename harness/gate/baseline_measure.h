/* What is stored in a baseline, measured: whole runs of one side in fresh processes, one after the other.
 *
 *     baseline_walk(&scenario, &sets, overrides, inputs, arena, each_cell, &context, e);
 *     ... in each_cell: baseline_measure(&m, cell, &judging, &runner, e)
 *         to save:  json_push(list, baseline_benchmark(id, cell, layers, settings, &judging, &m))
 *         to judge: baseline_judge(stored, &m, &judging, false, rows, &n, e)
 */
#ifndef CUPEL_GATE_BASELINE_MEASURE_H
#define CUPEL_GATE_BASELINE_MEASURE_H

#include "harness/gate/exact.h"
#include "harness/plan/scenario.h"
#include "harness/run/pair.h"

enum { BASELINE_RUNS = 10 };

/* What fresh processes of one side told, one after the other. */
struct baseline_measured {
    struct kernel_digest digest;
    struct metric_range exact[METRIC_COUNT];
    struct stats_interval times[PROBE_METRIC_COUNT]; /* ns a run, of a REPEAT kernel an iteration */
    bool has_delay;
    int runs;
};

/* Called for each scale and set of layers: cell->new is the side, `settings` its own before recipes became
 * paths, for comparing. */
typedef bool baseline_each(void *context, const struct plan_cell *cell, const char *layers,
                           const struct json *settings, struct err *e);

/* All scales of the scenario with each set of layers ("all", "a,b"). Facts of the market data are added
 * to `inputs`. Stops at the first error. */
bool baseline_walk(const struct scenario *s, const struct opt_texts *sets,
                   const struct json *overrides, struct json *inputs, struct arena *a,
                   baseline_each *each, void *context, struct err *e) MUST_CHECK;

/* BASELINE_RUNS whole runs, and two under valgrind when instructions are wanted. Error: the side's own;
 * MISMATCH when runs differ in their results, or from what the scenario expects. */
bool baseline_measure(struct baseline_measured *m, const struct plan_cell *cell,
                      const struct judging *j, struct pair_runner *r, struct err *e) MUST_CHECK;

#endif

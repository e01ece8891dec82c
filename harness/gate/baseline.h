/* A stored baseline: what benchmarks counted, took and gave, with the environment, as a committed file
 * (results/baseline.schema.json). Exact metrics are judged against it as numbers; times are shown, and no
 * verdict: stored times are another hour of another machine (ADVISORY).
 *
 *     baseline_walk(&scenario, &sets, overrides, inputs, arena, each_cell, &context, e);
 *     ... in each_cell: baseline_measure(&m, cell, &judging, &runner, e)
 *         to save:  json_push(list, baseline_benchmark(cell, layers, settings, &m))
 *         to judge: baseline_judge(stored, &m, &judging, false, rows, &n, e)
 */
#ifndef CUPEL_GATE_BASELINE_H
#define CUPEL_GATE_BASELINE_H

#include "harness/gate/exact.h"
#include "harness/plan/scenario.h"
#include "harness/run/pair.h"

#define BASELINE_FOLDER "results/baselines"
enum { BASELINE_SCHEMA = 1, BASELINE_RUNS = 10 };

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

/* "SCALE/LAYERS" in the arena. */
const char *baseline_id(const char *scale, const char *layers, struct arena *a);

/* A benchmark of the file: of the wanted exact metrics those that are, with why the others are not. */
struct json *baseline_benchmark(const char *id, const struct plan_cell *cell, const char *layers,
                                const struct json *settings, const struct judging *j,
                                const struct baseline_measured *m);

struct baseline {
    const char *path;
    struct json *document;         /* owned */
    const struct json *benchmarks; /* array */
};

/* "NAME" -> results/baselines/NAME.json; a name with '/' or ".json" is a path. In the arena. */
const char *baseline_path(const char *name, struct arena *a);

/* Error: names file and field. Owner: the caller, baseline_done. */
bool baseline_read(struct baseline *b, const char *path, struct err *e) MUST_CHECK;
void baseline_done(struct baseline *b);
bool baseline_is_meant(const char *path); /* does it say of itself that it is one, good or bad? */
const struct json *baseline_find(const struct baseline *b, const char *id); /* NULL: none */

/* The sets of layers in the order of the file, each once; texts of the document. */
struct opt_texts baseline_sets(const struct baseline *b, struct arena *a);

/* Are today's settings and results those that are stored? Error: exit 2 by setting, MISMATCH by result. */
bool baseline_same_work(const struct json *stored, const struct json *settings,
                        struct err *e) MUST_CHECK;
bool baseline_same_results(const struct json *stored, const struct baseline_measured *m,
                           struct err *e) MUST_CHECK;

/* A time as it is stored; metric: of the probe. */
void baseline_put_time(struct json *times, int metric, struct stats_interval time, int runs);

/* Is the market data that of the file? Error: names it, exit 2. */
bool baseline_same_inputs(const struct baseline *b, const struct json *inputs,
                          struct err *e) MUST_CHECK;

/* The rows of a benchmark. Exact metrics: those that j wants, or when it wants none all that are stored;
 * one of these that cannot be read today is INCONCLUSIVE, one that was asked for by name an error. Times,
 * unless j wants none: ADVISORY; one that is slower by more than its margin whatever the intervals say
 * fails when `times_fail`. */
bool baseline_judge(const struct json *stored, const struct baseline_measured *m,
                    const struct judging *j, bool times_fail, struct judged rows[METRIC_COUNT],
                    int *count, struct err *e) MUST_CHECK;

#endif

/* A benchmark of a baseline's file, from what was measured. */
#ifndef CUPEL_GATE_BASELINE_BENCHMARK_H
#define CUPEL_GATE_BASELINE_BENCHMARK_H

#include "harness/base/json.h"
#include "harness/gate/baseline_measure.h"

/* Of the wanted exact metrics those that are, with why the others are not. Owner: the caller. */
struct json *baseline_benchmark(const char *id, const struct plan_cell *cell, const char *layers,
                                const struct json *settings, const struct judging *j,
                                const struct baseline_measured *m);

/* A time as it is stored; metric: of the probe. */
void baseline_put_time(struct json *times, int metric, struct stats_interval time, int runs);

#endif

/* The benchmarks of a baseline out of a results file: the new side of each comparison that is whole.
 *
 *     struct json *benchmarks = baseline_from_results(&file, arena, e);
 */
#ifndef CUPEL_GATE_BASELINE_FROM_H
#define CUPEL_GATE_BASELINE_FROM_H

#include "harness/base/arena.h"
#include "harness/result/file.h"

/* An array as baseline_benchmark makes them: counts that were the same in every pair, exact metrics that
 * a gate judged, times over the pairs. Error: no comparison of kernels, one cut short, two of one scale
 * and set of layers. Owner: the caller. */
struct json *baseline_from_results(const struct result_file *f, struct arena *a,
                                   struct err *e) MUST_CHECK;

#endif

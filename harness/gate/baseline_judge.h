/* Today's numbers against those that are stored: exact metrics as numbers, times as advice. */
#ifndef CUPEL_GATE_BASELINE_JUDGE_H
#define CUPEL_GATE_BASELINE_JUDGE_H

#include "harness/base/json.h"
#include "harness/gate/baseline_measure.h"

/* Are the results those that are stored? Error: MISMATCH. */
bool baseline_same_results(const struct json *stored, const struct baseline_measured *m,
                           struct err *e) MUST_CHECK;

/* The rows of a benchmark. Exact metrics: those that j wants, or when it wants none all that are stored;
 * one of these that cannot be read today is INCONCLUSIVE, one that was asked for by name an error. Times,
 * unless j wants none: ADVISORY; one that is slower by more than its margin whatever the intervals say
 * fails when `times_fail`. */
bool baseline_judge(const struct json *stored, const struct baseline_measured *m,
                    const struct judging *j, bool times_fail, struct judged rows[METRIC_COUNT],
                    int *count, struct err *e) MUST_CHECK;

#endif

/* The rule for exact metrics: numbers, not samples. FAIL when new is above base by more than the margin;
 * a count that is not the same in every run of a side proves nothing (INCONCLUSIVE, with both figures).
 *
 *     struct judged row = exact_judge(METRIC_FSYNCS, &base, &new, 0);
 */
#ifndef CUPEL_GATE_EXACT_H
#define CUPEL_GATE_EXACT_H

#include "harness/gate/judged.h"
#include "harness/plan/judging.h"
#include "harness/result/cell.h"

/* Runs of each side: one to count, one to see that it counts the same. */
enum { EXACT_RUNS = 2 };

/* Both available. A side's number is the smallest of its runs. */
struct judged exact_judge(int metric, const struct metric_range *base,
                          const struct metric_range *new, double margin_percent);

/* A row for each exact metric that is wanted and that both sides have, in the order of the metrics. Those
 * of "exact" that a side does not have are left out; one that was asked for by name is an error, and so is
 * it when nothing is left. */
bool exact_rows(const struct judging *j, const char *benchmark, const struct metric_range *base,
                const struct metric_range *new, struct judged rows[METRIC_COUNT], int *count,
                struct err *e) MUST_CHECK;

#endif

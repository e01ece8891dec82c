/* The gate over the times of one cell: which metrics can fail, when enough pairs are there, and what it
 * comes to.
 *
 *     struct gate gate;
 *     gate_begin(&gate, &rule, &judging);
 *     campaign_rule = {gate_wants_more, &gate, rule.cap};     // asked after each pair
 *     ... gate_rows(&gate, &result, rows) ...
 *
 * Each metric is decided once, at the first look that decides it (verdict.h); a FAIL of any ends the
 * cell, otherwise it goes on until all are decided.
 */
#ifndef CUPEL_GATE_GATE_H
#define CUPEL_GATE_GATE_H

#include "harness/gate/judged.h"
#include "harness/plan/judging.h"
#include "harness/result/cell.h"

struct gate {
    struct gate_rule rule; /* but for the margin: each metric has its own */
    struct judging judging;
    int64_t started_ns;
    struct gate_decision decision[PROBE_METRIC_COUNT]; /* CONTINUE: not decided or not judged */
    bool judged[PROBE_METRIC_COUNT];                   /* once true it stays so */
};

/* How many timing metrics of a cell can fail: what the error is divided by (Bonferroni). */
int gate_metric_count(const struct plan_cell *cell, const struct judging *j);

/* The share of the rule's error of a false PASS that one run of the cell may spend: a half where a
 * FAIL may need a second run, as the cell then has two chances to pass. */
double gate_pass_share(const struct plan_cell *cell, const struct judging *j);

void gate_begin(struct gate *g, const struct gate_rule *rule, const struct judging *j);

/* A campaign_rule's wants_more; context is the gate. */
bool gate_wants_more(void *context, const struct cell_result *so_far);

/* A row for each metric that was judged, in the order of the metrics; how many. */
int gate_rows(const struct gate *g, const struct cell_result *r,
              struct judged rows[PROBE_METRIC_COUNT]);

/* The metric that decides (judged_worst), and its verdict. PROBE_CPU while none is judged. */
int gate_deciding_metric(const struct gate *g);
enum gate_verdict gate_outcome(const struct gate *g);

#endif

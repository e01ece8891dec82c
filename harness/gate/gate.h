/* The gate over one cell: which metrics can fail, when enough pairs are there, and what it comes to.
 *
 *     struct gate gate;
 *     gate_begin(&gate, &rule, budget_ns);
 *     campaign_rule = {gate_wants_more, &gate, rule.cap};     // asked after each pair
 *     ... gate_outcome(&gate) ...
 *
 * Each metric is decided once, at the first look that decides it (verdict.h); a FAIL of any ends the
 * cell, otherwise it goes on until all are decided.
 */
#ifndef CUPEL_GATE_GATE_H
#define CUPEL_GATE_GATE_H

#include "harness/gate/verdict.h"
#include "harness/result/cell.h"

struct gate {
    struct gate_rule rule;
    int64_t started_ns, budget_ns;
    struct gate_decision decision[PROBE_METRIC_COUNT]; /* CONTINUE: not decided or not judged */
    bool judged[PROBE_METRIC_COUNT];                   /* once true it stays so */
};

/* How many metrics of a cell can fail: what the error is divided by (Bonferroni). */
int gate_metric_count(const struct plan_cell *cell);

/* The share of the rule's error of a false PASS that one run of the cell may spend: a half where a
 * FAIL may need a second run, as the cell then has two chances to pass. */
double gate_pass_share(const struct plan_cell *cell);

void gate_begin(struct gate *g, const struct gate_rule *rule, int64_t budget_ns);

/* A campaign_rule's wants_more; context is the gate. */
bool gate_wants_more(void *context, const struct cell_result *so_far);

/* The metric that decides the cell: the worst verdict, CPU time first among equals. */
int gate_deciding_metric(const struct gate *g);
enum gate_verdict gate_outcome(const struct gate *g);

/* The worse of two exit statuses: a regression (1) outweighs doubt (3), doubt a pass (0). */
int gate_worse(int a, int b);

#endif

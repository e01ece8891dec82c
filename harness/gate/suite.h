/* The gate over a whole plan: each cell judged by pairs of its own, its record written as it comes, what
 * came of it kept as rows for a table.
 *
 *     struct suite suite;
 *     suite_begin(&suite, &campaign, &options, &plan, &arena);
 *     for (int i = 0; i < plan.count && ok; i++)
 *         ok = suite_judge(&suite, &plan.cells[i], e);
 *     ok = ok && suite_has_judged(&suite, e);
 *     ... suite.status, suite.rows[0..suite.count) ...
 *     suite_done(&suite);
 */
#ifndef CUPEL_GATE_SUITE_H
#define CUPEL_GATE_SUITE_H

#include "harness/gate/gate.h"
#include "harness/run/campaign.h"

struct suite_options {
    struct judging judging;
    int64_t pause_ns; /* before the run that confirms a FAIL of wall time */
};

/* judging_default, a pause of 10 s. */
struct suite_options suite_defaults(void);

/* One metric of one benchmark that could have failed. */
struct suite_row {
    const char *benchmark; /* the cell's id */
    struct judged judged;
    bool provisional; /* a second run decided, in rows of its own */
};

struct suite {
    struct campaign *campaign;
    struct suite_options options;
    struct gate_rule rule; /* of the options, shared by all benchmarks */
    struct arena *arena;   /* of the confirmations' names */
    struct suite_row *rows;
    int count, capacity;
    int status; /* exit status: the worst of the benchmarks so far (judged_worse) */
};

/* The plan's cells share the error of a false FAIL. The campaign stays the caller's. */
void suite_begin(struct suite *s, struct campaign *c, const struct suite_options *o,
                 const struct plan *plan, struct arena *a);
void suite_done(struct suite *s);

/* What came of all, in one word: that of the worst row; "" without rows. */
const char *suite_verdict(const struct suite *s);

/* Judges one cell, and again, independently, where a FAIL needs it. Error: a side failed, in its own
 * words (what was measured is in the record); results differ; interrupted. */
bool suite_judge(struct suite *s, const struct plan_cell *cell, struct err *e) MUST_CHECK;

/* False with an error when there are no rows: a gate that judged nothing must not pass. */
bool suite_has_judged(const struct suite *s, struct err *e) MUST_CHECK;

#endif

/* The gate gates itself: what it must answer is known, because it was planted, and it must answer so on
 * this machine, today.
 *
 *     struct selftest t;
 *     if (selftest_run(&t, &campaign, &arena, e))
 *         ... t.rows[0..SELFTEST_CHECKS), t.verdict ...
 *
 * Every check is a suite (suite.h) of its own over sides made in code: nothing of the gate is left out
 * but its command line.
 */
#ifndef CUPEL_GATE_SELFTEST_H
#define CUPEL_GATE_SELFTEST_H

#include "harness/gate/suite.h"

enum { SELFTEST_CHECKS = 7 };

struct selftest_check {
    const char *name;       /* id of the benchmark in the record: "equal-sides" */
    const char *title;      /* what must happen: "two equal sides pass" */
    const char *kernel;     /* NULL: a plan without a benchmark */
    const char *metrics;    /* as --metric has them */
    const char *base, *new; /* settings, as JSON */
    const char *expect; /* the digest that the sides are said to have; NULL: any that both have */
    int status;         /* exit status that is right */
};

extern const struct selftest_check selftest_checks[SELFTEST_CHECKS];

/* RIGHT as expected; DOUBT the gate could not tell (3); WRONG any other answer */
enum selftest_verdict { SELFTEST_RIGHT, SELFTEST_DOUBT, SELFTEST_WRONG };

struct selftest_row {
    int status; /* the exit status that came */
    enum selftest_verdict verdict;
    struct judged judged; /* the row that decided */
    bool has_judged;
    double seconds;
    struct err why; /* where the answer was an error; text "" if not */
};

struct selftest {
    struct selftest_row rows[SELFTEST_CHECKS];
    int done;                      /* rows that are filled */
    enum selftest_verdict verdict; /* the worst */
};

/* "right", "in doubt", "WRONG". */
const char *selftest_word(enum selftest_verdict verdict);

/* About half a minute. The campaign stays the caller's. Error: interrupted, or a check cannot be made at
 * all; a wrong answer of the gate is none. */
bool selftest_run(struct selftest *t, struct campaign *c, struct arena *a,
                  struct err *e) MUST_CHECK;

/* One check against what came: RIGHT, DOUBT or WRONG. */
enum selftest_verdict selftest_judge(const struct selftest_check *check, int status);

#endif

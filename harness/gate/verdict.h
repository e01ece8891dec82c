/* The gate's decision, a pure function of the pairs so far: is new less than the margin slower?
 *
 *     struct gate_rule rule = gate_rule_default;
 *     for (int n = gate_next_look(&rule, 0); n; n = decision.next_look) {
 *         ... measure up to n pairs ...
 *         decision = gate_decide(&rule, log_ratios, n, out_of_time);
 *         if (decision.verdict != GATE_CONTINUE) break;
 *     }
 *     return gate_exit_status(&decision);
 *
 * The pairs are looked at up to nine times. Each look spends its share of the two error rates, so
 * that the whole sequence keeps them: looking often does not make a false alarm likelier.
 */
#ifndef CUPEL_GATE_VERDICT_H
#define CUPEL_GATE_VERDICT_H

#include "harness/base/err.h"
#include "harness/stats/interval.h"

#include <stdbool.h>

/* No verdict on timing before so many pairs of processes. */
#define GATE_MIN_PAIRS 10

/* verdict, word, exit status, what it means */
#define GATE_VERDICTS(X)                                                                           \
    X(CONTINUE, "CONTINUE", INCONCLUSIVE, "not decided yet, more pairs are to come")               \
    X(PASS, "PASS", OK, "proven below the margin")                                                 \
    X(FAIL, "FAIL", REGRESSION, "proven above the margin")                                         \
    X(BORDERLINE, "BORDERLINE", REGRESSION, "measured well, and too near the margin to call")      \
    X(INCONCLUSIVE, "INCONCLUSIVE", INCONCLUSIVE, "too noisy to decide with these pairs")          \
    X(ADVISORY, "ADVISORY", REGRESSION, "stored times are no base: shown, not judged")

enum gate_verdict {
#define GATE_ENUM(name, word, code, meaning) GATE_##name,
    GATE_VERDICTS(GATE_ENUM)
#undef GATE_ENUM
        GATE_VERDICT_COUNT
};

/* policy, name of the option. BORDERLINE fails with strict, with estimate when the estimate is at or over the
 * margin; with lenient it passes with a warning. */
#define GATE_POLICIES(X)                                                                           \
    X(STRICT, "strict")                                                                            \
    X(ESTIMATE, "estimate")                                                                        \
    X(LENIENT, "lenient")

enum gate_policy {
#define GATE_POLICY_ENUM(name, word) GATE_##name,
    GATE_POLICIES(GATE_POLICY_ENUM)
#undef GATE_POLICY_ENUM
        GATE_POLICY_COUNT
};

struct gate_rule {
    double margin_percent; /* a slowdown of more fails */
    double fail_error;     /* of a FAIL below the margin, over all looks and benchmarks */
    double pass_error;     /* of a PASS at or above it, over all looks of one benchmark */
    int benchmarks;        /* K: benchmarks x timing metrics that can fail (Bonferroni) */
    int cap;               /* N: most pairs, GATE_MIN_PAIRS..STATS_MAX */
    double resolution; /* half-width of ln(ratio) at 95 % that makes BORDERLINE, not INCONCLUSIVE */
    enum gate_policy policy;
};

/* 10 %, 0.5 %, 5 %, 1 benchmark, 60 pairs, 0.025, strict. */
extern const struct gate_rule gate_rule_default;

/* False with a line that names the field and its range. */
bool gate_rule_check(const struct gate_rule *rule, struct err *e) MUST_CHECK;

/* The first look after n pairs; 0 when there is none. Looks are 10, 14, 20, 28, 40, 60, 85, 120, 200
 * as far as they are below the cap, and the cap itself. */
int gate_next_look(const struct gate_rule *rule, int n);

/* Of log-ratios ln(new / base). A bound out of reach at the error spent is infinite. */
struct gate_decision {
    enum gate_verdict verdict;
    bool fails;        /* what BORDERLINE comes to under the policy; true for FAIL */
    int n;             /* pairs that were used: no more than the cap */
    int next_look;     /* 0 unless CONTINUE */
    double fail_error; /* one-sided errors spent at this look; 0: no look at this n */
    double pass_error;
    double lower, upper;           /* the bounds at those errors: FAIL by lower, PASS by upper */
    struct stats_interval nominal; /* Hodges-Lehmann with plain 95 % bounds, to be shown */
    double half_width;             /* of nominal: what `resolution` is held against */
    int pairs_needed; /* INCONCLUSIVE: about so many reach the resolution; 0: not known */
};

/* log_ratios[n] in order of measuring, one a pair, the rule checked. Between looks the answer is
 * CONTINUE, whatever the data, unless out_of_budget: that makes n the last look, and its share of
 * error is what went by since the look before. Fewer than GATE_MIN_PAIRS never pass or fail.
 * Pairs beyond the cap do not count. A value that is not finite proves nothing: infinite bounds. */
struct gate_decision gate_decide(const struct gate_rule *rule, const double *log_ratios, int n,
                                 bool out_of_budget);

/* 0 PASS, 1 FAIL, 3 INCONCLUSIVE; BORDERLINE and ADVISORY 1 when they fail, else 0. */
int gate_exit_status(const struct gate_decision *decision);

const char *gate_verdict_word(enum gate_verdict verdict);
const char *gate_verdict_meaning(enum gate_verdict verdict);

const char *gate_policy_name(enum gate_policy policy);
bool gate_policy_from_name(const char *name, enum gate_policy *policy); /* false: no such policy */

#endif

/* What came of one metric of one benchmark, by whatever rule, and what many come to: the row of the
 * gate's table, of its record and of every exporter.
 *
 *     struct judged rows[] = {...};
 *     int worst = judged_worst(rows, n);              // decides the benchmark
 *     int status = judged_exit_status(&rows[worst]);
 */
#ifndef CUPEL_GATE_JUDGED_H
#define CUPEL_GATE_JUDGED_H

#include "harness/base/json.h"
#include "harness/gate/verdict.h"
#include "harness/plan/metric.h"

/* kind, its word in records: by pairs and intervals, as a number, or against stored times only */
#define JUDGED_KINDS(X)                                                                            \
    X(TIMING, "timing")                                                                            \
    X(EXACT, "exact")                                                                              \
    X(ADVISORY, "advisory")

enum judged_kind {
#define JUDGED_ENUM(name, word) JUDGED_##name,
    JUDGED_KINDS(JUDGED_ENUM)
#undef JUDGED_ENUM
};

enum { JUDGED_REASON = 200 };

struct judged {
    int metric; /* enum metric_id; base and new are in its unit */
    enum judged_kind kind;
    enum gate_verdict verdict;
    bool fails; /* what the verdict comes to under the policy */
    double margin_percent;
    double lower, upper; /* new / base: the bounds that decided; NAN: none. Exact: the ratio */
    struct stats_interval ratio; /* 95 %, to be shown */
    double base, new;            /* medians, or the numbers themselves */
    double detectable_percent;   /* the slowdown that so many pairs would have seen; NAN: exact */
    int pairs;
    char reason[JUDGED_REASON]; /* why it could not be told; "" */
};

const char *judged_kind_word(enum judged_kind kind);

/* 0 passes, 1 fails, 3 could not be told. */
int judged_exit_status(const struct judged *row);

/* The worse of two exit statuses: a regression (1) outweighs doubt (3), doubt a pass (0). */
int judged_worse(int a, int b);

/* The row that decides: the worst exit status, FAIL before BORDERLINE, the first among equals. n >= 1. */
int judged_worst(const struct judged *rows, int n);

/* The rows as "judged" of a record (results/schema.json). Owner: the caller. */
struct json *judged_to_json(const struct judged *rows, int n);

#endif

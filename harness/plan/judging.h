/* How a gate is to judge: which metrics, with what margins, errors, cap and budget. A scenario says it
 * in its "gate" object, the command line over that, defaults beneath both.
 *
 *     {"metrics": ["timing", "fsyncs"], "margins": {"cpu": 5, "instructions": 1}, "cap": 60,
 *      "budget": 300, "fail_error": 0.005, "pass_error": 0.05, "policy": "strict"}
 *
 *     struct judging j = judging_default();
 *     judging_read(&j, json_get(scenario, "gate"), arena, e) && judging_margin(&j, "cpu=5", arena, e);
 */
#ifndef CUPEL_PLAN_JUDGING_H
#define CUPEL_PLAN_JUDGING_H

#include "harness/base/json.h"
#include "harness/base/opt.h"
#include "harness/plan/metric.h"

#define JUDGING_CAP_MIN     10 /* no verdict on timing before so many pairs */
#define JUDGING_CAP_MAX     200
#define JUDGING_BUDGET_MAX  86400
#define JUDGING_ERROR_MIN   1e-6
#define JUDGING_ERROR_MAX   0.25
#define JUDGING_MARGIN_MAX  1000
#define JUDGING_TIME_MARGIN 0.1 /* the smallest of a timing metric */

struct judging {
    bool timing;               /* the clocks that fit the work: CPU time, and wall where it waits */
    bool wanted[METRIC_COUNT]; /* by name, or as one of "exact" */
    bool named[METRIC_COUNT];  /* by name: not to be had is an error */
    double margin[METRIC_COUNT];   /* per cent that new may be above base */
    long cap;                      /* most pairs of a benchmark */
    double budget_s;               /* most time of a benchmark once it has its pairs */
    double fail_error, pass_error; /* of a false FAIL and a false PASS */
    const char *policy;            /* what BORDERLINE does: one of judging_policies */
};

extern const char *const judging_policies[]; /* NULL-terminated */

/* Timing; the margins of the metrics' rows, 60 pairs, 300 s, 0.5 %, 5 %, strict. */
struct judging judging_default(void);

/* A scenario's object over what is there. NULL: nothing. Error: names the field and the range. */
bool judging_read(struct judging *j, const struct json *object, struct arena *a,
                  struct err *e) MUST_CHECK;

/* What is judged, instead of what is there: names of metrics, or "timing" and "exact", each text a list
 * with commas. No text: nothing changes. Error: names what is no metric. */
bool judging_metrics(struct judging *j, const struct opt_texts *names, struct err *e) MUST_CHECK;

/* "10": of the timing metrics; "fsyncs=3": of one. Error: names metric and range. */
bool judging_margin(struct judging *j, const char *text, struct arena *a, struct err *e) MUST_CHECK;

/* A margin for all timing metrics, per cent. */
void judging_time_margin(struct judging *j, double percent);

bool judging_wants_timing(const struct judging *j);
bool judging_wants_exact(const struct judging *j);

/* The metrics as a list of texts, the margins as an object: for a record. Owner: the caller. */
struct json *judging_to_json(const struct judging *j);

#endif

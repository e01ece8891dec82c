/* What a gate compares, as the command line says it:
 *
 *     layers:SET    the scenario's kernel with these layers
 *     bin:PATH      the scenario's kernel, all layers, run by another cupel program
 *     cmd:LINE      a command line, split into words, no shell unless `shell` says so
 *     LINE          the same, when there is no --scenario and no known prefix
 *
 * Both sides must be of one family: a kernel (layers:, bin:) or commands.
 */
#ifndef CUPEL_GATE_SUBJECT_H
#define CUPEL_GATE_SUBJECT_H

#include "harness/plan/plan.h"

#define SUBJECT_DEFAULT_SCENARIO "micro-grid"

struct subject_request {
    const char *base, *new;      /* as above */
    const char *scenario;        /* NULL: SUBJECT_DEFAULT_SCENARIO where a kernel needs one */
    const struct json *settings; /* laid over the scenario's */
    double margin_percent;       /* 0: the scenario's, or 10 */
    bool shell;                  /* commands are lines for /bin/sh -c */
};

/* Does the request need a scenario (layers:, bin:, or --scenario given)? */
bool subject_needs_scenario(const struct subject_request *r);

/* One cell a scale of the scenario, or one for two commands. `s` is read for kernels and may be NULL
 * for commands. Error: says which side and what was expected. Owner of p: the caller, plan_done. */
bool subject_plan(struct plan *p, const struct subject_request *r, const struct scenario *s,
                  struct arena *a, struct err *e) MUST_CHECK;

#endif

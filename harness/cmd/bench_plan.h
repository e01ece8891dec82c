/* What `cupel bench` is asked for, as groups of commands: everything is filled in and looked for before
 * anything runs.
 *
 *     struct bench_plan plan;
 *     bench_plan_make(&plan, &request, &arena, e);
 *     for (int i = 0; i < plan.parameters.combinations; i++)
 *         ... plan.combinations[i].commands[0..plan.commands) ...
 */
#ifndef CUPEL_CMD_BENCH_PLAN_H
#define CUPEL_CMD_BENCH_PLAN_H

#include "harness/cmd/external_rows.h"
#include "harness/run/bench.h"
#include "harness/run/parameters.h"

struct bench_request {
    struct opt_texts words; /* of the first command: one line, or its words */
    struct opt_texts vs, names, parameters;
    const char *setup, *cleanup; /* NULL: none */
    const struct external_settings *external;
};

/* One combination of parameters, with the commands that it makes. */
struct bench_combination {
    int number;
    struct bench_command *commands;
    const char *const *setup, *const *cleanup; /* NULL: none */
};

struct bench_plan {
    const struct bench_request *request; /* as long as the plan */
    struct parameters parameters;
    struct external_options external; /* but for prepare, which is each command's */
    int commands;                     /* of a combination */
    struct bench_combination *combinations;
    struct arena *arena; /* of all texts */
};

/* Error: names the option and what was expected. */
bool bench_plan_make(struct bench_plan *p, const struct bench_request *r, struct arena *a,
                     struct err *e) MUST_CHECK;

#endif

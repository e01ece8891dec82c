/* What `cupel gate` is told: its settings, their option rows, how they go over a scenario's judging. */
#ifndef CUPEL_CMD_GATE_OPTIONS_H
#define CUPEL_CMD_GATE_OPTIONS_H

#include "harness/cmd/against.h"
#include "harness/cmd/external_rows.h"
#include "harness/plan/judging.h"

struct gate_settings {
    const char *base, *new, *name, *baseline, *advisory, *kernel, *policy, *seed, *out,
        *profile_on_fail;
    double budget, fail_error, pass_error;
    long cap;
    struct opt_texts scenarios, set, metrics, margins, export;
    bool quiet;
    struct against_settings against;
    struct external_settings external;
};

extern const struct opt gate_options[];

/* The command line over what is there. Error: names the option. */
bool gate_options_judging(struct judging *j, const struct gate_settings *s, struct arena *a,
                          struct err *e) MUST_CHECK;

#endif

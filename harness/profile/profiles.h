/* Profiles of several sides, drawn and recorded: for each the files of its call stacks and a "profile"
 * record, for each comparison of two of them the drawing of what changed and a "profile-pair" record.
 *
 *     struct profiles_options o = {.rule = {.samples = 2000, .budget_s = 20}, .folder = "out", .beside = ""};
 *     if (profiles_make(&campaign, &targets, &o, &arena, e)) ...
 *
 * Files are named by targets_slug: micro-all.folded, .speedscope.json, .pb.gz, .svg; of a comparison
 * .diff.svg (width: after), .reverse.svg (width: before) and .html.
 */
#ifndef CUPEL_PROFILE_PROFILES_H
#define CUPEL_PROFILE_PROFILES_H

#include "harness/profile/profiled.h"
#include "harness/profile/targets.h"
#include "harness/run/campaign.h"

struct profiles_options {
    struct profiled_rule rule;
    const char *folder; /* of the files; made if need be */
    const char *beside; /* "", or from the results file to the folder: "gate.profile/" */
    const char *title;  /* of what is profiled: a scenario's, a command */
    bool calls;         /* calls and instructions of one more run under callgrind */
    bool memory;        /* memory over time of one more run: a "timeline" record and .dat */
    bool heap;          /* who allocates, by jemalloc's own profile of one more run */
    void (*tell)(void *context, const struct json *record); /* of each record; NULL: nobody */
    void *tell_context;
};

/* What was made before an error stays. Error: a side, the sampler, or a file; INTERRUPTED. */
bool profiles_make(struct campaign *c, const struct targets *t, const struct profiles_options *o,
                   struct arena *a, struct err *e) MUST_CHECK;

#endif

/* A command, run once as any other, with somebody following its processes.
 *
 *     bool ok = followed_run(side, r, (struct followed){watch, &w}, &result, e);
 */
#ifndef CUPEL_PROFILE_FOLLOWED_H
#define CUPEL_PROFILE_FOLLOWED_H

#include "harness/run/pair.h"

struct followed {
    bool (*follow)(void *context, pid_t root, struct err *e); /* of external_options */
    void *context;
};

/* side: a command's. Error: as of external_run, or the follower's. */
bool followed_run(const struct plan_side *side, struct pair_runner *r, struct followed by,
                  struct external_result *result, struct err *e) MUST_CHECK;

#endif

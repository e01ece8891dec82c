/* Facts about machine and build that stand beside every measurement.
 *
 *     struct environment_source from = {.folder = "results", .seed = seed};
 *     struct json *facts = environment_facts(&from);
 *
 * A fact that cannot be read is null, never a guess and never an error.
 */
#ifndef CUPEL_RUN_ENVIRONMENT_H
#define CUPEL_RUN_ENVIRONMENT_H

#include "harness/base/json.h"

#include <stdint.h>

struct environment_source {
    const char *root;      /* before "/proc", "/sys", "/etc"; NULL: the real ones */
    const char *folder;    /* where state is kept, whose file system is told; NULL: not asked */
    const char *timestamp; /* NULL: now, UTC, "2026-01-31T12:00:00Z" */
    uint64_t seed;         /* told as text: a JSON number cannot hold 64 bits */
};

/* An object; sizes in bytes, steal_ticks in clock ticks since boot. Owner: the caller. */
struct json *environment_facts(const struct environment_source *from);

/* Time that the hypervisor gave to others, in clock ticks since boot over all CPUs; -1 when it does
 * not say. Read before and after a run and subtract. */
int64_t environment_steal_ticks(const char *root);

#endif

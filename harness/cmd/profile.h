/* What `cupel profile` is told, and what it is asked for in the end: shared by its rooms. */
#ifndef CUPEL_CMD_PROFILE_H
#define CUPEL_CMD_PROFILE_H

#include "harness/base/opt.h"
#include "harness/cmd/external_rows.h"
#include "harness/profile/sampler.h"

struct profile_settings {
    const char *base, *new, *scale, *out, *sampler, *seed, *state_dir;
    struct opt_texts set, sides;
    double hz, budget;
    long samples;
    bool calls, memory, heap, quiet;
    struct external_settings external;
};

extern const char *const profile_samplers[]; /* by enum sampler_kind, NULL-terminated */

/* What is asked for, however it was said. */
struct profile_asked {
    const struct profile_settings *settings;
    const char *name, *title, *path, *kernel, *state;
    struct external_options external;
    struct arena *arena;
};

#endif

/* The files that a run reads, where they were named: of the world, or one by one. */
#ifndef CUPEL_STRADDLE_INPUTS_H
#define CUPEL_STRADDLE_INPUTS_H

#include "kernels/straddle/settings.h"

/* Absolute, but not resolved: in the arena. chain and overrides: NULL where there is neither a world nor a
 * setting. */
struct st_inputs {
    const char *amt, *chain, *overrides, *prices;
};

/* Error: a file that is needed was not named. */
bool st_inputs_find(const struct st_settings *s, struct arena *a, struct st_inputs *out,
                    struct err *e) MUST_CHECK;

#endif

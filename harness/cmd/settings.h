/* Settings that run and gate share: the seed, and --set NAME=VALUE for a kernel's rows. */
#ifndef CUPEL_CMD_SETTINGS_H
#define CUPEL_CMD_SETTINGS_H

#include "harness/base/json.h"
#include "harness/base/opt.h"

/* NULL: a seed from the system's entropy. Error: not a whole number from 0 to 2^64-1. */
bool run_seed(const char *text, uint64_t *seed, struct err *e) MUST_CHECK;

/* An object of the kernel's settings named by the texts; a text list collects all texts of its name.
 * Error: no such kernel or setting, value out of range. Owner: the caller. */
struct json *run_overrides(const struct opt_texts *set, const char *kernel, struct arena *a,
                           struct err *e) MUST_CHECK;

#endif

/* The profiles of a plan's sides: measured into a folder, told as a table. */
#ifndef CUPEL_CMD_PROFILE_MAKE_H
#define CUPEL_CMD_PROFILE_MAKE_H

#include "harness/cmd/profile.h"
#include "harness/plan/plan.h"

/* inputs: facts of the market data; they are taken over, also on error. The folder must not hold a profile yet:
 * nothing is mixed or lost. */
bool profile_make(const struct profile_asked *q, const struct plan *plan, struct json *inputs,
                  struct err *e) MUST_CHECK;

#endif

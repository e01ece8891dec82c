/* Settings of a kernel as words, NAME=VALUE: of --set and of the sides of a gate.
 *
 *     struct json *settings = overrides_read(&words, kernel, &arena, e);
 */
#ifndef CUPEL_PLAN_OVERRIDES_H
#define CUPEL_PLAN_OVERRIDES_H

#include "harness/base/json.h"
#include "harness/base/opt.h"
#include "kernels/kernel.h"

/* An object of the settings named, of the kernel's kinds and within its ranges; a text list collects all
 * texts of its name. Error: no such setting, a value that it refuses. Owner: the caller. */
struct json *overrides_read(const struct opt_texts *words, const struct kernel *k, struct arena *a,
                            struct err *e) MUST_CHECK;

#endif

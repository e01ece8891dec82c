/* A short hash over what makes two measurements comparable: CPU model, cores, memory (in GiB), kernel, compiler,
 * flags, allocator.
 *
 *     environment_fingerprint(environment_facts(&from), hex);
 */
#ifndef CUPEL_RUN_ENVIRONMENT_FINGERPRINT_H
#define CUPEL_RUN_ENVIRONMENT_FINGERPRINT_H

#include "harness/base/json.h"

enum { ENVIRONMENT_FINGERPRINT = 17 }; /* 16 hex digits and the NUL */

/* facts: of environment_facts, today's or stored ones. */
void environment_fingerprint(const struct json *facts, char hex[ENVIRONMENT_FINGERPRINT]);

#endif

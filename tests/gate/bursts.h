/* A competing load that comes and goes: bursts of 0.2 to 2 s on one CPU, pauses as long.
 *
 *     struct bursts b;
 *     if (bursts_start(&b, cpu, seed, e)) ... bursts_stop(&b);
 */
#ifndef CUPEL_TESTS_GATE_BURSTS_H
#define CUPEL_TESTS_GATE_BURSTS_H

#include "harness/base/err.h"

#include <stdint.h>
#include <sys/types.h>

struct bursts {
    pid_t pid; /* 0: none runs */
};

/* A child process bound to the CPU; it ends with this process at the latest. */
bool bursts_start(struct bursts *b, int cpu, uint64_t seed, struct err *e) MUST_CHECK;
void bursts_stop(struct bursts *b); /* zero is fine */

#endif

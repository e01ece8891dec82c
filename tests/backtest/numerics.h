/* What tests of numerics share: memory, and which instructions this machine has. */
#ifndef CUPEL_TESTS_BACKTEST_NUMERICS_H
#define CUPEL_TESTS_BACKTEST_NUMERICS_H

#include "harness/base/arena.h"

/* For what a test computes; numerics_free as the teardown of the group gives it back. */
extern struct arena numerics_arena;
int numerics_free(void **state);

/* All instruction sets that are here (kernels/numerics/cpu.h). */
unsigned numerics_cpu(void);

#endif

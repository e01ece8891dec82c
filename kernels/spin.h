/* A known, tunable cost: planted effects for the statistics.
 *
 * One iteration is `work` dependent multiply-adds plus `extra_percent` per cent more of them, so
 * that a side with extra_percent 15 is slower than one with 0 by 15 % in instructions, and the
 * harness must find just that. With `workers` the iterations are shared by processes that live from
 * step to step, so that their CPU time is to be seen while they live.
 */
#ifndef CUPEL_KERNELS_SPIN_H
#define CUPEL_KERNELS_SPIN_H

#include "kernels/kernel.h"

extern const struct kernel kernel_spin;

#endif

/* The kernel that does nothing: what a slice costs then is the harness's own. */
#ifndef CUPEL_KERNELS_NULL_H
#define CUPEL_KERNELS_NULL_H

#include "kernels/kernel.h"

extern const struct kernel kernel_null;

#endif

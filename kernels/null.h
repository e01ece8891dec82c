/* The kernel that does nothing: what a slice costs then is the harness's own. */
#ifndef CUPEL_KERNELS_NULL_H
#define CUPEL_KERNELS_NULL_H

#include "kernels/kernel.h"

extern const struct kernel kernel_null;

/* The digest of kernels whose results are of no interest: how often they ran differs from side to side. */
bool null_digest(void *ctx, struct kernel_digest *out, struct err *e);

#endif

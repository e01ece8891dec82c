/* cupel verify --kernel NAME: sets of layers of any kernel against none, by their digests. */
#ifndef CUPEL_CMD_VERIFY_KERNEL_H
#define CUPEL_CMD_VERIFY_KERNEL_H

#include "harness/cmd/command.h"
#include "kernels/kernel.h"

#include <stdint.h>

struct verify_kernel_settings {
    const char *name; /* as it was given: of a plugin its path */
    const struct kernel *kernel;
    const char *layers, *work;
    struct opt_texts set, vary;
    long strength, seed;
};

/* Prints what was tried and what came of it. The exit status's code; e: what differs. */
enum err_code verify_kernel(const struct verify_kernel_settings *s, struct arena *a, struct err *e);

#endif

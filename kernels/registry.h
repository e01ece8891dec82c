/* The list of built-in kernels, and where kernels are found by name. */
#ifndef CUPEL_KERNELS_REGISTRY_H
#define CUPEL_KERNELS_REGISTRY_H

#include "kernels/kernel.h"

#include <stdbool.h>
#include <stdint.h>

/* NULL-terminated. */
extern const struct kernel *const kernels[];

/* The contract's number, for programs that load libcupel-kernels.so. */
uint32_t cupel_kernel_abi(void);

/* A built-in one, or that of a shared object, whose path holds a '/' or ends in ".so" (plugin.h).
 * Error: names the kernels there are; what the shared object lacks. */
const struct kernel *kernel_find(const char *name, struct err *e) MUST_CHECK;

/* "all", "exact" (those that change no bit), "none", or names separated by commas, each taken away when it starts with '-':
 * "all,-pre-group". Error: names the unknown layer and the ones there are. */
bool kernel_layers_parse(const struct kernel *k, const char *set, uint64_t *out,
                         struct err *e) MUST_CHECK;

/* "none", "all", "exact", or the names in the order of the rows, separated by commas. */
void kernel_layers_print(const struct kernel *k, uint64_t layers, struct text *out);

uint64_t kernel_layers_all(const struct kernel *k);

#endif

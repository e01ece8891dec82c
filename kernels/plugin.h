/* Kernels out of shared objects: NAME.so exports
 *     const struct kernel *cupel_kernel(void);
 * and is named by its path wherever a kernel is named (kernel_find in registry.h; shared_object.h).
 *
 *     const struct kernel *k = plugin_load("./mine.so", e);
 */
#ifndef CUPEL_KERNELS_PLUGIN_H
#define CUPEL_KERNELS_PLUGIN_H

#include "kernels/kernel.h"

/* The record, checked, or NULL. It stays loaded until the process ends. Error: begins with the path;
 * no such file, no shared object, no cupel_kernel, no record, another ABI, or what plugin_check says. */
const struct kernel *plugin_load(const char *path, struct err *e) MUST_CHECK;

/* Is the record whole: every field within its range, every function there that is asked for? Pointers
 * that point nowhere are out of its reach. Error: names the field and what was expected. */
bool plugin_check(const struct kernel *k, struct err *e) MUST_CHECK;

#endif

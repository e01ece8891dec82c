/* Records out of shared objects: what kernels (plugin.h) and strategies (backtest/plugged.h) of users
 * have in common. Errors tell what is wrong with the file, not its name: the caller puts that before them.
 *
 *     void *library = shared_object_open("./mine.so", e);
 *     const struct kernel *(*give)(void);
 *     if (library && shared_object_function(library, "cupel_kernel", &give, sizeof give, e)) ...
 */
#ifndef CUPEL_KERNELS_SHARED_OBJECT_H
#define CUPEL_KERNELS_SHARED_OBJECT_H

#include "harness/base/err.h"

#include <stddef.h>

/* Is it a path, not the name of something built in: does it hold a '/' or end in ".so"? */
bool shared_object_is_path(const char *name);

/* Loads the file; NULL on error. A path without '/' begins in the current folder. */
void *shared_object_open(const char *path, struct err *e) MUST_CHECK;
void shared_object_close(void *library);

/* Puts the function of that name into *function, a pointer to a function, `size` bytes. Error: there is none. */
bool shared_object_function(void *library, const char *name, void *function, size_t size,
                            struct err *e) MUST_CHECK;

/* May it be the name of something: a word of command lines, of layer sets and of file names? Error:
 * begins with `field`. */
bool shared_object_name(const char *field, const char *name, struct err *e) MUST_CHECK;

#endif

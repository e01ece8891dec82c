/* What callgrind counted, by function: calls, instructions of its own, instructions with all it called.
 * Deterministic: the same in every run of the same code on the same input.
 *
 *     struct callgrind c = {0};
 *     if (callgrind_read(&c, "callgrind.out", &arena, e))
 *         ... c.functions[0].name, the one with the most instructions of its own ...
 *
 * Format: "Callgrind Format Specification" of the Valgrind manual, version 1, with name compression.
 */
#ifndef CUPEL_PROFILE_CALLGRIND_H
#define CUPEL_PROFILE_CALLGRIND_H

#include "harness/base/arena.h"
#include "harness/base/err.h"

#include <stdint.h>

/* inclusive: recursive calls count once for each level, so it is cut at the total. A function that was
 * running when counting began has no calls. */
struct callgrind_function {
    const char *name, *file,
        *object;                     /* file, object: "" when not told; object without its folder */
    uint64_t calls, self, inclusive; /* instructions */
};

struct callgrind {
    struct callgrind_function *functions; /* by self, most first; then by name */
    int count;
    uint64_t total;
};

/* Everything in the arena. Error: names file and line. */
bool callgrind_read(struct callgrind *c, const char *path, struct arena *a,
                    struct err *e) MUST_CHECK;

/* The function of this name (and file, if given) or NULL. */
const struct callgrind_function *callgrind_find(const struct callgrind *c, const char *name,
                                                const char *file);

#endif

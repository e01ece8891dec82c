/* Names as callgrind writes them: "(3) name" says what 3 stands for from now on, "(3)" is that name again, "name" is
 * itself. Objects, files and functions have numbers of their own.
 *
 *     struct callgrind_names files = {0};
 *     const char *file = callgrind_names_read(&files, str_of("(3) a.c"), &arena);
 *     callgrind_names_done(&files);
 */
#ifndef CUPEL_PROFILE_CALLGRIND_NAMES_H
#define CUPEL_PROFILE_CALLGRIND_NAMES_H

#include "harness/base/arena.h"
#include "harness/base/str.h"

struct callgrind_names {
    const char **v;
    long capacity;
};

/* In the arena. NULL: not in the form above, or a number that nothing was said of. */
const char *callgrind_names_read(struct callgrind_names *n, struct str text, struct arena *a);
void callgrind_names_done(struct callgrind_names *n);

#endif

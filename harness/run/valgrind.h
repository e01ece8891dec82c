/* The words that put a program under valgrind's callgrind, and the total it leaves behind. The program
 * itself says where counting starts and stops (client requests), in all its threads.
 *
 *     struct valgrind v;
 *     valgrind_init(&v, folder);
 *     side_start_under(&p, side, v.argv, ...) ... side_stop(&p);
 *     valgrind_total(&v, &instructions, e);
 */
#ifndef CUPEL_RUN_VALGRIND_H
#define CUPEL_RUN_VALGRIND_H

#include "harness/base/err.h"

#include <limits.h>

struct valgrind {
    char out[PATH_MAX], log[PATH_MAX + 32], file[PATH_MAX + 32];
    const char *argv[8]; /* NULL-terminated */
};

bool valgrind_is_there(void);

/* folder: exists; callgrind.out and valgrind.log are made in it. */
void valgrind_init(struct valgrind *v, const char *folder);

/* After the program has ended. Error: it left no count. */
bool valgrind_total(const struct valgrind *v, double *instructions, struct err *e) MUST_CHECK;

#endif

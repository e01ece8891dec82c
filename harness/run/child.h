/* A helper program, waited for: git, a build. In a process group of its own, which is ended whole when
 * the run is interrupted. Nothing of it is measured: commands that are go through external.h.
 *
 *     struct child c = {.argv = argv, .folder = "/repository", .out = fd, .err = fd};
 *     int status;
 *     if (child_run(&c, &status, e) && status == 0) ...
 */
#ifndef CUPEL_RUN_CHILD_H
#define CUPEL_RUN_CHILD_H

#include "harness/base/err.h"
#include "harness/base/str.h"

struct child {
    const char *const *argv; /* NULL-terminated; argv[0] is looked for in $PATH */
    const char *folder;      /* in which it runs; NULL: this process's */
    int out, err;            /* descriptors that its two outputs go to; its input is empty */
    bool to_the_end;         /* also when interrupted: for clearing up */
};

/* In a child that a profile may follow, before exec: lets any process of the same user trace it where Yama has only
 * ancestors do so (kernel.yama.ptrace_scope 1). The tracer is none; the sampler by a timer needs it. */
void child_permit_tracing(void);

/* Takes variables by which a git hook or a make above would tell of another repository or another build out
 * of this process's environment. */
void child_forget_callers(void);

/* *status: of its exit; 128 + the signal that ended it. It has forgotten callers. Error: it cannot be run;
 * INTERRUPTED, its group has been ended. */
bool child_run(const struct child *c, int *status, struct err *e) MUST_CHECK;

/* A file without a name, to read outputs from: its descriptor, or -1 with e. Owner: the caller, close. */
int child_file(struct err *e) MUST_CHECK;

/* Appends all that stands in the file. */
bool child_read(int fd, struct text *into, struct err *e) MUST_CHECK;

#endif

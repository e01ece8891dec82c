/* One run of a command while it is under way: shared by external_start.c, external_attend.c, which reads what
 * it prints, and external.c, which judges how it ended.
 */
#ifndef CUPEL_RUN_EXTERNAL_PROCESS_H
#define CUPEL_RUN_EXTERNAL_PROCESS_H

#include "harness/run/external.h"
#include "harness/run/tail.h"

enum external_stream { EXTERNAL_OUT, EXTERNAL_ERR, EXTERNAL_REPORT, EXTERNAL_STREAMS };

enum { EXTERNAL_PIPE_BYTES = 1 << 20 }; /* so that a command that prints much seldom waits for us */

struct external_process {
    struct external *external;
    const char *const *argv;
    int input;
    int streams[EXTERNAL_STREAMS]; /* our ends; -1: closed */
    pid_t pid;                     /* of the spawner */
    int64_t began_ns, ended_ns;    /* ended: told to end its tree; 0: was not */
    int interruptions;             /* that there were before, and do not count */
    struct err why;                /* it was told to */
    bool killed;
    struct tail tail;
    struct sha256 *hash;
    struct external_result result;
};

/* The descriptor of the spawner, in memory: there is no file to be found, or lost. Made once. */
bool external_image(struct external *x, struct err *e) MUST_CHECK;

/* Starts the spawner with the words of r->argv; rng NULL: no padding. Sets pid and streams, also on error:
 * the caller closes them. */
bool external_start(struct external_process *r, struct rng *rng, struct err *e) MUST_CHECK;

void external_reap(pid_t pid);

/* Closes those of n descriptors that are open (not negative). */
void external_close(const int *fds, int n);

/* Reads what it prints until the spawner has said how it went, which a grandchild that holds the pipes does not
 * delay; ends the tree when its time is up, or at an interruption. */
bool external_attend(struct external_process *r, struct err *e) MUST_CHECK;

#endif

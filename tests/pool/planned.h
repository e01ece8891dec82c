/* Jobs that do as planned: give bytes, fail, or take their worker down. For the tests of the pool.
 *
 * A job is a value (struct planned); how often it was tried stands in memory that the workers share,
 * so that "goes wrong the first time" can be planned. What the pool tells is written down as text,
 * and planned_expect() writes what it should tell, from the plan alone.
 */
#ifndef CUPEL_TESTS_POOL_PLANNED_H
#define CUPEL_TESTS_POOL_PLANNED_H

#include "kernels/pool/pool.h"

#include <stdatomic.h>

enum { PLANNED_MAX = 256 };

enum planned_kind {
    KIND_PLAIN,
    KIND_FAIL, /* an error of the job: not tried again */
    /* these lose the worker */
    KIND_KILL,
    KIND_ABORT,
    KIND_SEGFAULT,
    KIND_EXIT,
    KIND_TRUNCATED, /* half an answer, then gone */
    KIND_CLOSED,    /* the socket closed, the process there */
    KIND_MISTAKEN,  /* the answer of another job */
    KIND_HANG,      /* these need hang_ms */
    KIND_STOP,
    KIND_COUNT
};

/* What the error says of a job of this kind, after "job N: ". */
extern const char *const planned_words[KIND_COUNT];

struct planned {
    enum planned_kind kind;
    int wrong; /* how often it goes wrong before it goes well */
    long number;
    size_t bytes; /* of the result */
};

struct planned_shared {
    atomic_int tries[PLANNED_MAX];
    atomic_int begins;
};

struct plan_of_jobs {
    struct planned jobs[PLANNED_MAX];
    struct planned_shared *shared; /* by workers and parent */
    struct text told;
    long made, window_broken;
};

/* Jobs of kind PLAIN with small results; shared memory is made at the first call. */
void planned_reset(struct plan_of_jobs *plan, long jobs);
void planned_done(struct plan_of_jobs *plan); /* frees */

/* The worker's side, context: the plan. */
struct pool_work planned_work(struct plan_of_jobs *plan);
/* The parent's side. */
struct pool_batch planned_batch(struct plan_of_jobs *plan, long jobs, bool go_on);

/* Runs the batch and compares what was told, and how it ended, with the plan. */
void planned_check(struct pool *p, struct plan_of_jobs *plan, long jobs, bool go_on);

/* The descriptors of this process that are sockets: fills out[0..max), returns how many there are. */
int planned_sockets(int *out, int max);

/* This process has no children, dead or alive. */
bool planned_no_children(void);

#endif

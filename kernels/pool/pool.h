/* Jobs over worker processes. A job is a value: its number in, bytes out; nothing else is shared.
 *
 * Workers are forked from the caller (they see its memory as it is, copy on write), ask for the next
 * job when they are done with one, and end with their parent. What they count in base/io is added to
 * the parent's counts.
 */
#ifndef CUPEL_POOL_POOL_H
#define CUPEL_POOL_POOL_H

#include "harness/base/err.h"
#include "harness/base/str.h"

#include <stdbool.h>

struct pool_work {
    void *context;
    /* In the worker: appends the result of the job to *out. An error ends the whole run. */
    bool (*run)(void *context, long job, struct text *out, struct err *e);
    /* In the parent, once per job, in order of completion. */
    bool (*done)(void *context, long job, struct str result, struct err *e);
};

/* Runs jobs 0..jobs-1 on `workers` >= 1 processes (no more than there are jobs). Returns when all
 * workers have ended; after an error they are killed, also inside a job. Error: the first error of a
 * job or of `done`, or a worker that died, named with its job and signal. */
bool pool_run(int workers, long jobs, const struct pool_work *work, struct err *e) MUST_CHECK;

#endif

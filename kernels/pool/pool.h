/* Jobs over worker processes. A job is a value: bytes in, bytes out; nothing else is shared.
 *
 *     struct pool *p = pool_open(&(struct pool_settings){.workers = 4}, &work, e);
 *     pool_run(p, &batch, e);      // as often as there are batches: the workers stay
 *     pool_close(p);
 *
 * Workers are forked from the caller at the first job (they see its memory as it is then, copy on
 * write) and keep what they change for themselves. So one pool is all three kinds: persistent as it
 * stands; made per batch with pool_restart after each batch; forked from a warm parent with
 * pool_restart after the parent has warmed.
 *
 * Results do not depend on the number of workers: they are told in the order of the jobs, and so are
 * failures. A worker that dies or hangs is replaced and its job is run once more; a job that loses two
 * workers has failed. What workers count in base/io is added to the parent's counts with each
 * answer (a lost worker's last job is not in it). Workers ignore SIGINT, SIGTERM and SIGHUP, which a
 * terminal or timeout(1) send to the whole group: they end with their pool, and with the process
 * (more exactly the thread) that made them, also when that is killed.
 *
 * One thread at a time. The clock is read for hang_ms only.
 */
#ifndef CUPEL_POOL_POOL_H
#define CUPEL_POOL_POOL_H

#include "harness/base/err.h"
#include "harness/base/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct pool_settings {
    int workers;  /* 1 or more; a batch starts no more of them than it has jobs */
    int window;   /* most jobs made and not yet told: bounds the results that wait. 0: 4 a worker */
    long hang_ms; /* a worker that says nothing for so long, while the pool waits for it, is killed;
                   * a job and its begin() must end within. 0: never */
};

/* What a worker does. Bound at the fork: a worker sees the context as it was then. */
struct pool_work {
    void *context;
    /* Once per worker and batch, before its first job of it. A failure is that of each job that this
     * worker gets in the batch. NULL: nothing to do. */
    bool (*begin)(void *context, struct str preamble, struct err *e);
    /* Appends the result of the job to *out. */
    bool (*run)(void *context, struct str job, struct text *out, struct err *e);
};

/* A worker that died or hung. */
struct pool_loss {
    int worker; /* its place, 0 .. workers - 1: another takes it */
    pid_t pid;
    long job; /* that it had in work; -1: none */
    const char
        *how;   /* "was killed by signal 9 (Killed)", "ended with status 5 before the result" */
    bool again; /* the job is run once more; else it has failed */
};

/* What the parent does, always in the order of the jobs' numbers 0..jobs-1. These functions must not
 * use the pool. */
struct pool_batch {
    void *context;
    long jobs;
    struct str preamble; /* for begin(); may be empty. Read while pool_run runs */
    /* Appends the bytes of the job, at most `window` jobs ahead of done. Once per job. */
    bool (*job)(void *context, long number, struct text *bytes, struct err *e);
    bool (*done)(void *context, long number, struct str result, struct err *e);
    /* A job that failed is told here in its turn, and the others go on. NULL: the first ends the
     * batch, when done was called for all jobs before it and for none after. */
    bool (*failed)(void *context, long number, const struct err *why, struct err *e);
    /* When it happens, not in any job's turn. NULL: nobody wants to know. */
    void (*lost)(void *context, const struct pool_loss *loss);
    /* Asked now and then while the pool waits for workers; false ends the batch with e. For jobs that may
     * never end. NULL: the batch goes on. */
    bool (*go_on)(void *context, struct err *e);
};

struct pool_stats {
    uint64_t jobs;            /* answered, well or not */
    uint64_t batches;         /* calls of pool_run */
    uint64_t workers_started; /* processes */
    uint64_t workers_lost;    /* died or hung; not those that the pool ended */
    uint64_t workers_refused; /* could not be made (fork, socketpair): fewer did the work */
    uint64_t retries;         /* jobs that were run a second time */
    uint64_t bytes_sent, bytes_received;
};

struct pool;

/* Starts nothing yet. The records are copied. NULL when a setting is out of range. */
struct pool *pool_open(const struct pool_settings *settings, const struct pool_work *work,
                       struct err *e) MUST_CHECK;
void pool_close(struct pool *p); /* all workers have ended and were waited for; NULL is fine */

/* Runs a batch. Workers stay for the next; after an error those in a job are killed, the idle ones
 * stay. Where the system refuses a process, fewer workers do the work.
 * Error: the first that job, done, failed or go_on return, or (failed == NULL) that of a job: its own
 * words, or "job N: its worker was killed by signal 9 (Killed), at the second attempt too"; or no
 * worker could be made. */
bool pool_run(struct pool *p, const struct pool_batch *batch, struct err *e) MUST_CHECK;

/* Ends the workers, between batches; the next batch forks new ones from the caller as it is then. */
void pool_restart(struct pool *p);

/* The processes that live now (or have died, not yet waited for): fills out[0..max), returns how
 * many. */
int pool_pids(const struct pool *p, pid_t *out, int max);

struct pool_stats pool_stats(const struct pool *p);

/* In a worker: its place, 0 .. workers - 1. In the process that opened the pool: -1. */
int pool_place(const struct pool *p);

#endif

/* What the two rooms of the pool share: private to pool*.c.
 *
 *     pool.c          jobs: handed out, answered, told in order; batches
 *     pool_workers.c  processes: made, ended, written to, waited for
 */
#ifndef CUPEL_POOL_POOL_PARTS_H
#define CUPEL_POOL_POOL_PARTS_H

#include "kernels/pool/pool.h"
#include "kernels/pool/wire.h"

#include <poll.h>

enum { AHEAD = 2 }; /* jobs that a worker has */

enum slot_state {
    SLOT_EMPTY,
    SLOT_LOST, /* its worker was; to be handed out again */
    SLOT_OUT,  /* a worker has it */
    SLOT_TOLD, /* answered; waits for its turn */
};

struct slot {
    enum slot_state state;
    int losses; /* workers lost in it */
    int64_t code;
    struct text job, result; /* result: or the text of the error */
};

struct worker {
    pid_t pid;  /* 0: none */
    int socket; /* -1: none */
    bool begun; /* has the preamble of this batch */
    int queued; /* jobs that it has; the first is in work */
    long queue[AHEAD];
    int64_t quiet_ns; /* for which the pool has waited for it without a word */
    struct text outbox;
    size_t sent;             /* of the outbox */
    size_t got;              /* of head, then of head and body */
    struct wire_answer head; /* of the answer that is coming in */
};

struct pool {
    struct pool_settings settings;
    struct pool_work work;
    struct worker *workers;
    struct pollfd *polls;
    struct slot *slots;
    struct pool_stats stats;

    const struct pool_batch *batch;
    long first, next;
    long lost;    /* slots in SLOT_LOST */
    bool closing; /* a job failed that ends the batch: make no more */
    int place;    /* pool_place */
};

/* ---- pool_workers.c --------------------------------------------------------------------------- */

/* As many workers as there is work for; fewer when the system has no more to give. */
bool pool_staff(struct pool *p, struct err *e) MUST_CHECK;

/* Kills: whoever comes here is dead, hung, or in a job that nobody waits for. Returns the status of the
 * process. */
int pool_kill(struct worker *w);

/* All of them, by the end of the stream, so that tools that write at exit can do so; killed if that is
 * no use. */
void pool_end_workers(struct pool *p);

/* Those that ended between batches had no job: nobody's fault. */
void pool_drop_dead(struct pool *p);

/* What is said of a worker: "was killed by signal 9 (Killed)". */
enum loss { LOSS_ENDED, LOSS_IDLE, LOSS_HUNG, LOSS_BROKEN };
void pool_describe_loss(struct text *out, enum loss how, int status, int64_t quiet_ns);
/* To who wants to know. */
void pool_tell_loss(const struct pool *p, struct pool_loss loss);

/* Puts an order into the outbox; sends what the socket takes now. */
void pool_post(struct worker *w, int64_t job, struct str bytes);
void pool_flush(struct pool *p, struct worker *w);

/* Fills p->polls: what there is to read, and whether there is room to write. wait: until there is, or
 * the first worker may be hung. *waited_ns: how long, but no longer than was asked for. */
bool pool_wait(struct pool *p, bool wait, int64_t *waited_ns, struct err *e) MUST_CHECK;

#endif

/* What crosses the socket pair of a pool and a worker. Both ends are the same program, so that
 * structs cross as they are. End of stream = go home. Messages are not counted in base/io: a layer's
 * counts are of files, whatever the number of workers.
 */
#ifndef CUPEL_POOL_WIRE_H
#define CUPEL_POOL_WIRE_H

#include "harness/base/io.h"
#include "kernels/pool/pool.h"

enum { WIRE_BEGIN = -1, WIRE_CHUNK = 64 * 1024 };

/* Down. `bytes` follow: a job, or the preamble of a batch. */
struct wire_order {
    int64_t job; /* its number, or WIRE_BEGIN */
    uint64_t bytes;
};

/* Up, one for each job, in the order in which the worker got them. `bytes` follow: the result, or
 * the text of the error. No padding: all of it is initialised. */
struct wire_answer {
    int64_t job;
    int64_t code; /* an err_code; ERR_OK: a result */
    uint64_t bytes;
    struct io_counts counts; /* since the answer before */
};

/* Empties t. Gives back the memory of an unusually large message, keeps that of others. */
void wire_clear(struct text *t);
struct str wire_bytes(const struct text *t); /* p is never NULL */

/* The life of a worker, from fork to _exit. fd: its end of the socket pair. */
_Noreturn void wire_serve(const struct pool_work *work, int fd, pid_t parent);

#endif

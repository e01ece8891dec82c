/* The worker's half of a measurement: runs one kernel as the harness asks (protocol.h) and answers
 * with readings. In a fresh process of its own; the descriptor of the harness is its only company.
 */
#ifndef CUPEL_RUN_WORKER_H
#define CUPEL_RUN_WORKER_H

#include "harness/base/err.h"

#include <stdbool.h>

/* Serves until the harness says quit or goes away. fd: the socket; owned by the worker from here. */
bool worker_serve(int fd, struct err *e) MUST_CHECK;

#endif

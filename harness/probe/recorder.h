/* A thread that writes down how much memory is held (levels.h), from its start to its stop.
 *
 *     struct recorder *r = recorder_start(0, 1.0, e);
 *     ... the work ...
 *     struct json *series = recorder_stop(r);      // result/series.h tells what is in it
 *
 * It holds RECORDER_ROWS rows: when they are full, every second one is dropped and the time between two
 * doubles. It takes no more than a fifth of one CPU, and no memory of the heap that it watches. Never
 * beside a timed slice.
 */
#ifndef CUPEL_PROBE_RECORDER_H
#define CUPEL_PROBE_RECORDER_H

#include "harness/base/err.h"
#include "harness/base/json.h"

#include <sys/types.h>

enum { RECORDER_ROWS = 500 };

#define RECORDER_MS 0.2 /* between two rows, at first */

struct recorder;

/* root: whose descendants' RSS is recorded; 0: all levels of this process, its children's RSS with it.
 * interval_ms 0: RECORDER_MS. The first row is written before this returns. NULL with e: the system
 * gives no thread, or does not tell what is wanted. Owner: the caller, recorder_stop. */
struct recorder *recorder_start(pid_t root, double interval_ms, struct err *e) MUST_CHECK;

/* A row more, now: for moments that must not be missed. */
void recorder_note(struct recorder *r);

/* One last row (of this process; of another tree, which may have ended, none), and all of them.
 * Owner of the result: the caller. NULL is fine and gives NULL. */
struct json *recorder_stop(struct recorder *r);

#endif

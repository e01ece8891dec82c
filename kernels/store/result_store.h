/* Stored results: a payload (one line of JSON text) per (range, id).
 *
 *     DIR/results/RANGE/ID.json               one file each, or
 *     DIR/results/RANGE/segment-000001.jsonl  a batch: one line {"id":ID,"result":PAYLOAD} each
 *
 * Both forms may stand side by side and are read alike. Written by rename: whole or not there;
 * temporary files of a crash (NAME.tmp.PID) are passed over. An id that was stored twice (a crash
 * between result and checkpoint) is one result: the single file if there is one, else the last line
 * of the highest segment. Which of them does not matter, as a result follows from its id. One
 * writer at a time; segments that another process adds after a range was indexed are not seen.
 *
 * A range or id becomes part of a path: 1..128 bytes without '/', '\\', '"' and control characters,
 * and no '.' in front. A payload is JSON on one line.
 *
 * Cost of a put or a batch (asserted in tests/store): opens 2 (the file, its folder), writes 1,
 * syncs 2 (the same two), renames 1. The first write to a range adds open 1: its folder is listed,
 * or, when it is new, opens 1 and syncs 1 for the folder above.
 */
#ifndef CUPEL_STORE_RESULT_STORE_H
#define CUPEL_STORE_RESULT_STORE_H

#include "harness/base/err.h"
#include "harness/base/str.h"

#include <stdbool.h>

struct result_store;

struct result_item {
    const char *id;
    struct str payload;
};

/* Makes the folder if need be (a new one costs 1 open and 1 sync). Reads nothing yet. Owner: the
 * caller. */
struct result_store *result_store_open(const char *dir, struct err *e) MUST_CHECK;
void result_store_close(struct result_store *s); /* NULL is fine */

bool result_store_put(struct result_store *s, const char *range, const struct result_item *item,
                      struct err *e) MUST_CHECK;
/* One file, one sync for all of them. n >= 1. */
bool result_store_put_batch(struct result_store *s, const char *range,
                            const struct result_item *items, int n, struct err *e) MUST_CHECK;

/* Appends the payload to *out. *found is false (and no error) when there is no such result. The
 * segments of a range are indexed at the first need. Error: an unreadable or damaged file, named;
 * a damaged line of a segment, by file and line, when the id is found nowhere else (it may have
 * stood there). A segment cut exactly between two lines cannot be told from a shorter batch. */
bool result_store_get(struct result_store *s, const char *range, const char *id, struct text *out,
                      bool *found, struct err *e) MUST_CHECK;

/* Renames the single file of a result that cannot be used to ID.json.damaged, so that it does not
 * stand in the way of the one that will be stored instead. Absent is fine. */
bool result_store_set_aside(struct result_store *s, const char *range, const char *id,
                            struct err *e) MUST_CHECK;

/* Calls `each` once for every stored (range, id), in byte order of ranges, then of ids; stops at
 * false. A damaged segment line is passed over and counted in *damaged. */
typedef bool result_store_fn(void *context, const char *range, const char *id, struct err *e);
bool result_store_each(struct result_store *s, result_store_fn *each, void *context, long *damaged,
                       struct err *e) MUST_CHECK;

#endif

/* Stored results: a payload (one line of JSON text) per (range, id).
 *
 *     DIR/results/RANGE/ID.json               one file each, or
 *     DIR/results/RANGE/segment-000001.jsonl  a batch: one line {"id":ID,"result":PAYLOAD} each
 *
 * Both forms may stand side by side and are read alike. Written by rename: whole or not there. An id
 * that was stored twice (a crash between result and checkpoint) is one result, the later.
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

/* Makes the folder if need be. Reads nothing yet. Owner: the caller. */
struct result_store *result_store_open(const char *dir, struct err *e) MUST_CHECK;
void result_store_close(struct result_store *s); /* NULL is fine */

bool result_store_put(struct result_store *s, const char *range, const struct result_item *item,
                      struct err *e) MUST_CHECK;
/* One file, one sync for all of them. n >= 1. */
bool result_store_put_batch(struct result_store *s, const char *range,
                            const struct result_item *items, int n, struct err *e) MUST_CHECK;

/* Appends the payload to *out. *found is false (and no error) when there is no such result. The
 * segments of a range are indexed at the first need. Error: an unreadable or damaged file, named. */
bool result_store_get(struct result_store *s, const char *range, const char *id, struct text *out,
                      bool *found, struct err *e) MUST_CHECK;

/* Calls `each` for every stored (range, id); stops at false. A damaged segment line is passed over
 * and counted in *damaged. */
typedef bool result_store_fn(void *context, const char *range, const char *id, struct err *e);
bool result_store_each(struct result_store *s, result_store_fn *each, void *context, long *damaged,
                       struct err *e) MUST_CHECK;

#endif

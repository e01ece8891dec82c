/* Stored results: a payload per (range, id).
 *
 *     DIR/results/RANGE/ID.json              one file each: a line of JSON text
 *     DIR/results/RANGE/segment-000001.bin   a batch (result_store_segment.h): any bytes
 *
 * Both forms may stand side by side and are read alike. Written by rename: whole or not there;
 * temporary files of a crash (NAME.tmp.PID) are passed over. A result that was stored again is the
 * one stored last: a single file hides what segments hold, a batch takes away the single files of
 * its ids once it is on disk, and of segments the last record of the highest counts. A crash or a
 * failed write leaves the result before or the new one. One writer at a time; what another process
 * adds to a range that was used here is not seen.
 *
 * A range or id becomes part of a path: 1..128 bytes without '/', '\\', '"' and control characters,
 * and no '.' in front. A batch is at most 4 GB, a payload 1 GB.
 *
 * Cost of a put or a batch (asserted in tests/store): opens 2 (the file, its folder), writes 1,
 * syncs 2 (the same two), renames 1. The first use of a range adds open 1: its folder is listed,
 * or, when it is new, opens 1 and syncs 1 for the folder above. A batch that takes away single
 * files adds removes and, once, open 1 and sync 1.
 *
 * Cost of reading, with s segments in the range: the first get or stream reads through all of them
 * once (opens s) for ids that stand more than once. Gets in the order of storing, also with gaps,
 * then read on from the place of the one before: opens s once more, and
 * in memory 64 KB, 4 bytes a segment, 40 bytes an id that stands more than once, and 256 KB while
 * those are looked for. Only a get that goes back, or comes after a batch was stored, indexes the
 * range: opens s, 20 to 40 bytes a result (result_store_index.h). A single file is open 1.
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

/* The payload of a single file is JSON on one line. */
bool result_store_put(struct result_store *s, const char *range, const struct result_item *item,
                      struct err *e) MUST_CHECK;
/* One file, one sync for all of them. n >= 1; payloads are any bytes, at least one. */
bool result_store_put_batch(struct result_store *s, const char *range,
                            const struct result_item *items, int n, struct err *e) MUST_CHECK;

/* Appends the payload to *out. *found is false (and no error) when there is no such result. Error:
 * an unreadable or damaged file, by name and record; damage that hides ids, when the id is found
 * nowhere else (it may have stood there). */
bool result_store_get(struct result_store *s, const char *range, const char *id, struct text *out,
                      bool *found, struct err *e) MUST_CHECK;

/* Renames the single file of a result that cannot be used to ID.json.damaged, so that it does not
 * stand in the way of the one that will be stored instead. Absent is fine. */
bool result_store_set_aside(struct result_store *s, const char *range, const char *id,
                            struct err *e) MUST_CHECK;

/* Removes the single file of a result; absent is fine. A record of a segment stays: what must not
 * be read any more is not named by the checkpoint, and its room is won back by compacting. */
bool result_store_remove(struct result_store *s, const char *range, const char *id,
                         struct err *e) MUST_CHECK;

/* Calls `each` once for every stored (range, id), in byte order of ranges, then of ids; stops at
 * false. Memory: the ids of a range. What is damaged in segments is passed over and counted in
 * *damaged; single files are not read. */
typedef bool result_store_fn(void *context, const char *range, const char *id, struct err *e);
bool result_store_each(struct result_store *s, result_store_fn *each, void *context, long *damaged,
                       struct err *e) MUST_CHECK;

/* Calls fn with every stored result, each once and as stored last, in constant memory: ranges (or
 * the one that is named) in byte order; in a range the segments in the order of writing, then the
 * single files in the order of the folder. Stops at false. What is damaged is passed over and
 * counted. fn may get from s, but not change it. The payload lives until fn returns. */
typedef bool result_store_stream_fn(void *context, const char *range, const char *id,
                                    struct str payload, struct err *e);
bool result_store_stream(struct result_store *s, const char *range, result_store_stream_fn *fn,
                         void *context, long *damaged, struct err *e) MUST_CHECK;

/* Rewrites a range with those results for which keep says so (false: an error, nothing changes), as
 * segments of about 1 MB. What is there now goes only when all of the new is on disk, so that a
 * crash in between leaves results twice, or some that were not to be kept, until the next time. A
 * damaged file is renamed to NAME.damaged. */
typedef bool result_store_keep_fn(void *context, const char *range, const char *id,
                                  struct str payload, bool *keep, struct err *e);
struct result_store_compacted {
    long kept, dropped, damaged;
};
bool result_store_compact(struct result_store *s, const char *range, result_store_keep_fn *keep,
                          void *context, struct result_store_compacted *told,
                          struct err *e) MUST_CHECK;

#endif

/* What a run has finished: (range, id) -> stamp, behind one interface with two kinds of file. The
 * stamp is the content hash of all that the result depends on, so that an edited strategy or other
 * data run again under the same id; it may be "".
 *
 *     checkpoint.json     {"2000-01-03_2024-12-31": {"0f9e8d7c6b5a4938": "a1b2c3d4e5f60718"},
 *                          ".seal": "04cfc9dece89e226"}
 *     checkpoint.sqlite   entry(range, id, stamp), seal(entries, sum), user_version 1
 *
 *     struct checkpoint *c = checkpoint_read("DIR/checkpoint.sqlite", e);
 *     if (!checkpoint_has(c, range, id, stamp)) { ... checkpoint_add(c, range, id, stamp); }
 *     checkpoint_write(c, "DIR/checkpoint.sqlite", e);
 *
 * Both kinds mean the same; they differ in cost, with n entries and m changes since the last write:
 *
 *     .json    all in memory, at most 64 bytes an entry with ids and stamps of 16 hex digits.
 *              Read and write O(n); a write costs opens 2, writes one for each 64 KB, fsyncs 2,
 *              rename 1: the file is replaced whole.
 *     .sqlite  memory O(m), however many entries (page cache of 256 KB). A look-up O(log n), a
 *              write O(m log n) in one transaction of one fsync, no open, no rename. Opening it
 *              reads all of it once, to find damage.
 *
 * The seal is a sum of hashes over all entries, the same for both kinds: a byte that changed and
 * still parses is found by it. A JSON file without one (made by hand) is taken as it is.
 *
 * Errors: adding and removing cannot fail, as changes wait in memory for the write. A look-up in a
 * database can: it then says no, which makes a backtest run again, and the next write, each or copy
 * reports it. Damage is ERR_INPUT, a system that refuses is ERR_SYSTEM; each a line that names the
 * file. A write that failed left the file as it was and may be tried again.
 *
 * Ranges and ids are not empty, ranges do not start with a dot (programmer errors). One handle of a
 * database at a time: a second one is told that it is in use.
 */
#ifndef CUPEL_STORE_CHECKPOINT_H
#define CUPEL_STORE_CHECKPOINT_H

#include "harness/base/err.h"

#include <stdbool.h>

struct checkpoint;

struct checkpoint *checkpoint_new(void);    /* empty, in memory; owner: the caller */
void checkpoint_free(struct checkpoint *c); /* NULL is fine; what was not written is dropped */

/* The kind follows from the name, .json or .sqlite. An absent file is an empty checkpoint (.sqlite:
 * the empty database is made, by rename). Damaged: NULL, e says what and where. */
struct checkpoint *checkpoint_read(const char *path, struct err *e) MUST_CHECK;

/* Whole: the file holds all or what it held before. To the database that c was read from: one
 * transaction. To any other path, of either kind: a new file that replaces the old by rename, which
 * is how one kind is turned into the other. Equal contents are equal JSON files. */
bool checkpoint_write(struct checkpoint *c, const char *path, struct err *e) MUST_CHECK;

/* To the file that it is bound to: read from, or grown into. */
bool checkpoint_save(struct checkpoint *c, struct err *e) MUST_CHECK;

/* A checkpoint that begins as JSON and becomes a database with the save that finds it larger than
 * `most` entries: small ones cost what a small file costs, large ones what an index costs. Reads the
 * database if there is one, else the JSON file; of both (a crash in between) the database has all
 * that the other has. When the database is in place the JSON file is removed. */
struct checkpoint *checkpoint_read_growing(const char *json, const char *sqlite, long most,
                                           struct err *e) MUST_CHECK;

/* The stamp of (range, id), until the next call with c; NULL: it is not there. */
const char *checkpoint_stamp(struct checkpoint *c, const char *range, const char *id);
/* True when (range, id) is there with this very stamp; stamp NULL: with any. */
bool checkpoint_has(struct checkpoint *c, const char *range, const char *id, const char *stamp);
void checkpoint_add(struct checkpoint *c, const char *range, const char *id, const char *stamp);
void checkpoint_remove(struct checkpoint *c, const char *range, const char *id); /* absent: fine */

/* Over all ranges. -1 when a database cannot be read, which the next write reports. */
long checkpoint_count(struct checkpoint *c);

/* Calls fn for every entry, in byte order of ranges, then of ids; stops at false, which it returns.
 * Constant memory for a database. fn must not change c. */
typedef bool checkpoint_fn(void *context, const char *range, const char *id, const char *stamp,
                           struct err *e);
bool checkpoint_each(struct checkpoint *c, checkpoint_fn *fn, void *context,
                     struct err *e) MUST_CHECK;

/* Adds all of `from` to `to`; to be written by the caller. Where `to` has an entry with another
 * stamp, prefers says whether that of `from` shall replace it (NULL: it shall). */
typedef bool checkpoint_prefer_fn(void *context, const char *range, const char *id,
                                  const char *stamp);
bool checkpoint_copy(struct checkpoint *from, struct checkpoint *to, checkpoint_prefer_fn *prefers,
                     void *context, struct err *e) MUST_CHECK;

/* Renames a damaged checkpoint to PATH.damaged, so that a new one can take its place. With a
 * database goes its log, which would else be played into the new one. Absent is fine. */
bool checkpoint_set_aside(const char *path, struct err *e) MUST_CHECK;

#endif

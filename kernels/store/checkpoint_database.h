/* The SQLite file of a checkpoint: entries, their seal, transactions. Private to checkpoint*.c.
 *
 * Journal: write-ahead log. One fsync a commit, where a rollback journal needs three or four, and a
 * commit is whole or not there after a crash: frames carry checksums, and the log is played when
 * the database is next opened. The log needs no shared memory as the database is locked for its
 * only user. Page cache: 256 KB. Pages of 4096 bytes: smaller ones write fewer bytes (1024: half)
 * in twice as many operations.
 */
#ifndef CUPEL_STORE_CHECKPOINT_DATABASE_H
#define CUPEL_STORE_CHECKPOINT_DATABASE_H

#include "harness/base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct database;

/* An existing file, not yet looked at. NULL: e. Damage is ERR_INPUT, here and below. */
struct database *database_open(const char *path, struct err *e) MUST_CHECK;
void database_close(struct database *d); /* an open transaction is rolled back */

/* Every entry against the seal, then the pages that hold no entries. Reads all. */
bool database_check(struct database *d, struct err *e) MUST_CHECK;

/* A new file without a journal, for a place where a crash may leave a part; entries are put in one
 * transaction, then database_finish. */
struct database *database_make(const char *path, struct err *e) MUST_CHECK;
bool database_finish(struct database *d, struct err *e) MUST_CHECK;

long database_count(const struct database *d); /* with what is in the open transaction */

/* *stamp is NULL when (range, id) is not there, else lives until database_found. */
bool database_find(const struct database *d, const char *range, const char *id, const char **stamp,
                   struct err *e) MUST_CHECK;
void database_found(const struct database *d);

/* A row after the other, by range and id in byte order; *range NULL at the end. Texts live until the
 * next call. */
bool database_next(const struct database *d, const char **range, const char **id,
                   const char **stamp, struct err *e) MUST_CHECK;
void database_rewind(const struct database *d);

/* Changes, in a transaction. database_put: one that is not there yet; database_change: stamp NULL
 * removes. Commit writes the seal; after any error, roll back. */
bool database_begin(struct database *d, struct err *e) MUST_CHECK; /* again: no effect */
bool database_put(struct database *d, const char *range, const char *id, const char *stamp,
                  struct err *e) MUST_CHECK;
bool database_change(struct database *d, const char *range, const char *id, const char *stamp,
                     struct err *e) MUST_CHECK;
bool database_commit(struct database *d, struct err *e) MUST_CHECK;
void database_roll_back(struct database *d);
bool database_has_begun(const struct database *d);

#endif

/* What a run has finished: one JSON object, `start_end` of a range -> ids of its backtests.
 *
 *     {"2000-01-03_2024-12-31": ["0f9e8d7c6b5a4938", "a1b2c3d4e5f60718"]}
 *
 * The same file whether it is read per backtest or once, and written per backtest or per batch.
 */
#ifndef CUPEL_STORE_CHECKPOINT_H
#define CUPEL_STORE_CHECKPOINT_H

#include "harness/base/err.h"

#include <stdbool.h>

struct checkpoint;

struct checkpoint *checkpoint_new(void); /* empty; owner: the caller, until checkpoint_free */
void checkpoint_free(struct checkpoint *c);

/* Absent file: an empty checkpoint. Damaged: NULL, e names the file, the line or key, and what was
 * expected. */
struct checkpoint *checkpoint_read(const char *path, struct err *e) MUST_CHECK;

/* Whole, by rename. Ids of a range are written sorted, so that equal sets are equal files. */
bool checkpoint_write(const struct checkpoint *c, const char *path, struct err *e) MUST_CHECK;

bool checkpoint_has(const struct checkpoint *c, const char *range, const char *id);
void checkpoint_add(struct checkpoint *c, const char *range, const char *id); /* again: no effect */
void checkpoint_remove(struct checkpoint *c, const char *range, const char *id);
long checkpoint_count(const struct checkpoint *c); /* over all ranges */

#endif

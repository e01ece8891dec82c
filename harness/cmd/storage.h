/* What the `cupel storage ...` commands share. */
#ifndef CUPEL_CMD_STORAGE_H
#define CUPEL_CMD_STORAGE_H

#include "harness/base/units.h"
#include "harness/storage/usage.h"

/* "2.57 MiB", or "2694840" when exact. */
char *storage_bytes(char out[UNITS_TEXT], uint64_t bytes, bool exact);

/* "1 run", "5,000 runs". */
char *storage_runs(char out[UNITS_TEXT], uint64_t n);

/* "41 d", "7 h", "12 min", of milliseconds; "in future" below none. */
char *storage_age(char out[UNITS_TEXT], int64_t ms);

/* Milliseconds since 1970, UTC. */
int64_t storage_now_ms(void);

/* A warning for each place that could not be read. ERR_FAILED with e where there is one: what was read is
 * there, and at least that. */
enum err_code storage_say_unread(const char *dir, const struct usage *u, struct err *e);

/* For --help. */
#define STORAGE_UNREAD_HELP                                                                        \
    "What may not be read is named on standard error and not counted: the numbers are then \"at\n" \
    "least\", and the exit status is 1."

/* Of the id of a run; 0: it is none. */
int64_t storage_time_of(const char *id);

#endif

/* The history of results: an SQLite file of runs (commit, time, machine) and their points.
 *
 *     struct history *h = history_open("results/history.sqlite", HISTORY_ADD, e);
 *     history_add(h, intakes, n, is_new, e);                        // all of them or none
 *     history_close(h);
 *
 * Adding is one transaction, synced: what was told as added is there after a crash, and what is there is
 * whole. Two may add at once, one waits. Reading needs no right to write; it only takes
 * back what a killed process left half-written.
 * `user_version` of the file is the schema's number, `application_id` says that it is cupel's.
 */
#ifndef CUPEL_HISTORY_HISTORY_H
#define CUPEL_HISTORY_HISTORY_H

#include "harness/base/err.h"
#include "harness/history/intake.h"

#include <stdbool.h>

#define HISTORY_DEFAULT "results/history.sqlite"

enum history_mode {
    HISTORY_READ, /* Error: there is no such file */
    HISTORY_ADD,  /* makes file and folder */
};

struct history;

/* Error: not a history, a newer schema, damaged (all pages are checked), the system refuses. */
struct history *history_open(const char *path, enum history_mode mode, struct err *e) MUST_CHECK;
void history_close(struct history *h); /* NULL is fine */

/* is_new[n]: false for a file that is there already (which changes nothing). */
bool history_add(struct history *h, const struct intake *in, int n, bool *is_new,
                 struct err *e) MUST_CHECK;

#endif

/* What the files of this folder that speak SQL share. */
#ifndef CUPEL_HISTORY_HISTORY_SQL_H
#define CUPEL_HISTORY_HISTORY_SQL_H

#include "harness/base/err.h"

#include <sqlite3.h>

/* How long one waits who finds another writing. */
enum { HISTORY_WAIT_MS = 20000 };

struct history {
    sqlite3 *db;
    char *path;
};

/* What SQLite said last, with the file's name: damage and wrong files are bad input. Returns false. */
bool history_sql_error(const struct history *h, struct err *e);

bool history_execute(const struct history *h, const char *sql, struct err *e) MUST_CHECK;

/* NULL on error. Owner: the caller, sqlite3_finalize. */
sqlite3_stmt *history_prepare(const struct history *h, const char *sql, struct err *e) MUST_CHECK;

const char *history_text(sqlite3_stmt *s, int column); /* never NULL */
double history_bound(sqlite3_stmt *s, int column);     /* NULL: NAN */

#endif

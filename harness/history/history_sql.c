#include "harness/history/history_sql.h"

#include <math.h>
#include <stddef.h>

static bool is_damage(int code)
{
    return code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_FORMAT ||
           code == SQLITE_ERROR || code == SQLITE_SCHEMA;
}

bool history_sql_error(const struct history *h, struct err *e)
{
    int code = sqlite3_errcode(h->db) & 0xff;
    if (code == SQLITE_NOTADB)
        return err_input(e, "%s: not a history of results: no SQLite file", h->path);
    if (code == SQLITE_BUSY)
        return err_set(e, ERR_SYSTEM, "%s: somebody else has been writing to it for %d s", h->path,
                       HISTORY_WAIT_MS / 1000);
    return err_set(e, is_damage(code) ? ERR_INPUT : ERR_SYSTEM, "%s: %sSQLite: %s", h->path,
                   is_damage(code) ? "damaged: " : "", sqlite3_errmsg(h->db));
}

bool history_execute(const struct history *h, const char *sql, struct err *e)
{
    return sqlite3_exec(h->db, sql, NULL, NULL, NULL) == SQLITE_OK || history_sql_error(h, e);
}

sqlite3_stmt *history_prepare(const struct history *h, const char *sql, struct err *e)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(h->db, sql, -1, &s, NULL) != SQLITE_OK)
        history_sql_error(h, e);
    return s;
}

const char *history_text(sqlite3_stmt *s, int column)
{
    const char *text = (const char *)sqlite3_column_text(s, column);
    return text ? text : "";
}

double history_bound(sqlite3_stmt *s, int column)
{
    return sqlite3_column_type(s, column) == SQLITE_NULL ? (double)NAN
                                                         : sqlite3_column_double(s, column);
}

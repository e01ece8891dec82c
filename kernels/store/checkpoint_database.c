#include "kernels/store/checkpoint_database.h"

#include "harness/base/io.h"
#include "harness/base/mem.h"
#include "kernels/store/checkpoint_set.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1 };

/* Statements that are prepared once. */
#define STATEMENTS(X)                                                                              \
    X(FIND, "SELECT stamp FROM entry WHERE range=?1 AND id=?2")                                    \
    X(PUT, "INSERT OR REPLACE INTO entry VALUES(?1,?2,?3)")                                        \
    X(TAKE, "DELETE FROM entry WHERE range=?1 AND id=?2")                                          \
    X(ALL, "SELECT range,id,stamp FROM entry ORDER BY range,id")                                   \
    X(SEALED, "SELECT entries,sum FROM seal")                                                      \
    X(SEAL, "UPDATE seal SET entries=?1,sum=?2")                                                   \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                    \
    X(COMMIT, "COMMIT")

enum statement {
#define STATEMENT_ENUM(name, sql) SQL_##name,
    STATEMENTS(STATEMENT_ENUM)
#undef STATEMENT_ENUM
        SQL_COUNT
};

static const char *const sql_texts[] = {
#define STATEMENT_TEXT(name, sql) sql,
    STATEMENTS(STATEMENT_TEXT)
#undef STATEMENT_TEXT
};

static const char settings[] = "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL;"
                               "PRAGMA synchronous=FULL; PRAGMA cache_size=-256;";

/* By rename, so that it needs no journal file. */
static const char settings_of_new[] =
    "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=MEMORY; PRAGMA synchronous=FULL;"
    "PRAGMA cache_size=-256; BEGIN;"
    "CREATE TABLE entry(range TEXT NOT NULL, id TEXT NOT NULL, stamp TEXT NOT NULL,"
    " PRIMARY KEY(range, id)) WITHOUT ROWID;"
    "CREATE TABLE seal(entries INTEGER NOT NULL, sum INTEGER NOT NULL);"
    "INSERT INTO seal VALUES(0,0); PRAGMA user_version=1;";

struct totals {
    sqlite3_int64 entries;
    uint64_t sum; /* of set_seal */
};

struct database {
    char *path;
    sqlite3 *db;
    sqlite3_stmt *statements[SQL_COUNT];
    struct totals stored, now; /* committed; with the transaction that is open */
    bool has_begun;
};

/* ---- errors ------------------------------------------------------------------------------------ */

/* Codes that mean that the file is not what it should be, whatever the system does. */
static bool is_damage(int code)
{
    static const int damage[] = {SQLITE_ERROR, SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT,
                                 SQLITE_SCHEMA};
    for (size_t i = 0; i < sizeof damage / sizeof *damage; i++)
        if (damage[i] == code)
            return true;
    return false;
}

static bool sql_error(const struct database *d, struct err *e)
{
    bool damaged = is_damage(sqlite3_errcode(d->db) & 0xff);
    return err_set(e, damaged ? ERR_INPUT : ERR_SYSTEM, "%s: %sSQLite: %s", d->path,
                   damaged ? "damaged: " : "", sqlite3_errmsg(d->db));
}

static bool damaged(const struct database *d, const char *how, struct err *e)
{
    return err_input(e, "%s: damaged: %s", d->path, how);
}

/* ---- entries ----------------------------------------------------------------------------------- */

static sqlite3_stmt *with_entry(const struct database *d, enum statement which, const char *range,
                                const char *id)
{
    sqlite3_stmt *s = d->statements[which];
    sqlite3_bind_text(s, 1, range, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 2, id, -1, SQLITE_STATIC);
    return s;
}

static bool run(sqlite3_stmt *s)
{
    int step = sqlite3_step(s);
    return sqlite3_reset(s) == SQLITE_OK && step == SQLITE_DONE;
}

bool database_find(const struct database *d, const char *range, const char *id, const char **stamp,
                   struct err *e)
{
    sqlite3_stmt *s = with_entry(d, SQL_FIND, range, id);
    int step = sqlite3_step(s);
    *stamp = step == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : NULL;
    return (step == SQLITE_ROW && *stamp) || step == SQLITE_DONE || sql_error(d, e);
}

void database_found(const struct database *d)
{
    sqlite3_reset(d->statements[SQL_FIND]);
}

static const char *column(sqlite3_stmt *s, int i)
{
    const char *text = (const char *)sqlite3_column_text(s, i);
    return text ? text : ""; /* out of memory */
}

bool database_next(const struct database *d, const char **range, const char **id,
                   const char **stamp, struct err *e)
{
    sqlite3_stmt *s = d->statements[SQL_ALL];
    int step = sqlite3_step(s);
    *range = *id = *stamp = NULL;
    if (step != SQLITE_ROW)
        return step == SQLITE_DONE || sql_error(d, e);
    *range = column(s, 0);
    *id = column(s, 1);
    *stamp = column(s, 2);
    return true;
}

void database_rewind(const struct database *d)
{
    sqlite3_reset(d->statements[SQL_ALL]);
}

long database_count(const struct database *d)
{
    return (long)d->now.entries;
}

/* ---- changes ----------------------------------------------------------------------------------- */

static void totals_add(struct totals *t, const char *range, const char *id, const char *stamp,
                       int sign)
{
    uint64_t share = set_seal(set_seal_of_range(range), id, stamp);
    t->entries += sign;
    t->sum += sign > 0 ? share : -share;
}

bool database_put(struct database *d, const char *range, const char *id, const char *stamp,
                  struct err *e)
{
    sqlite3_stmt *s = with_entry(d, SQL_PUT, range, id);
    sqlite3_bind_text(s, 3, stamp, -1, SQLITE_STATIC);
    totals_add(&d->now, range, id, stamp, 1);
    return run(s) || sql_error(d, e);
}

bool database_change(struct database *d, const char *range, const char *id, const char *stamp,
                     struct err *e)
{
    const char *before;
    bool ok = database_find(d, range, id, &before, e), is_there = ok && before;
    bool same = is_there && stamp && strcmp(before, stamp) == 0;
    if (is_there && !same)
        totals_add(&d->now, range, id, before, -1);
    database_found(d);
    if (!ok || same)
        return ok;
    if (stamp)
        return database_put(d, range, id, stamp, e);
    return !is_there || run(with_entry(d, SQL_TAKE, range, id)) || sql_error(d, e);
}

static bool write_seal(struct database *d, struct err *e)
{
    sqlite3_stmt *s = d->statements[SQL_SEAL];
    sqlite3_bind_int64(s, 1, d->now.entries);
    sqlite3_bind_int64(s, 2, (sqlite3_int64)d->now.sum);
    return run(s) || sql_error(d, e);
}

bool database_has_begun(const struct database *d)
{
    return d->has_begun;
}

bool database_begin(struct database *d, struct err *e)
{
    d->has_begun = d->has_begun || run(d->statements[SQL_BEGIN]);
    return d->has_begun || sql_error(d, e);
}

bool database_commit(struct database *d, struct err *e)
{
    if (!write_seal(d, e))
        return false;
    if (!run(d->statements[SQL_COMMIT]))
        return sql_error(d, e);
    d->has_begun = false;
    d->stored = d->now;
    return true;
}

/* Some errors roll back by themselves. */
void database_roll_back(struct database *d)
{
    if (!sqlite3_get_autocommit(d->db))
        sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL);
    d->has_begun = false;
    d->now = d->stored;
}

/* ---- open and close ---------------------------------------------------------------------------- */

void database_close(struct database *d)
{
    for (int i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(d->statements[i]);
    sqlite3_close(d->db);
    mem_free(MEM_CHECKPOINT, d->path);
    mem_free(MEM_CHECKPOINT, d);
}

static bool prepare(struct database *d, struct err *e)
{
    for (int i = 0; i < SQL_COUNT; i++)
        if (sqlite3_prepare_v3(d->db, sql_texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &d->statements[i], NULL) != SQLITE_OK)
            return sql_error(d, e);
    return true;
}

/* Opens, with the settings, and prepares. */
static struct database *open_with(const char *path, const char *prelude, int flags, struct err *e)
{
    struct database *d = mem_alloc_zero(MEM_CHECKPOINT, sizeof *d);
    d->path = mem_text(MEM_CHECKPOINT, path);
    flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    bool ok = sqlite3_open_v2(path, &d->db, flags, io_sqlite_vfs()) == SQLITE_OK &&
              sqlite3_exec(d->db, prelude, NULL, NULL, NULL) == SQLITE_OK;
    ok = ok ? prepare(d, e) : sql_error(d, e);
    if (ok)
        return d;
    database_close(d);
    return NULL;
}

struct database *database_open(const char *path, struct err *e)
{
    return open_with(path, settings, 0, e);
}

struct database *database_make(const char *path, struct err *e)
{
    return open_with(path, settings_of_new, SQLITE_OPEN_CREATE, e);
}

bool database_finish(struct database *d, struct err *e)
{
    return write_seal(d, e) &&
           (sqlite3_exec(d->db, "COMMIT; PRAGMA journal_mode=WAL", NULL, NULL, NULL) == SQLITE_OK ||
            sql_error(d, e));
}

/* ---- checking ---------------------------------------------------------------------------------- */

/* The answer of a pragma, "" when there is none. */
static bool pragma(const struct database *d, const char *sql, char *out, size_t room, struct err *e)
{
    sqlite3_stmt *s = NULL;
    bool ok = sqlite3_prepare_v2(d->db, sql, -1, &s, NULL) == SQLITE_OK;
    int step = ok ? sqlite3_step(s) : SQLITE_ERROR;
    const unsigned char *text = step == SQLITE_ROW ? sqlite3_column_text(s, 0) : NULL;
    snprintf(out, room, "%s", text ? (const char *)text : "");
    ok = step == SQLITE_ROW || step == SQLITE_DONE || sql_error(d, e);
    sqlite3_finalize(s);
    return ok;
}

static bool read_seal(struct database *d, struct err *e)
{
    sqlite3_stmt *s = d->statements[SQL_SEALED];
    int step = sqlite3_step(s);
    if (step == SQLITE_ROW)
        d->stored =
            (struct totals){sqlite3_column_int64(s, 0), (uint64_t)sqlite3_column_int64(s, 1)};
    d->now = d->stored;
    bool ok = step == SQLITE_ROW    ? true
              : step == SQLITE_DONE ? damaged(d, "it has no seal", e)
                                    : sql_error(d, e);
    sqlite3_reset(s);
    return ok;
}

static bool check_seal(const struct database *d, struct err *e)
{
    const char *range, *id, *stamp;
    struct totals t = {0};
    bool ok;
    while ((ok = database_next(d, &range, &id, &stamp, e)) && range)
        totals_add(&t, range, id, stamp, 1);
    database_rewind(d);
    if (!ok)
        return false;
    return (t.entries == d->stored.entries && t.sum == d->stored.sum) ||
           damaged(d, "the seal is that of other entries", e);
}

/* A page that could not be read is reported among the damage. */
static bool damage_found(const struct database *d, const char *found, struct err *e)
{
    static const char unread[] = "error code=";
    const char *code = strstr(found, unread);
    if (code && (strtol(code + sizeof unread - 1, NULL, 10) & 0xff) == SQLITE_IOERR)
        return err_set(e, ERR_SYSTEM, "%s: SQLite: disk I/O error", d->path);
    return damaged(d, found, e);
}

bool database_check(struct database *d, struct err *e)
{
    char version[32], found[200];
    if (!pragma(d, "PRAGMA user_version", version, sizeof version, e))
        return false;
    if (strcmp(version, "1") != 0)
        return err_input(e, "%s: expected version %d of the format, found %s", d->path, VERSION,
                         version);
    if (!read_seal(d, e) || !check_seal(d, e) ||
        !pragma(d, "PRAGMA quick_check(1)", found, sizeof found, e))
        return false;
    return strcmp(found, "ok") == 0 || damage_found(d, found, e);
}

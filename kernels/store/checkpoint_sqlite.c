/* The SQLite checkpoint: changes wait in a set and reach the database in one transaction a write.
 *
 * Journal: write-ahead log. One fsync a commit, where a rollback journal needs three or four, and a
 * commit is whole or not there after a crash: frames carry checksums, and the log is played when
 * the database is next opened. The log needs no shared memory as the database is locked for its
 * only user. A new database is made under another name and renamed, so that there is never an empty
 * file that could be one that lost its content.
 *
 * What waits is kept until its commit has succeeded; only beyond WAITING_MAX changes is it put into
 * a transaction early, and then lost with it when the commit fails.
 */
#include "kernels/store/checkpoint_kind.h"

#include "harness/base/io.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAITING_MAX = 8192, VERSION = 1 };

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
    struct checkpoint base;
    struct checkpoint_set *waiting;
    char *path;
    sqlite3 *db;
    sqlite3_stmt *statements[SQL_COUNT];
    struct totals stored, now;       /* committed; with the transaction that is open */
    bool in_transaction, is_spilled; /* spilled: it holds what no longer waits */
    bool has_lost;                   /* a spilled transaction failed */
    struct err problem;              /* of a look-up; text "" when there was none */
};

static struct database *database_of(struct checkpoint *c)
{
    return (struct database *)(void *)c;
}

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

/* ---- statements -------------------------------------------------------------------------------- */

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

/* Reads (range, id); *stamp is NULL when it is not there, else lives until the statement is reset. */
static bool find(const struct database *d, const char *range, const char *id, const char **stamp)
{
    sqlite3_stmt *s = with_entry(d, SQL_FIND, range, id);
    int step = sqlite3_step(s);
    *stamp = step == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : NULL;
    return (step == SQLITE_ROW && *stamp) || step == SQLITE_DONE;
}

static void end_find(const struct database *d)
{
    sqlite3_reset(d->statements[SQL_FIND]);
}

static void totals_add(struct totals *t, const char *range, const char *id, const char *stamp,
                       int sign)
{
    uint64_t share = set_seal(set_seal_of_range(range), id, stamp);
    t->entries += sign;
    t->sum += sign > 0 ? share : -share;
}

static bool put_row(struct database *d, const char *range, const char *id, const char *stamp)
{
    sqlite3_stmt *s = with_entry(d, SQL_PUT, range, id);
    sqlite3_bind_text(s, 3, stamp, -1, SQLITE_STATIC);
    totals_add(&d->now, range, id, stamp, 1);
    return run(s);
}

/* One change; stamp NULL: to be removed. */
static bool apply_one(void *context, const char *range, const char *id, const char *stamp,
                      struct err *e)
{
    struct database *d = context;
    const char *before;
    bool ok = find(d, range, id, &before), same = ok && before && stamp && !strcmp(before, stamp);
    bool is_there = ok && before;
    if (is_there && !same)
        totals_add(&d->now, range, id, before, -1);
    end_find(d);
    if (ok && !same && stamp)
        ok = put_row(d, range, id, stamp);
    else if (is_there && !same)
        ok = run(with_entry(d, SQL_TAKE, range, id));
    return ok || sql_error(d, e);
}

static bool write_seal(struct database *d, struct err *e)
{
    sqlite3_stmt *s = d->statements[SQL_SEAL];
    sqlite3_bind_int64(s, 1, d->now.entries);
    sqlite3_bind_int64(s, 2, (sqlite3_int64)d->now.sum);
    return run(s) || sql_error(d, e);
}

/* ---- transactions ------------------------------------------------------------------------------ */

static bool apply_waiting(struct database *d, struct err *e)
{
    if (!d->in_transaction && !run(d->statements[SQL_BEGIN]))
        return sql_error(d, e);
    d->in_transaction = true;
    return set_each(d->waiting, apply_one, d, e);
}

static void roll_back(struct database *d)
{
    if (!sqlite3_get_autocommit(d->db))
        sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL);
    d->has_lost = d->has_lost || d->is_spilled;
    d->in_transaction = d->is_spilled = false;
    d->now = d->stored;
}

static bool commit(struct database *d, struct err *e)
{
    if (!apply_waiting(d, e) || !write_seal(d, e))
        return false;
    if (!run(d->statements[SQL_COMMIT]))
        return sql_error(d, e);
    d->in_transaction = d->is_spilled = false;
    d->stored = d->now;
    set_clear(d->waiting);
    return true;
}

/* What a look-up met earlier, told once. */
static bool no_problem(struct database *d, struct err *e)
{
    if (d->has_lost)
        return err_set(e, ERR_SYSTEM, "%s: changes were lost in a write that failed; read it again",
                       d->path);
    if (!d->problem.text[0])
        return true;
    *e = d->problem;
    d->problem.text[0] = '\0';
    return false;
}

static bool sqlite_commit(struct checkpoint *c, struct err *e)
{
    struct database *d = database_of(c);
    if (!no_problem(d, e))
        return false;
    if (set_count(d->waiting) == 0 && !d->in_transaction)
        return true;
    if (commit(d, e))
        return true;
    roll_back(d);
    return false;
}

static void note_problem(struct database *d, const struct err *problem)
{
    if (!d->problem.text[0])
        d->problem = *problem;
}

static void wait_for_write(struct database *d, const char *range, const char *id, const char *stamp)
{
    struct err problem;
    set_put(d->waiting, range, id, stamp);
    if (set_count(d->waiting) < WAITING_MAX)
        return;
    d->is_spilled = true;
    if (!apply_waiting(d, &problem)) {
        note_problem(d, &problem);
        roll_back(d);
    }
    set_clear(d->waiting);
}

/* ---- contents ---------------------------------------------------------------------------------- */

static void sqlite_add(struct checkpoint *c, const char *range, const char *id, const char *stamp)
{
    wait_for_write(database_of(c), range, id, stamp);
}

static void sqlite_remove(struct checkpoint *c, const char *range, const char *id)
{
    wait_for_write(database_of(c), range, id, NULL);
}

/* Of the database alone; -1: it cannot be read. */
static int stored_has(struct database *d, const char *range, const char *id, const char *stamp)
{
    struct err problem;
    const char *found;
    bool ok = find(d, range, id, &found);
    int has = found && (!stamp || strcmp(found, stamp) == 0);
    if (!ok) {
        sql_error(d, &problem);
        note_problem(d, &problem);
    }
    end_find(d);
    return ok ? has : -1;
}

static bool sqlite_has(struct checkpoint *c, const char *range, const char *id, const char *stamp)
{
    struct database *d = database_of(c);
    enum set_answer answer = set_ask(d->waiting, range, id, stamp);
    return answer == SET_HAS || (answer == SET_UNKNOWN && stored_has(d, range, id, stamp) == 1);
}

struct counting {
    struct database *d;
    long more;
    bool failed;
};

/* What a waiting change will add to the number of entries. */
static bool count_change(void *context, const char *range, const char *id, const char *stamp,
                         struct err *e)
{
    (void)e;
    struct counting *counting = context;
    int has = stored_has(counting->d, range, id, NULL);
    counting->failed = has < 0;
    counting->more += (stamp != NULL) - has;
    return !counting->failed;
}

static long sqlite_count(struct checkpoint *c)
{
    struct err e;
    struct counting counting = {database_of(c), 0, false};
    bool ok = set_each(counting.d->waiting, count_change, &counting, &e);
    return ok ? (long)counting.d->now.entries + counting.more : -1;
}

/* ---- in order ---------------------------------------------------------------------------------- */

/* Two sorted sequences into one: rows of the database, and changes that hide the rows they are of. */
struct merging {
    struct database *d;
    checkpoint_fn *fn;
    void *context;
    bool has_row;
};

static const char *row_text(const struct merging *m, int column)
{
    const char *text = (const char *)sqlite3_column_text(m->d->statements[SQL_ALL], column);
    return text ? text : ""; /* out of memory */
}

static bool next_row(struct merging *m, struct err *e)
{
    int step = sqlite3_step(m->d->statements[SQL_ALL]);
    m->has_row = step == SQLITE_ROW;
    return m->has_row || step == SQLITE_DONE || sql_error(m->d, e);
}

static bool give_row(struct merging *m, struct err *e)
{
    return m->fn(m->context, row_text(m, 0), row_text(m, 1), row_text(m, 2), e) && next_row(m, e);
}

static int compare_row(const struct merging *m, const char *range, const char *id)
{
    int order = strcmp(row_text(m, 0), range);
    return order ? order : strcmp(row_text(m, 1), id);
}

static bool give_change(void *context, const char *range, const char *id, const char *stamp,
                        struct err *e)
{
    struct merging *m = context;
    while (m->has_row && compare_row(m, range, id) < 0)
        if (!give_row(m, e))
            return false;
    if (m->has_row && compare_row(m, range, id) == 0 && !next_row(m, e))
        return false;
    return !stamp || m->fn(m->context, range, id, stamp, e);
}

static bool sqlite_each(struct checkpoint *c, checkpoint_fn *fn, void *context, struct err *e)
{
    struct merging m = {database_of(c), fn, context, false};
    bool ok = no_problem(m.d, e) && next_row(&m, e) && set_each(m.d->waiting, give_change, &m, e);
    while (ok && m.has_row)
        ok = give_row(&m, e);
    sqlite3_reset(m.d->statements[SQL_ALL]);
    return ok;
}

/* ---- open and close ---------------------------------------------------------------------------- */

static void close_database(struct database *d)
{
    for (int i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(d->statements[i]);
    sqlite3_close(d->db);
    set_free(d->waiting);
    mem_free(MEM_CHECKPOINT, d->path);
    mem_free(MEM_CHECKPOINT, d);
}

static void sqlite_free(struct checkpoint *c)
{
    close_database(database_of(c));
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
static struct database *open_database(const char *path, const char *prelude, int flags,
                                      struct err *e)
{
    struct database *d = mem_alloc_zero(MEM_CHECKPOINT, sizeof *d);
    d->base.kind = &checkpoint_sqlite;
    d->base.path = d->path = mem_text(MEM_CHECKPOINT, path);
    d->waiting = set_new();
    flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    bool ok = sqlite3_open_v2(path, &d->db, flags, io_sqlite_vfs()) == SQLITE_OK &&
              sqlite3_exec(d->db, prelude, NULL, NULL, NULL) == SQLITE_OK;
    ok = ok ? prepare(d, e) : sql_error(d, e);
    if (ok)
        return d;
    close_database(d);
    return NULL;
}

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

static bool add_up(void *context, const char *range, const char *id, const char *stamp,
                   struct err *e)
{
    (void)e;
    totals_add(context, range, id, stamp, 1);
    return true;
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

/* A page that could not be read is reported among the damage. */
static bool damage_found(const struct database *d, const char *found, struct err *e)
{
    static const char unread[] = "error code=";
    const char *code = strstr(found, unread);
    if (code && (strtol(code + sizeof unread - 1, NULL, 10) & 0xff) == SQLITE_IOERR)
        return err_set(e, ERR_SYSTEM, "%s: SQLite: disk I/O error", d->path);
    return damaged(d, found, e);
}

/* Version, every entry against the seal, then the pages that hold no entries. */
static bool check_database(struct database *d, struct err *e)
{
    char version[32], found[200];
    struct totals t = {0};
    if (!pragma(d, "PRAGMA user_version", version, sizeof version, e))
        return false;
    if (strcmp(version, "1") != 0)
        return err_input(e, "%s: expected version %d of the format, found %s", d->path, VERSION,
                         version);
    if (!read_seal(d, e) || !sqlite_each(&d->base, add_up, &t, e))
        return false;
    if (t.entries != d->stored.entries || t.sum != d->stored.sum)
        return damaged(d, "the seal is that of other entries", e);
    if (!pragma(d, "PRAGMA quick_check(1)", found, sizeof found, e))
        return false;
    return strcmp(found, "ok") == 0 || damage_found(d, found, e);
}

static struct checkpoint *sqlite_read(const char *path, struct err *e)
{
    struct stat st;
    if (stat(path, &st) == 0 && st.st_size == 0) { /* to SQLite a new database */
        err_input(e, "%s: damaged: an empty file", path);
        return NULL;
    }
    struct database *d = open_database(path, settings, 0, e);
    if (!d || check_database(d, e))
        return d ? &d->base : NULL;
    close_database(d);
    return NULL;
}

/* ---- a new file -------------------------------------------------------------------------------- */

static bool fill_one(void *context, const char *range, const char *id, const char *stamp,
                     struct err *e)
{
    struct database *d = context;
    return put_row(d, range, id, stamp) || sql_error(d, e);
}

/* The log of the database that is replaced must not be played into the new one. */
static bool remove_beside(const char *path, struct err *e)
{
    bool ok = true;
    struct text name = {0};
    for (const char *const *suffix = checkpoint_sqlite.beside; ok && *suffix; suffix++) {
        text_clear(&name);
        text_printf(&name, "%s%s", path, *suffix);
        ok = !io_exists(name.p) || io_remove(name.p, e);
    }
    text_done(&name);
    return ok;
}

static bool make_file(struct checkpoint *from, const char *path, struct err *e)
{
    struct database *d = open_database(path, settings_of_new, SQLITE_OPEN_CREATE, e);
    if (!d)
        return false;
    bool ok =
        (!from || checkpoint_each(from, fill_one, d, e)) && write_seal(d, e) &&
        (sqlite3_exec(d->db, "COMMIT; PRAGMA journal_mode=WAL", NULL, NULL, NULL) == SQLITE_OK ||
         sql_error(d, e));
    close_database(d);
    return ok;
}

static bool sqlite_replace(struct checkpoint *c, const char *path, struct err *e)
{
    struct text temporary = checkpoint_temporary(path);
    unlink(temporary.p);
    bool ok = make_file(c, temporary.p, e) && remove_beside(path, e);
    if (ok)
        ok = checkpoint_take_place(temporary.p, path, e);
    else
        unlink(temporary.p);
    text_done(&temporary);
    return ok;
}

static struct checkpoint *sqlite_begin(const char *path, struct err *e)
{
    return sqlite_replace(NULL, path, e) ? sqlite_read(path, e) : NULL;
}

static const char *const logs[] = {"-wal", "-journal", "-shm", NULL};

const struct checkpoint_kind checkpoint_sqlite = {
    .suffix = ".sqlite",
    .beside = logs,
    .read = sqlite_read,
    .begin = sqlite_begin,
    .replace = sqlite_replace,
    .free = sqlite_free,
    .has = sqlite_has,
    .add = sqlite_add,
    .remove = sqlite_remove,
    .count = sqlite_count,
    .each = sqlite_each,
    .commit = sqlite_commit,
};

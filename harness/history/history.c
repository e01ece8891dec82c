#include "harness/history/history.h"

#include "harness/base/io.h"
#include "harness/base/mem.h"
#include "harness/history/history_sql.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { VERSION = 1, APPLICATION = 0x6375706c /* "cupl" */ };

static const char schema[] =
    "CREATE TABLE runs(id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, commit_id TEXT NOT NULL,"
    " branch TEXT NOT NULL, time TEXT NOT NULL, machine TEXT NOT NULL, cpu TEXT NOT NULL, "
    "environment TEXT NOT NULL,"
    " source TEXT NOT NULL, tool TEXT NOT NULL, version TEXT NOT NULL) STRICT;"
    "CREATE TABLE points(run INTEGER NOT NULL REFERENCES runs(id), benchmark TEXT NOT NULL,"
    " side TEXT NOT NULL, label TEXT NOT NULL, work TEXT NOT NULL, metric TEXT NOT NULL,"
    " unit TEXT NOT NULL, exact INTEGER NOT NULL, value REAL NOT NULL, lower REAL, upper REAL,"
    " n INTEGER NOT NULL, PRIMARY KEY(run, benchmark, side, metric)) STRICT, WITHOUT ROWID;";

/* The first column of the first row, as a number or as text (NULL: not asked for). */
static bool ask(const struct history *h, const char *sql, int64_t *number, struct text *words,
                struct err *e)
{
    sqlite3_stmt *s = history_prepare(h, sql, e);
    if (!s)
        return false;
    bool ok = sqlite3_step(s) == SQLITE_ROW || history_sql_error(h, e);
    if (ok && number)
        *number = sqlite3_column_int64(s, 0);
    if (ok && words)
        text_puts(words, history_text(s, 0));
    sqlite3_finalize(s);
    return ok;
}

/* ---- opening ------------------------------------------------------------------------------------ */

/* All pages: a damaged one must not be found out half-way through a table. */
static bool check_pages(const struct history *h, struct err *e)
{
    struct text said = {0};
    bool ok = ask(h, "PRAGMA quick_check(1)", NULL, &said, e);
    if (ok && strcmp(said.p, "ok") != 0)
        ok = err_input(e, "%s: damaged: SQLite: %s", h->path, said.p);
    text_done(&said);
    return ok;
}

static bool check_schema(const struct history *h, bool *is_empty, struct err *e)
{
    int64_t application, version, tables;
    if (!ask(h, "PRAGMA application_id", &application, NULL, e) ||
        !ask(h, "PRAGMA user_version", &version, NULL, e) ||
        !ask(h, "SELECT count(*) FROM sqlite_schema", &tables, NULL, e))
        return false;
    *is_empty = tables == 0 && version == 0 && application == 0;
    if (*is_empty)
        return true;
    if (application != APPLICATION)
        return err_input(e, "%s: not a history of results: an SQLite file of something else",
                         h->path);
    return version == VERSION ||
           err_input(e, "%s: schema: expected %d, found %lld (of another version of cupel)",
                     h->path, VERSION, (long long)version);
}

static bool make_schema(const struct history *h, struct err *e)
{
    char numbers[100];
    snprintf(numbers, sizeof numbers, "PRAGMA application_id=%d; PRAGMA user_version=%d",
             APPLICATION, VERSION);
    return history_execute(h, schema, e) && history_execute(h, numbers, e);
}

/* Of two that make the same file at once, the second finds it made. */
static bool settle_schema(const struct history *h, enum history_mode mode, struct err *e)
{
    bool is_empty;
    if (mode == HISTORY_READ)
        return check_schema(h, &is_empty, e) &&
               (!is_empty || err_input(e, "%s: not a history of results: empty", h->path));
    if (!history_execute(h, "BEGIN IMMEDIATE", e))
        return false;
    bool ok = check_schema(h, &is_empty, e) && (!is_empty || make_schema(h, e)) &&
              history_execute(h, "COMMIT", e);
    if (!ok)
        sqlite3_exec(h->db, "ROLLBACK", NULL, NULL, NULL);
    return ok;
}

static bool make_folder(const char *path, struct err *e)
{
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s", path);
    return io_make_dirs(dirname(folder), e);
}

/* A journal beside the file is what a killed process left: rolling it back is writing, so a history
 * that is read is opened for writing where that is allowed (SQLite falls back by itself). */
static bool open_file(struct history *h, enum history_mode mode, struct err *e)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    if (mode == HISTORY_ADD)
        flags |= SQLITE_OPEN_CREATE;
    struct text name = {0}; /* ":memory:" and "file:x?mode=memory" are names of files like others */
    text_printf(&name, "%s%s", h->path[0] == '/' ? "" : "./", h->path);
    bool opened = sqlite3_open_v2(name.p, &h->db, flags, io_sqlite_vfs()) == SQLITE_OK;
    text_done(&name);
    if (!opened)
        return history_sql_error(h, e);
    sqlite3_busy_timeout(h->db, HISTORY_WAIT_MS);
    return history_execute(h, "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON", e);
}

static bool may_open(const char *path, enum history_mode mode, struct err *e)
{
    if (!path[0])
        return err_input(e, "--db: expected the name of a file");
    if (mode == HISTORY_ADD)
        return make_folder(path, e);
    return io_exists(path) ||
           err_input(e, "%s: no history there: cupel history add makes it", path);
}

struct history *history_open(const char *path, enum history_mode mode, struct err *e)
{
    if (!may_open(path, mode, e))
        return NULL;
    struct history *h = mem_alloc_zero(MEM_BASE, sizeof *h);
    h->path = mem_text(MEM_BASE, path);
    if (open_file(h, mode, e) && settle_schema(h, mode, e) && check_pages(h, e))
        return h;
    history_close(h);
    return NULL;
}

void history_close(struct history *h)
{
    if (!h)
        return;
    sqlite3_close(h->db);
    mem_free(MEM_BASE, h->path);
    mem_free(MEM_BASE, h);
}

/* ---- adding ------------------------------------------------------------------------------------- */

static void bind_text(sqlite3_stmt *s, int i, const char *text)
{
    sqlite3_bind_text(s, i, text, -1, SQLITE_STATIC);
}

/* NAN binds as NULL. */
static bool put_point(sqlite3_stmt *s, int64_t run, const struct intake_point *p)
{
    const char *const texts[] = {p->benchmark, p->side, p->label, p->work, p->metric, p->unit};
    sqlite3_bind_int64(s, 1, run);
    for (int i = 0; i < 6; i++)
        bind_text(s, 2 + i, texts[i]);
    sqlite3_bind_int(s, 8, p->is_exact);
    sqlite3_bind_double(s, 9, p->value);
    sqlite3_bind_double(s, 10, p->lower);
    sqlite3_bind_double(s, 11, p->upper);
    sqlite3_bind_int(s, 12, p->n);
    return sqlite3_step(s) == SQLITE_DONE && sqlite3_reset(s) == SQLITE_OK;
}

static bool put_points(const struct history *h, int64_t run, const struct intake *in, struct err *e)
{
    sqlite3_stmt *s = history_prepare(h, "INSERT INTO points VALUES(?,?,?,?,?,?,?,?,?,?,?,?)", e);
    bool ok = s != NULL;
    for (int i = 0; i < in->count && ok; i++)
        ok = put_point(s, run, &in->points[i]) || history_sql_error(h, e);
    sqlite3_finalize(s);
    return ok;
}

static bool put_run(const struct history *h, const struct intake_run *r, bool *is_new,
                    struct err *e)
{
    sqlite3_stmt *s =
        history_prepare(h,
                        "INSERT OR IGNORE INTO runs(hash,commit_id,branch,time,machine,cpu,"
                        "environment,source,tool,version) VALUES(?,?,?,?,?,?,?,?,?,?)",
                        e);
    if (!s)
        return false;
    const char *const texts[] = {r->hash, r->commit,      r->branch, r->time, r->machine,
                                 r->cpu,  r->environment, r->source, r->tool, r->version};
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++)
        bind_text(s, 1 + i, texts[i]);
    bool ok = sqlite3_step(s) == SQLITE_DONE || history_sql_error(h, e);
    *is_new = ok && sqlite3_changes(h->db) == 1;
    sqlite3_finalize(s);
    return ok;
}

static bool add_one(const struct history *h, const struct intake *in, bool *is_new, struct err *e)
{
    return put_run(h, &in->run, is_new, e) &&
           (!*is_new || put_points(h, sqlite3_last_insert_rowid(h->db), in, e));
}

bool history_add(struct history *h, const struct intake *in, int n, bool *is_new, struct err *e)
{
    bool ok = history_execute(h, "BEGIN IMMEDIATE", e);
    for (int i = 0; i < n && ok; i++)
        ok = add_one(h, &in[i], &is_new[i], e);
    ok = ok && history_execute(h, "COMMIT", e);
    if (!ok)
        sqlite3_exec(h->db, "ROLLBACK", NULL, NULL, NULL);
    return ok;
}

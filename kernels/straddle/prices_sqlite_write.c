#include "kernels/straddle/prices_sqlite.h"

#include "harness/base/io.h"

#include <sqlite3.h>

static const char tables[] =
    "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE; BEGIN;"
    "CREATE TABLE about(schema INTEGER NOT NULL, content TEXT NOT NULL);"
    "CREATE TABLE series(id INTEGER PRIMARY KEY, ticker TEXT NOT NULL, field TEXT NOT NULL,"
    " UNIQUE(ticker, field));"
    "CREATE TABLE price(series INTEGER NOT NULL REFERENCES series(id),"
    " day INTEGER NOT NULL, value REAL NOT NULL, PRIMARY KEY(series, day)) WITHOUT ROWID;";

struct maker {
    sqlite3 *db;
    sqlite3_stmt *about, *series, *price;
};

static bool sql_error(const struct maker *m, struct err *e)
{
    return err_set(e, ERR_SYSTEM, "SQLite: %s", sqlite3_errmsg(m->db));
}

static bool run(const struct maker *m, sqlite3_stmt *st, struct err *e)
{
    int step = sqlite3_step(st);
    return (sqlite3_reset(st) == SQLITE_OK && step == SQLITE_DONE) || sql_error(m, e);
}

static bool begin(struct maker *m, const char *path, struct err *e)
{
    static const struct {
        const char *sql;
        size_t statement;
    } rows[] = {
        {"INSERT INTO about VALUES(?1,?2)",     offsetof(struct maker, about) },
        {"INSERT INTO series VALUES(?1,?2,?3)", offsetof(struct maker, series)},
        {"INSERT INTO price VALUES(?1,?2,?3)",  offsetof(struct maker, price) },
    };
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    bool ok = sqlite3_open_v2(path, &m->db, flags, io_sqlite_vfs()) == SQLITE_OK &&
              sqlite3_exec(m->db, tables, NULL, NULL, NULL) == SQLITE_OK;
    for (size_t i = 0; ok && i < sizeof rows / sizeof *rows; i++)
        ok = sqlite3_prepare_v2(m->db, rows[i].sql, -1,
                                (sqlite3_stmt **)(void *)((char *)m + rows[i].statement),
                                NULL) == SQLITE_OK;
    return ok || sql_error(m, e);
}

static bool put_about(const struct maker *m, const struct prices_content *c, struct err *e)
{
    sqlite3_bind_int(m->about, 1, PRICES_SQLITE_SCHEMA);
    sqlite3_bind_text(m->about, 2, c->facts.content, -1, SQLITE_STATIC);
    return run(m, m->about, e);
}

static bool put_series(const struct maker *m, long id, const struct prices_series *s, struct err *e)
{
    sqlite3_bind_int64(m->series, 1, id);
    sqlite3_bind_text(m->series, 2, s->ticker, -1, SQLITE_STATIC);
    sqlite3_bind_text(m->series, 3, s->field, -1, SQLITE_STATIC);
    bool ok = run(m, m->series, e);
    sqlite3_bind_int64(m->price, 1, id);
    for (long i = 0; ok && i < s->n; i++) {
        sqlite3_bind_int(m->price, 2, s->day[i]);
        sqlite3_bind_double(m->price, 3, s->value[i]);
        ok = run(m, m->price, e);
    }
    return ok;
}

static bool fill(const char *path, const struct prices_content *c, struct err *e)
{
    struct maker m = {0};
    bool ok = begin(&m, path, e) && put_about(&m, c, e);
    for (long i = 0; ok && i < c->n; i++)
        ok = prices_go_on(c->stop, e) && put_series(&m, i, &c->series[i], e);
    ok = ok && (sqlite3_exec(m.db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK || sql_error(&m, e));
    sqlite3_finalize(m.about);
    sqlite3_finalize(m.series);
    sqlite3_finalize(m.price);
    return (sqlite3_close(m.db) == SQLITE_OK || !ok || sql_error(&m, e)) && ok;
}

bool prices_sqlite_write(const char *path, const struct prices_content *content, struct err *e)
{
    return prices_write_beside(path, fill, content, e);
}

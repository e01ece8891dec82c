/* Prices in SQLite, as one would expect them: series by name, and a table clustered by (series, day), which is
 * half the size of one table of (ticker, field, day, value), and quicker to read.
 *
 * Files are made whole and replaced by rename, so that they are opened as immutable: queries take no locks.
 * They come by one statement each, or, from some number on, 64 by one statement that joins a list of VALUES.
 * That is a few per cent quicker than one by one; a UNION ALL, or json_each, is slower than that. */
#include "kernels/straddle/prices_sqlite.h"

#include "harness/base/io.h"
#include "harness/base/sha256.h"
#include "kernels/straddle/prices_rows.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

enum { LIST = 64, LIST_FROM = 8, QUERY_COLUMNS = 4 };

static const char one_query[] =
    "SELECT 0, p.day, p.value FROM series s CROSS JOIN price p ON p.series = s.id"
    " WHERE s.ticker = ?1 AND s.field = ?2 AND p.day BETWEEN ?3 AND ?4 ORDER BY p.day";

/* After WITH q(k, ticker, field, since, until) AS (VALUES ...). The order of a CROSS JOIN is that of its
 * words: rows come query by query, day by day. What is not bound is NULL and matches nothing. */
static const char list_query[] =
    " SELECT q.k, p.day, p.value FROM q"
    " CROSS JOIN series s ON s.ticker = q.ticker AND s.field = q.field"
    " CROSS JOIN price p ON p.series = s.id AND p.day BETWEEN q.since AND q.until";

static const char all_query[] = "SELECT s.ticker, s.field, p.day, p.value FROM series s"
                                " CROSS JOIN price p ON p.series = s.id"
                                " ORDER BY s.ticker, s.field, p.day";

struct sqlite {
    sqlite3 *db;
    sqlite3_stmt *one, *list, *all;
    struct prices_rows rows; /* of the query that is being answered */
    char content[SHA256_HEX];
};

/* ---- opening ---------------------------------------------------------------------------------- */

static bool sql_error(sqlite3 *db, struct err *e)
{
    bool system = (sqlite3_errcode(db) & 0xff) == SQLITE_IOERR;
    return err_set(e, system ? ERR_SYSTEM : ERR_INPUT, "SQLite: %s", sqlite3_errmsg(db));
}

static bool prepare(sqlite3 *db, const char *sql, sqlite3_stmt **out, struct err *e)
{
    return sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) == SQLITE_OK ||
           sql_error(db, e);
}

static void sqlite_close(void *handle)
{
    struct sqlite *s = handle;
    sqlite3_finalize(s->one);
    sqlite3_finalize(s->list);
    sqlite3_finalize(s->all);
    sqlite3_close(s->db);
    prices_rows_done(&s->rows);
    mem_free(MEM_TABLES, s);
}

static bool read_about(struct sqlite *s, struct err *e)
{
    sqlite3_stmt *about = NULL;
    if (!prepare(s->db, "SELECT schema, content FROM about", &about, e))
        return err_prefix(e, "expected a file of prices");
    int step = sqlite3_step(about);
    const void *content = step == SQLITE_ROW ? sqlite3_column_text(about, 1) : NULL;
    snprintf(s->content, sizeof s->content, "%s", content ? (const char *)content : "");
    bool ok = step == SQLITE_ROW || step == SQLITE_DONE || sql_error(s->db, e);
    if (ok && (step != SQLITE_ROW || sqlite3_column_int(about, 0) != PRICES_SQLITE_SCHEMA))
        ok = err_input(e, "expected prices of schema %d", PRICES_SQLITE_SCHEMA);
    sqlite3_finalize(about);
    return ok;
}

static bool prepare_list(struct sqlite *s, struct err *e)
{
    struct text sql = {0};
    text_puts(&sql, "WITH q(k, ticker, field, since, until) AS (VALUES");
    for (int i = 0; i < LIST; i++)
        text_printf(&sql, "%s(%d,?,?,?,?)", i ? "," : "", i);
    text_puts(&sql, ")");
    text_puts(&sql, list_query);
    bool ok = prepare(s->db, sql.p, &s->list, e);
    text_done(&sql);
    return ok;
}

/* file:///a/b?immutable=1, special characters as %XX. */
static void put_uri(struct text *uri, const char *path)
{
    text_puts(uri, path[0] == '/' ? "file://" : "file:");
    for (const char *p = path; *p; p++)
        if (strchr("%?#", *p))
            text_printf(uri, "%%%02X", (unsigned)*p);
        else
            text_add(uri, p, 1);
    text_puts(uri, "?immutable=1");
}

static bool begin(struct sqlite *s, const char *uri, struct err *e)
{
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
    if (sqlite3_open_v2(uri, &s->db, flags, io_sqlite_vfs()) != SQLITE_OK ||
        sqlite3_exec(s->db, "PRAGMA cache_size=-16384", NULL, NULL, NULL) != SQLITE_OK)
        return sql_error(s->db, e);
    return read_about(s, e) && prepare(s->db, one_query, &s->one, e) && prepare_list(s, e) &&
           prepare(s->db, all_query, &s->all, e);
}

static void *sqlite_open(const char *path, struct err *e)
{
    struct text uri = {0};
    struct sqlite *s = mem_alloc_zero(MEM_TABLES, sizeof *s);
    put_uri(&uri, path);
    bool ok = begin(s, uri.p, e) || err_prefix(e, "%s", path);
    text_done(&uri);
    if (ok)
        return s;
    sqlite_close(s);
    return NULL;
}

/* ---- reading ---------------------------------------------------------------------------------- */

static void bind_query(sqlite3_stmt *st, int at, const struct prices_query *q)
{
    sqlite3_bind_text(st, at + 1, q->ticker, -1, SQLITE_STATIC);
    sqlite3_bind_text(st, at + 2, q->field, -1, SQLITE_STATIC);
    sqlite3_bind_int(st, at + 3, q->from);
    sqlite3_bind_int(st, at + 4, q->to);
}

/* Answers n queries that are bound: rows of (k, day, value), k rising. */
static bool take_rows(struct sqlite *s, sqlite3_stmt *st, int n, struct arena *a,
                      struct prices_span *spans, struct err *e)
{
    int k = 0, step;
    bool ok = true;
    s->rows.n = 0;
    while (ok && (step = sqlite3_step(st)) == SQLITE_ROW) {
        int of = sqlite3_column_int(st, 0);
        for (; ok && k < of && k < n; k++, s->rows.n = 0)
            ok = prices_rows_span(&s->rows, 0, a, &spans[k], e);
        ok =
            ok && (of == k || err_input(e, "SQLite: rows are not in order")) &&
            prices_rows_add(&s->rows, sqlite3_column_int64(st, 1), sqlite3_column_double(st, 2), e);
    }
    ok = ok && (step == SQLITE_DONE || sql_error(s->db, e));
    for (; ok && k < n; k++, s->rows.n = 0)
        ok = prices_rows_span(&s->rows, 0, a, &spans[k], e);
    sqlite3_reset(st);
    return ok;
}

static bool read_list(struct sqlite *s, const struct prices_query *queries, int n, struct arena *a,
                      struct prices_span *spans, struct err *e)
{
    sqlite3_clear_bindings(s->list);
    for (int i = 0; i < n; i++)
        bind_query(s->list, i * QUERY_COLUMNS, &queries[i]);
    return take_rows(s, s->list, n, a, spans, e);
}

static bool sqlite_read(void *handle, const struct prices_query *queries, int n, struct arena *a,
                        struct prices_span *spans, struct err *e)
{
    struct sqlite *s = handle;
    bool ok = true;
    int i = 0;
    for (; ok && n - i >= LIST_FROM; i += LIST)
        ok = read_list(s, queries + i, n - i < LIST ? n - i : LIST, a, spans + i, e);
    for (; ok && i < n; i++) {
        bind_query(s->one, 0, &queries[i]);
        ok = take_rows(s, s->one, 1, a, &spans[i], e);
    }
    return ok;
}

static const char *text_of(sqlite3_stmt *st, int column)
{
    const void *text = sqlite3_column_text(st, column);
    return text ? text : "";
}

static bool sqlite_walk(void *handle, prices_take *take, void *context, struct err *e)
{
    struct sqlite *s = handle;
    struct prices_gather g = {.take = take, .context = context};
    bool ok = true;
    int step = SQLITE_DONE;
    while (ok && (step = sqlite3_step(s->all)) == SQLITE_ROW)
        ok =
            prices_gather_add(&g, text_of(s->all, 0), text_of(s->all, 1),
                              sqlite3_column_int64(s->all, 2), sqlite3_column_double(s->all, 3), e);
    ok = ok && (step == SQLITE_DONE || sql_error(s->db, e));
    sqlite3_reset(s->all);
    return prices_gather_end(&g, ok, e);
}

static const char *sqlite_content(const void *handle)
{
    return ((const struct sqlite *)handle)->content;
}

const struct prices_ops prices_sqlite = {
    .name = "SQLite",
    .begins = {"SQLite format 3", 16},
    .open = sqlite_open,
    .close = sqlite_close,
    .read = sqlite_read,
    .walk = sqlite_walk,
    .content = sqlite_content,
    .write = prices_sqlite_write,
};

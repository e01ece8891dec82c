#include "kernels/store/bundle_files.h"

#include "harness/base/io.h"
#include "kernels/store/symbol.h"

#include <sqlite3.h>
#include <string.h>

static bool sql_error(struct err *e, const char *path, sqlite3 *db)
{
    return err_set(e, ERR_SYSTEM, "%s: SQLite: %s", path, sqlite3_errmsg(db));
}

static sqlite3 *open_db(const char *name, const char *path, int flags, struct err *e)
{
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(name, &db, flags | SQLITE_OPEN_NOMUTEX, io_sqlite_vfs()) == SQLITE_OK)
        return db;
    sql_error(e, path, db);
    sqlite3_close(db);
    return NULL;
}

/* ---- writing ------------------------------------------------------------------------------- */

static bool insert(sqlite3_stmt *s, const struct bundle_asset *asset)
{
    sqlite3_bind_int64(s, 1, asset->id);
    sqlite3_bind_text(s, 2, asset->symbol, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 3, asset->first_time);
    sqlite3_bind_int64(s, 4, asset->last_time);
    sqlite3_bind_int64(s, 5, asset->rows);
    return sqlite3_step(s) == SQLITE_DONE && sqlite3_reset(s) == SQLITE_OK;
}

static bool insert_all(sqlite3 *db, const struct bundle_asset *assets, int n)
{
    sqlite3_stmt *s = NULL;
    bool ok =
        sqlite3_prepare_v2(db, "INSERT INTO asset VALUES(?,?,?,?,?)", -1, &s, NULL) == SQLITE_OK;
    for (int i = 0; ok && i < n; i++)
        ok = insert(s, &assets[i]);
    sqlite3_finalize(s);
    return ok;
}

/* The folder appears as a whole or not at all, so the database needs no journal file. */
bool assets_write(const char *path, const struct bundle_asset *assets, int n, struct err *e)
{
    static const char begin[] =
        "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=FULL; BEGIN;"
        "CREATE TABLE asset(id INTEGER PRIMARY KEY, symbol TEXT NOT NULL UNIQUE,"
        " first_time INTEGER NOT NULL, last_time INTEGER NOT NULL, rows INTEGER NOT NULL);";
    sqlite3 *db = open_db(path, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, e);
    if (!db)
        return false;
    bool ok = sqlite3_exec(db, begin, NULL, NULL, NULL) == SQLITE_OK && insert_all(db, assets, n) &&
              sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
    if (!ok)
        sql_error(e, path, db);
    sqlite3_close(db);
    return ok;
}

/* ---- reading ------------------------------------------------------------------------------- */

/* immutable: no locks, no search for a journal. The path goes into a URI, so it is escaped. */
struct sqlite3 *assets_open(const char *path, struct err *e)
{
    static const char plain[] = "/-._~0123456789"
                                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if (!bundle_file_is_regular(path, e))
        return NULL;
    struct text uri = {0};
    text_puts(&uri, "file:");
    for (const char *p = path; *p; p++)
        text_printf(&uri, strchr(plain, *p) ? "%c" : "%%%02X", (unsigned char)*p);
    text_puts(&uri, "?immutable=1");
    sqlite3 *db = open_db(uri.p, path, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, e);
    text_done(&uri);
    return db;
}

void assets_close(struct sqlite3 *db)
{
    sqlite3_close(db);
}

static bool bad_asset(struct err *e, const char *path, long i, const char *what)
{
    return err_input(e, "%s: asset %ld: %s", path, i, what);
}

static bool read_asset(sqlite3_stmt *s, const char *path, long i, const char *before,
                       struct bundle_asset *out, struct arena *a, struct err *e)
{
    static const int kinds[] = {SQLITE_INTEGER, SQLITE_TEXT, SQLITE_INTEGER, SQLITE_INTEGER,
                                SQLITE_INTEGER};
    for (int c = 0; c < 5; c++)
        if (sqlite3_column_type(s, c) != kinds[c])
            return bad_asset(e, path, i, "a value of the wrong kind");
    struct str symbol = {(const char *)sqlite3_column_text(s, 1),
                         (size_t)sqlite3_column_bytes(s, 1)};
    if (!symbol.p || symbol_fault(symbol))
        return bad_asset(e, path, i, "the symbol is damaged");
    *out = (struct bundle_asset){
        .id = (uint32_t)i,
        .symbol = str_copy(a, symbol),
        .first_time = sqlite3_column_int64(s, 2),
        .last_time = sqlite3_column_int64(s, 3),
        .rows = (long)sqlite3_column_int64(s, 4),
    };
    if (sqlite3_column_int64(s, 0) != i)
        return bad_asset(e, path, i, "ids are not 0, 1, 2, ...");
    if (before && strcmp(before, out->symbol) >= 0)
        return bad_asset(e, path, i, "symbols are not in byte order");
    if (out->first_time > out->last_time || out->rows < 1)
        return bad_asset(e, path, i, "an impossible range or number of rows");
    return true;
}

/* More rows than the manifest's assets are not stored: the array is as long as it says. */
static bool read_all(sqlite3 *db, sqlite3_stmt *s, const char *path, const struct bundle_info *info,
                     struct bundle_asset *list, struct arena *a, struct err *e)
{
    long n = 0, rows = 0;
    int rc;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        if (n == info->assets)
            return err_input(e, "%s: more assets than the %ld of " BUNDLE_MANIFEST, path, n);
        if (!read_asset(s, path, n, n ? list[n - 1].symbol : NULL, &list[n], a, e))
            return false;
        if (list[n].rows > info->rows - rows)
            return err_input(e, "%s: more rows than the %ld of " BUNDLE_MANIFEST, path, info->rows);
        rows += list[n++].rows;
    }
    if (rc != SQLITE_DONE)
        return sql_error(e, path, db);
    if (n != info->assets || rows != info->rows)
        return err_input(e,
                         "%s: %ld assets with %ld rows, but " BUNDLE_MANIFEST " says %ld with %ld",
                         path, n, rows, info->assets, info->rows);
    return true;
}

bool assets_read(struct sqlite3 *db, const char *path, const struct bundle_info *info,
                 struct arena *a, struct bundle_asset **out, int *n, struct err *e)
{
    static const char select[] =
        "SELECT id, symbol, first_time, last_time, rows FROM asset ORDER BY id";
    sqlite3_stmt *s = NULL;
    *out = ARENA_NEW(a, struct bundle_asset, info->assets);
    *n = (int)info->assets;
    bool ok = sqlite3_prepare_v2(db, select, -1, &s, NULL) == SQLITE_OK || sql_error(e, path, db);
    ok = ok && read_all(db, s, path, info, *out, a, e);
    sqlite3_finalize(s);
    return ok;
}

#define _GNU_SOURCE
#include "kernels/straddle/duckdb.h"

#include "harness/base/str.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIBRARY "libduckdb.so"

/* ---- finding the library ---------------------------------------------------------------------- */

/* It stays loaded: its threads and static objects do not survive being unloaded. */
static void *load(const char *path)
{
    return dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
}

static void *load_from(const char *folder, const char *file)
{
    char path[PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    return access(path, R_OK) == 0 ? load(path) : NULL;
}

/* Beside the program, and in folders `duckdb` from there up. */
static void *load_near_program(void)
{
    char folder[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", folder, sizeof folder - 1);
    folder[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(folder, '/');
    if (!slash)
        return NULL;
    *slash = '\0';
    void *library = load_from(folder, LIBRARY);
    while (!library && (slash = strrchr(folder, '/'))) {
        library = load_from(folder, "duckdb/" LIBRARY);
        *slash = '\0';
    }
    return library;
}

static void *find_library(struct err *e)
{
    const char *named = getenv("CUPEL_DUCKDB");
    void *library;
    if (named && *named) {
        library = load(named);
        if (!library)
            err_input(e, "CUPEL_DUCKDB: %s", dlerror());
        return library;
    }
    library = load_near_program();
    library = library ? library : load(LIBRARY);
    if (!library)
        err_input(e, "Parquet needs DuckDB, and no " LIBRARY " is there: make deps-duckdb, or "
                     "CUPEL_DUCKDB=/path/to/" LIBRARY);
    return library;
}

/* ---- sessions --------------------------------------------------------------------------------- */

static bool find_functions(struct duckdb_session *s, struct err *e)
{
#define DUCKDB_ROW(type, name, arguments) {"duckdb_" #name, offsetof(struct duckdb_session, name)},
    static const struct {
        const char *name;
        size_t member;
    } rows[] = {DUCKDB_FUNCTIONS(DUCKDB_ROW)};
#undef DUCKDB_ROW
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        void *function = dlsym(s->library, rows[i].name);
        if (!function)
            return err_input(e, LIBRARY " lacks %s: expected DuckDB's C API, 1.0 or later",
                             rows[i].name);
        memcpy((char *)s + rows[i].member, &function, sizeof function);
    }
    return true;
}

bool duckdb_session_error(const struct duckdb_session *s, struct duckdb_result *r, struct err *e)
{
    const char *text = s->result_error(r);
    text = text ? text : "unknown error";
    err_input(e, "DuckDB: %.*s", (int)strcspn(text, "\n"), text); /* then it quotes the statement */
    s->destroy_result(r);
    return false;
}

bool duckdb_session_run(const struct duckdb_session *s, const char *sql, struct err *e)
{
    struct duckdb_result r;
    if (s->query(s->connection, sql, &r) != 0)
        return duckdb_session_error(s, &r, e);
    s->destroy_result(&r);
    return true;
}

const void *duckdb_session_column(const struct duckdb_session *s, void *chunk, uint64_t i)
{
    return s->vector_get_data(s->data_chunk_get_vector(chunk, i));
}

bool duckdb_session_use(const struct duckdb_session *s, struct duckdb_result *r,
                        duckdb_use_chunk *use, void *context, struct err *e)
{
    bool ok = true;
    void *chunk;
    while (ok && (chunk = s->fetch_chunk(*r))) {
        ok = use(context, s, chunk, s->data_chunk_get_size(chunk), e);
        s->destroy_data_chunk(&chunk);
    }
    const char *fault = ok ? s->result_error(r) : NULL;
    if (fault && *fault)
        return duckdb_session_error(s, r, e);
    s->destroy_result(r);
    return ok;
}

bool duckdb_session_ask(const struct duckdb_session *s, const char *sql, duckdb_use_chunk *use,
                        void *context, struct err *e)
{
    struct duckdb_result r;
    if (s->query(s->connection, sql, &r) != 0)
        return duckdb_session_error(s, &r, e);
    return duckdb_session_use(s, &r, use, context, e);
}

/* No threads beside the caller's, no files but those that are asked for, nothing from the network. */
static bool settle(const struct duckdb_session *s, struct err *e)
{
    return duckdb_session_run(s,
                              "SET threads = 1; SET temp_directory = '';"
                              "SET autoinstall_known_extensions = false;"
                              "SET autoload_known_extensions = false",
                              e);
}

bool duckdb_session_begin(struct duckdb_session *s, struct err *e)
{
    *s = (struct duckdb_session){.library = find_library(e)};
    if (!s->library)
        return false;
    bool ok = find_functions(s, e);
    if (ok)
        ok = (s->open(NULL, &s->database) == 0 && s->connect(s->database, &s->connection) == 0) ||
             err_set(e, ERR_SYSTEM, "DuckDB: cannot be opened");
    ok = ok && settle(s, e);
    if (!ok)
        duckdb_session_end(s);
    return ok;
}

void duckdb_session_end(struct duckdb_session *s)
{
    if (s->connection)
        s->disconnect(&s->connection);
    if (s->database)
        s->close(&s->database);
    if (s->library)
        dlclose(s->library);
    *s = (struct duckdb_session){0};
}

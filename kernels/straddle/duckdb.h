/* The part of DuckDB's C API that Parquet files are read and written with, found when the program runs:
 * cupel is built and works without it. Declarations are after https://duckdb.org/docs/stable/clients/c/api.
 *
 *     struct duckdb_session s;
 *     duckdb_session_begin(&s, e) && duckdb_session_run(&s, "SELECT 1", e);
 *     duckdb_session_end(&s);
 *
 * A session is a database in memory with one connection and no threads of its own. It must not be used on
 * both sides of a fork: begin it after. DuckDB reads and writes files by itself, which base/io.h does not
 * count.
 *
 * Where the library is looked for: the file that CUPEL_DUCKDB names, and nowhere else if it is set; then
 * libduckdb.so beside the program, in a folder `duckdb` beside it or beside a folder above it (as
 * build/duckdb is), and where the loader looks.
 */
#ifndef CUPEL_STRADDLE_DUCKDB_H
#define CUPEL_STRADDLE_DUCKDB_H

#include "harness/base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct duckdb_result {
    uint64_t unused[3];
    void *unused_columns;
    char *unused_error;
    void *internal;
};

struct duckdb_date {
    int32_t days; /* since 1970-01-01 */
};

/* A text of a vector: up to 12 bytes stand in it, longer ones elsewhere. */
union duckdb_string {
    struct {
        uint32_t n;
        char text[12];
    } here;
    struct {
        uint32_t n;
        char prefix[4];
        const char *text;
    } there;
};

/* result, name after duckdb_, arguments. States: 0 is success. Columns count from 0, parameters from 1. */
#define DUCKDB_FUNCTIONS(X)                                                                        \
    X(int, open, (const char *path, void **database))                                              \
    X(void, close, (void **database))                                                              \
    X(int, connect, (void *database, void **connection))                                           \
    X(void, disconnect, (void **connection))                                                       \
    X(const char *, library_version, (void))                                                       \
    X(int, query, (void *connection, const char *sql, struct duckdb_result *out))                  \
    X(const char *, result_error, (struct duckdb_result * result))                                 \
    X(void, destroy_result, (struct duckdb_result * result))                                       \
    X(int, prepare, (void *connection, const char *sql, void **statement))                         \
    X(const char *, prepare_error, (void *statement))                                              \
    X(void, destroy_prepare, (void **statement))                                                   \
    X(int, bind_varchar, (void *statement, uint64_t parameter, const char *text))                  \
    X(int, bind_date, (void *statement, uint64_t parameter, struct duckdb_date date))              \
    X(int, execute_prepared, (void *statement, struct duckdb_result *out))                         \
    X(void *, fetch_chunk, (struct duckdb_result result))                                          \
    X(void, destroy_data_chunk, (void **chunk))                                                    \
    X(uint64_t, data_chunk_get_size, (void *chunk))                                                \
    X(void *, data_chunk_get_vector, (void *chunk, uint64_t column))                               \
    X(void *, vector_get_data, (void *vector))                                                     \
    X(int, appender_create,                                                                        \
      (void *connection, const char *schema, const char *table, void **appender))                  \
    X(const char *, appender_error, (void *appender))                                              \
    X(int, appender_end_row, (void *appender))                                                     \
    X(int, appender_close, (void *appender))                                                       \
    X(int, appender_destroy, (void **appender))                                                    \
    X(int, append_int32, (void *appender, int32_t value))                                          \
    X(int, append_varchar, (void *appender, const char *text))                                     \
    X(int, append_date, (void *appender, struct duckdb_date date))                                 \
    X(int, append_double, (void *appender, double value))

struct duckdb_session {
    void *library, *database, *connection;
#define DUCKDB_MEMBER(type, name, arguments) type(*name) arguments;
    DUCKDB_FUNCTIONS(DUCKDB_MEMBER)
#undef DUCKDB_MEMBER
};

/* Error: where it was looked for, and what to do. On error nothing is to be ended. */
bool duckdb_session_begin(struct duckdb_session *s, struct err *e) MUST_CHECK;
void duckdb_session_end(struct duckdb_session *s);

/* A statement whose result does not matter. */
bool duckdb_session_run(const struct duckdb_session *s, const char *sql, struct err *e) MUST_CHECK;

/* Gets a result of n rows after the other; their columns by duckdb_session_column, which live as long as the
 * call. */
typedef bool duckdb_use_chunk(void *context, const struct duckdb_session *s, void *chunk,
                              uint64_t n, struct err *e);
const void *duckdb_session_column(const struct duckdb_session *s, void *chunk, uint64_t i);
bool duckdb_session_ask(const struct duckdb_session *s, const char *sql, duckdb_use_chunk *use,
                        void *context, struct err *e) MUST_CHECK;
/* The same with the result of a statement, which is destroyed. */
bool duckdb_session_use(const struct duckdb_session *s, struct duckdb_result *r,
                        duckdb_use_chunk *use, void *context, struct err *e) MUST_CHECK;

/* e = DuckDB's words about a result, which is destroyed; returns false. */
bool duckdb_session_error(const struct duckdb_session *s, struct duckdb_result *r, struct err *e);

#endif

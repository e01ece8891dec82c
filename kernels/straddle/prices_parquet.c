/* Prices in a Parquet file, by queries through DuckDB. The file's rows are sorted, so that the ranges that it
 * keeps of each column leave out most of it.
 *
 * A few queries come by a prepared statement each (2 ms). Many are put into a table that is joined to the file
 * in one pass: a thousand of them take 90 us each, and 120 us as a list of VALUES. */
#include "kernels/straddle/prices_parquet.h"

#include "harness/base/sha256.h"
#include "kernels/straddle/duckdb.h"
#include "kernels/straddle/prices_rows.h"

#include <stdio.h>
#include <string.h>

enum { LIST_FROM = 12 }; /* queries: from here on as a table */

struct parquet {
    struct duckdb_session duckdb;
    void *one;
    char *path;
    struct prices_rows rows;
    char content[SHA256_HEX];
};

/* ---- opening ---------------------------------------------------------------------------------- */

static void parquet_close(void *handle)
{
    struct parquet *p = handle;
    if (p->one)
        p->duckdb.destroy_prepare(&p->one);
    duckdb_session_end(&p->duckdb);
    prices_rows_done(&p->rows);
    mem_free(MEM_TABLES, p->path);
    mem_free(MEM_TABLES, p);
}

/* Types are DuckDB's affair; what comes of a query must be these. */
static bool make_view(const struct parquet *p, struct err *e)
{
    struct text sql = {0};
    text_puts(&sql, "CREATE VIEW price AS SELECT ticker::VARCHAR AS ticker,"
                    " field::VARCHAR AS field, day::DATE AS day, value::DOUBLE AS value"
                    " FROM read_parquet(");
    prices_parquet_quote(&sql, p->path);
    text_puts(&sql, ")");
    bool ok =
        duckdb_session_run(&p->duckdb, sql.p, e) || err_prefix(e, "expected a file of prices");
    text_done(&sql);
    return ok;
}

static bool prepare_one(struct parquet *p, struct err *e)
{
    const struct duckdb_session *s = &p->duckdb;
    static const char sql[] =
        "SELECT 0::INTEGER, day, value FROM price WHERE ticker = $1 AND field = $2"
        " AND day BETWEEN $3 AND $4 ORDER BY day";
    if (s->prepare(s->connection, sql, &p->one) == 0)
        return true;
    const char *text = p->one ? s->prepare_error(p->one) : NULL;
    return err_input(e, "DuckDB: %s", text ? text : "a statement cannot be prepared");
}

static bool begin(struct parquet *p, struct err *e)
{
    return duckdb_session_begin(&p->duckdb, e) && make_view(p, e) &&
           duckdb_session_run(&p->duckdb,
                              "CREATE TABLE query(k INTEGER, ticker VARCHAR, field VARCHAR,"
                              " since DATE, until DATE)",
                              e) &&
           prepare_one(p, e);
}

static void *parquet_open(const char *path, struct err *e)
{
    struct parquet *p = mem_alloc_zero(MEM_TABLES, sizeof *p);
    p->path = mem_text(MEM_TABLES, path);
    if (begin(p, e) || err_prefix(e, "%s", path))
        return p;
    parquet_close(p);
    return NULL;
}

/* ---- reading ---------------------------------------------------------------------------------- */

/* Spans k .. n - 1 are still open, the rows of span k in `rows`. */
struct spans {
    struct prices_rows *rows;
    struct arena *arena;
    struct prices_span *spans;
    int k, n;
};

static bool close_spans(struct spans *s, int up_to, struct err *e)
{
    bool ok = true;
    for (; ok && s->k < up_to && s->k < s->n; s->k++, s->rows->n = 0)
        ok = prices_rows_span(s->rows, 0, s->arena, &s->spans[s->k], e);
    return ok;
}

/* Rows of (k, day, value) in order. */
static bool take_spans(void *context, const struct duckdb_session *d, void *chunk, uint64_t n,
                       struct err *e)
{
    struct spans *s = context;
    const int32_t *k = duckdb_session_column(d, chunk, 0),
                  *day = duckdb_session_column(d, chunk, 1);
    const double *value = duckdb_session_column(d, chunk, 2);
    bool ok = true;
    for (uint64_t i = 0; ok && i < n; i++)
        ok = close_spans(s, k[i], e) && prices_rows_add(s->rows, day[i], value[i], e);
    return ok;
}

static bool read_result(struct parquet *p, struct duckdb_result *r, struct arena *a,
                        struct prices_span *spans, int n, struct err *e)
{
    struct spans s = {&p->rows, a, spans, 0, n};
    p->rows.n = 0;
    return duckdb_session_use(&p->duckdb, r, take_spans, &s, e) && close_spans(&s, n, e);
}

static bool read_one(struct parquet *p, const struct prices_query *q, struct arena *a,
                     struct prices_span *span, struct err *e)
{
    const struct duckdb_session *s = &p->duckdb;
    struct duckdb_result r;
    if (s->bind_varchar(p->one, 1, q->ticker) != 0 || s->bind_varchar(p->one, 2, q->field) != 0 ||
        s->bind_date(p->one, 3, (struct duckdb_date){q->from}) != 0 ||
        s->bind_date(p->one, 4, (struct duckdb_date){q->to}) != 0)
        return err_input(e, "DuckDB: expected UTF-8 for ticker and field");
    if (s->execute_prepared(p->one, &r) != 0)
        return duckdb_session_error(s, &r, e);
    return read_result(p, &r, a, span, 1, e);
}

static bool put_queries(const struct duckdb_session *s, const struct prices_query *queries, int n,
                        struct err *e)
{
    void *appender = NULL;
    bool ok = duckdb_session_run(s, "TRUNCATE query", e);
    if (!ok)
        return false;
    ok = s->appender_create(s->connection, NULL, "query", &appender) == 0;
    for (int i = 0; ok && i < n; i++)
        ok = s->append_int32(appender, i) == 0 &&
             s->append_varchar(appender, queries[i].ticker) == 0 &&
             s->append_varchar(appender, queries[i].field) == 0 &&
             s->append_date(appender, (struct duckdb_date){queries[i].from}) == 0 &&
             s->append_date(appender, (struct duckdb_date){queries[i].to}) == 0 &&
             s->appender_end_row(appender) == 0;
    ok = ok && s->appender_close(appender) == 0;
    s->appender_destroy(&appender);
    return ok || err_input(e, "DuckDB: expected UTF-8 for ticker and field");
}

static bool read_many(struct parquet *p, const struct prices_query *queries, int n, struct arena *a,
                      struct prices_span *spans, struct err *e)
{
    static const char sql[] = "SELECT q.k, p.day, p.value FROM query q JOIN price p"
                              " ON p.ticker = q.ticker AND p.field = q.field"
                              " AND p.day BETWEEN q.since AND q.until ORDER BY q.k, p.day";
    const struct duckdb_session *s = &p->duckdb;
    struct duckdb_result r;
    if (!put_queries(s, queries, n, e))
        return false;
    if (s->query(s->connection, sql, &r) != 0)
        return duckdb_session_error(s, &r, e);
    return read_result(p, &r, a, spans, n, e);
}

static bool parquet_read(void *handle, const struct prices_query *queries, int n, struct arena *a,
                         struct prices_span *spans, struct err *e)
{
    if (n >= LIST_FROM)
        return read_many(handle, queries, n, a, spans, e);
    bool ok = true;
    for (int i = 0; ok && i < n; i++)
        ok = read_one(handle, &queries[i], a, &spans[i], e);
    return ok;
}

/* ---- all of it -------------------------------------------------------------------------------- */

/* Into a buffer one longer than a name may be, so that one that is too long is noticed. */
static const char *name_of(const union duckdb_string *s, char out[PRICES_NAME_MAX + 2])
{
    size_t n = s->here.n <= PRICES_NAME_MAX ? s->here.n : PRICES_NAME_MAX + 1;
    memcpy(out, s->here.n <= sizeof s->here.text ? s->here.text : s->there.text, n);
    out[n] = '\0';
    return out;
}

/* Rows of (ticker, field, day, value) in order. */
static bool take_series(void *context, const struct duckdb_session *s, void *chunk, uint64_t n,
                        struct err *e)
{
    const union duckdb_string *ticker = duckdb_session_column(s, chunk, 0),
                              *field = duckdb_session_column(s, chunk, 1);
    const int32_t *day = duckdb_session_column(s, chunk, 2);
    const double *value = duckdb_session_column(s, chunk, 3);
    char names[2][PRICES_NAME_MAX + 2];
    bool ok = true;
    for (uint64_t i = 0; ok && i < n; i++)
        ok = prices_gather_add(context, name_of(&ticker[i], names[0]), name_of(&field[i], names[1]),
                               day[i], value[i], e);
    return ok;
}

static bool take_content(void *context, const struct duckdb_session *s, void *chunk, uint64_t n,
                         struct err *e)
{
    struct parquet *p = context;
    char name[PRICES_NAME_MAX + 2];
    (void)e;
    if (n > 0)
        snprintf(p->content, sizeof p->content, "%.64s",
                 name_of(duckdb_session_column(s, chunk, 0), name));
    return true;
}

static bool read_content(struct parquet *p, struct err *e)
{
    struct text sql = {0};
    text_puts(&sql, "SELECT decode(value) FROM parquet_kv_metadata(");
    prices_parquet_quote(&sql, p->path);
    text_puts(&sql, ") WHERE decode(key) = '" PRICES_PARQUET_CONTENT "'");
    bool ok = duckdb_session_ask(&p->duckdb, sql.p, take_content, p, e);
    text_done(&sql);
    return ok;
}

static bool parquet_walk(void *handle, prices_take *take, void *context, struct err *e)
{
    struct parquet *p = handle;
    struct prices_gather g = {.take = take, .context = context};
    bool ok =
        read_content(p, e) &&
        duckdb_session_ask(
            &p->duckdb, "SELECT coalesce(ticker, ''), coalesce(field, ''), day, value FROM price",
            take_series, &g, e);
    return prices_gather_end(&g, ok, e);
}

/* Other programs' files say nothing. */
static const char *parquet_content(const void *handle)
{
    const struct parquet *p = handle;
    return p->content[0] ? p->content : NULL;
}

const struct prices_ops prices_parquet = {
    .name = "Parquet",
    .begins = {"PAR1", 4},
    .open = parquet_open,
    .close = parquet_close,
    .read = parquet_read,
    .walk = parquet_walk,
    .content = parquet_content,
    .write = prices_parquet_write,
};

/* Writing Parquet: rows into a table of DuckDB's, in order, and from there into the file. Row groups are of
 * DuckDB's own size: smaller ones cost more to look through than they save. */
#include "kernels/straddle/prices_parquet.h"

#include "kernels/straddle/duckdb.h"

void prices_parquet_quote(struct text *sql, const char *text)
{
    text_puts(sql, "'");
    for (const char *p = text; *p; p++)
        text_add(sql, *p == '\'' ? "''" : p, *p == '\'' ? 2 : 1);
    text_puts(sql, "'");
}

static bool append_series(const struct duckdb_session *s, void *appender,
                          const struct prices_series *series)
{
    bool ok = true;
    for (long i = 0; ok && i < series->n; i++)
        ok = s->append_varchar(appender, series->ticker) == 0 &&
             s->append_varchar(appender, series->field) == 0 &&
             s->append_date(appender, (struct duckdb_date){series->day[i]}) == 0 &&
             s->append_double(appender, series->value[i]) == 0 &&
             s->appender_end_row(appender) == 0;
    return ok;
}

static bool append_error(const struct duckdb_session *s, void *appender, struct err *e)
{
    const char *text = appender ? s->appender_error(appender) : NULL;
    return err_set(e, ERR_SYSTEM, "DuckDB: %s", text ? text : "rows cannot be added");
}

static bool append_all(const struct duckdb_session *s, const struct prices_content *c,
                       struct err *e)
{
    void *appender = NULL;
    bool ok = s->appender_create(s->connection, NULL, "price", &appender) == 0 ||
              append_error(s, appender, e);
    for (long i = 0; ok && i < c->n; i++)
        ok = prices_go_on(c->stop, e) &&
             (append_series(s, appender, &c->series[i]) || append_error(s, appender, e));
    ok = ok && (s->appender_close(appender) == 0 || append_error(s, appender, e));
    s->appender_destroy(&appender);
    return ok;
}

static bool copy_out(const struct duckdb_session *s, const char *path, const char *content,
                     struct err *e)
{
    struct text sql = {0};
    text_puts(&sql, "COPY price TO ");
    prices_parquet_quote(&sql, path);
    text_printf(&sql, " (FORMAT parquet, KV_METADATA {%s: '%s'})", PRICES_PARQUET_CONTENT, content);
    bool ok = duckdb_session_run(s, sql.p, e);
    text_done(&sql);
    return ok;
}

static bool fill(const char *path, const struct prices_content *c, struct err *e)
{
    struct duckdb_session s;
    if (!duckdb_session_begin(&s, e))
        return false;
    bool ok = duckdb_session_run(&s,
                                 "CREATE TABLE price(ticker VARCHAR NOT NULL,"
                                 " field VARCHAR NOT NULL, day DATE NOT NULL,"
                                 " value DOUBLE NOT NULL)",
                                 e) &&
              append_all(&s, c, e) && prices_go_on(c->stop, e) &&
              copy_out(&s, path, c->facts.content, e) && prices_go_on(c->stop, e);
    duckdb_session_end(&s);
    return ok;
}

bool prices_parquet_write(const char *path, const struct prices_content *content, struct err *e)
{
    return prices_write_beside(path, fill, content, e);
}

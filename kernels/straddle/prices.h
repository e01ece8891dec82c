/* Prices by (ticker, field) and day, from whichever store they are in:
 *
 *     SQLite file          an index on (ticker, field, date); queries
 *     blocks               our own: sorted days and values a series, mapped; a span is a view on the file
 *     Parquet file         through DuckDB's C API, where libduckdb is found
 *
 *     struct prices *p = prices_open(path, e);      // the kind is told by what the file begins with
 *     prices_read(p, queries, n, &arena, spans, e); // one trip for all n
 *     prices_close(p);
 *
 * All give the same rows. Values are the doubles nearest to the decimals of the imported CSV.
 */
#ifndef CUPEL_STRADDLE_PRICES_H
#define CUPEL_STRADDLE_PRICES_H

#include "harness/base/arena.h"
#include "harness/base/err.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* kind, its word for --to and file ending */
#define PRICES_KINDS(X) X(SQLITE, "sqlite") X(BLOCKS, "blocks") X(PARQUET, "parquet")
enum prices_kind {
#define PRICES_ENUM(name, word) PRICES_##name,
    PRICES_KINDS(PRICES_ENUM)
#undef PRICES_ENUM
        PRICES_KIND_COUNT
};
extern const char *const prices_kind_words[]; /* by kind, then NULL: choices of an option */

struct prices_query {
    const char *ticker, *field;
    int32_t from, to; /* days since 1970-01-01, both included */
};

/* Rising days, each once. Lives as long as both the arena and the store: SQLite and Parquet copy into the
 * arena, of blocks it is a view. */
struct prices_span {
    const int32_t *day;
    const double *value;
    long n;
};

/* A handle is for one thread. Blocks may be opened before a fork; of the others every process opens its
 * own. */
struct prices;
struct prices *prices_open(const char *path, struct err *e) MUST_CHECK;
void prices_close(struct prices *p); /* NULL is fine */
enum prices_kind prices_kind_of(const struct prices *p);

/* spans[n]; of an unknown series: n = 0. */
bool prices_read(struct prices *p, const struct prices_query *queries, int n, struct arena *a,
                 struct prices_span *spans, struct err *e) MUST_CHECK;

struct prices_facts {
    int64_t rows, series, tickers, bytes; /* bytes: of the file */
    int32_t first_day, last_day;
    char content[65]; /* SHA-256 over all rows in order: the same for every kind */
};
bool prices_facts(struct prices *p, struct prices_facts *out, struct err *e) MUST_CHECK;

/* Writing: rows in any order; a (ticker, field, day) twice is an error unless the values are equal; no
 * rows are one too. Names: 1 to 255 bytes of UTF-8. Days: of the years of dates.h. Values: finite; -0
 * becomes 0. Rows are kept in memory (12 bytes each, twice that while it grows) until the commit. What
 * stands at `path` stays until then, and is replaced by the whole new file. */
struct prices_writer;
struct prices_writer *prices_writer_open(enum prices_kind kind, const char *path,
                                         struct err *e) MUST_CHECK;
/* Once *stop is not 0, add and commit give up: ERR_INTERRUPTED. */
void prices_writer_stop_by(struct prices_writer *w, const volatile sig_atomic_t *stop);
bool prices_writer_add(struct prices_writer *w, const char *ticker, const char *field, int32_t day,
                       double value, struct err *e) MUST_CHECK;
bool prices_writer_commit(struct prices_writer *w, struct prices_facts *out,
                          struct err *e) MUST_CHECK; /* frees it, also on error */
void prices_writer_abandon(struct prices_writer *w); /* NULL is fine */

/* CSV, plain or gzip, columns date, ticker, field, value in any order. Error: FILE:LINE: field. stop: NULL,
 * or as above. */
bool prices_import(const char *csv, enum prices_kind kind, const char *path,
                   const volatile sig_atomic_t *stop, struct prices_facts *out,
                   struct err *e) MUST_CHECK;

#endif

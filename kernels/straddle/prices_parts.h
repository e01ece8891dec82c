/* Private to prices_*.c: what a kind of store is, and rows on their way into one or out of one.
 *
 *     const struct prices_ops *ops = prices_ops_of(kind);
 *     void *handle = ops->open(path, e);
 */
#ifndef CUPEL_STRADDLE_PRICES_PARTS_H
#define CUPEL_STRADDLE_PRICES_PARTS_H

#include "harness/base/str.h"
#include "kernels/straddle/prices.h"

enum { PRICES_NAME_MAX = 255 }; /* bytes of a ticker, and of a field */

/* All rows of one (ticker, field): rising days, each once. */
struct prices_series {
    const char *ticker, *field;
    const int32_t *day;
    const double *value;
    long n;
};

/* Whole content: series in byte order of ticker, then field, each with at least one row. */
struct prices_content {
    const struct prices_series *series;
    long n;
    struct prices_facts facts; /* all but bytes */
    const volatile sig_atomic_t *stop;
};

/* Gets one series after the other, in order; what it points to ends with the call. */
typedef bool prices_take(void *context, const struct prices_series *s, struct err *e);

/* Errors of read and walk do not name the file, those of open and write do. */
struct prices_ops {
    const char *name;  /* in messages */
    struct str begins; /* what every such file begins with */
    void *(*open)(const char *path, struct err *e);
    void (*close)(void *handle);
    bool (*read)(void *handle, const struct prices_query *queries, int n, struct arena *a,
                 struct prices_span *spans, struct err *e);
    bool (*walk)(void *handle, prices_take *take, void *context, struct err *e);
    /* What the file itself says its content is; NULL: it does not say. */
    const char *(*content)(const void *handle);
    /* A whole file in the place of what is there, or nothing. */
    bool (*write)(const char *path, const struct prices_content *content, struct err *e);
};

extern const struct prices_ops prices_blocks, prices_sqlite, prices_parquet;
const struct prices_ops *prices_ops_of(enum prices_kind kind);

/* Facts of rows that come series by series. */
struct prices_tally;
struct prices_tally *prices_tally_new(void); /* owner: the caller, until prices_tally_end */
/* Error: out of order, or rows that no store may hold. */
bool prices_tally_add(struct prices_tally *t, const struct prices_series *s,
                      struct err *e) MUST_CHECK;
void prices_tally_end(struct prices_tally *t,
                      struct prices_facts *out); /* frees it; all but bytes */

/* For libraries that write files by name: `fill` makes the file PATH.tmp.PID, which is then synced and
 * renamed; it is removed on failure. Errors of fill do not name the file. */
typedef bool prices_fill(const char *path, const struct prices_content *content, struct err *e);
bool prices_write_beside(const char *path, prices_fill *fill, const struct prices_content *content,
                         struct err *e) MUST_CHECK;

/* Writers ask before each series. false: stop was raised. */
bool prices_go_on(const volatile sig_atomic_t *stop, struct err *e) MUST_CHECK;

#endif

/* Rows that libraries hand out one by one, made into spans and into series. Private to prices_*.c.
 *
 *     prices_rows_add(&rows, day, value);  ...  span = prices_rows_span(&rows, from, arena);
 *
 *     struct prices_gather g = {.take = take, .context = context};
 *     while (another row in order) ok = prices_gather_add(&g, ticker, field, day, value, e);
 *     ok = prices_gather_end(&g, ok, e);
 */
#ifndef CUPEL_STRADDLE_PRICES_ROWS_H
#define CUPEL_STRADDLE_PRICES_ROWS_H

#include "kernels/straddle/prices_parts.h"

struct prices_rows {
    int32_t *day;
    double *value;
    long n, capacity;
};

/* Error: the day is none. */
bool prices_rows_add(struct prices_rows *r, int64_t day, double value, struct err *e) MUST_CHECK;
/* A copy of rows from .. n - 1. Error: their days do not rise. */
bool prices_rows_span(const struct prices_rows *r, long from, struct arena *a,
                      struct prices_span *out, struct err *e) MUST_CHECK;
void prices_rows_done(struct prices_rows *r);

struct prices_gather {
    prices_take *take;
    void *context;
    struct prices_rows rows; /* of the series that is open */
    char ticker[PRICES_NAME_MAX + 1], field[PRICES_NAME_MAX + 1];
};

bool prices_gather_add(struct prices_gather *g, const char *ticker, const char *field, int64_t day,
                       double value, struct err *e) MUST_CHECK;
/* Hands on the last series if ok; frees. */
bool prices_gather_end(struct prices_gather *g, bool ok, struct err *e) MUST_CHECK;

#endif

/* Bars from a CSV file, one at a time, in constant memory.
 *
 *     struct csv *c = csv_open(path, e);
 *     while ((got = csv_next(c, &bar, &fault, e)) == CSV_ROW || got == CSV_BAD) ...
 *     csv_close(c);
 *
 * The header names the columns, in any order and case: date (or datetime), symbol, open, high, low,
 * close, volume; others are passed over. RFC 4180 quotes, but a field ends on its line. LF or CRLF;
 * a byte-order mark; gzip (source.h). Prices become micro-units exactly (decimal.h).
 */
#ifndef CUPEL_STORE_CSV_H
#define CUPEL_STORE_CSV_H

#include "harness/base/err.h"
#include "harness/base/str.h"
#include "kernels/store/bundle.h"

#include <stdbool.h>
#include <stdint.h>

/* What can be wrong with a row, name in counts. The last three are for who sees all rows. */
#define CSV_FAULTS(X)                                                                              \
    X(BLANK, "blank line")                                                                         \
    X(SHORT, "short row")                                                                          \
    X(LONG, "too many fields")                                                                     \
    X(ENDLESS, "line over 1 MiB")                                                                  \
    X(QUOTES, "bad quoting")                                                                       \
    X(DATE, "invalid date")                                                                        \
    X(NUMBER, "bad number")                                                                        \
    X(HIGH_LOW, "high below low")                                                                  \
    X(SYMBOL, "bad symbol")                                                                        \
    X(DUPLICATE, "duplicate date")                                                                 \
    X(DESCENDING, "descending date")

enum csv_fault {
#define CSV_ENUM(name, text) CSV_FAULT_##name,
    CSV_FAULTS(CSV_ENUM)
#undef CSV_ENUM
        CSV_FAULT_COUNT
};

enum csv_got {
    CSV_ROW,   /* *out holds a row */
    CSV_BAD,   /* this row cannot be used: *fault and e say why; the next may be asked for */
    CSV_END,   /* no more */
    CSV_FAILED /* the file cannot be read on: e says why */
};

struct csv_bar {
    struct bar_row row; /* without asset */
    struct str symbol;  /* as it stands; valid until the next call */
    long line;
    int rounded;  /* how many of the four prices were rounded to 1e-6 */
    bool outside; /* open or close is not within low..high */
};

struct csv;

/* Reads the header. Error: names the file, line 1 and the column. `path` must outlive the reader. */
struct csv *csv_open(const char *path, struct err *e) MUST_CHECK;
void csv_close(struct csv *c); /* NULL is fine */

/* On CSV_BAD, out->line is the line. e->text is "file:line: reason" on CSV_BAD. */
enum csv_got csv_next(struct csv *c, struct csv_bar *out, enum csv_fault *fault, struct err *e);

uint64_t csv_bytes(const struct csv *c); /* of (unpacked) text read so far */

/* Names of the columns that are passed over, as they stand. Valid until csv_close. */
const char *const *csv_extra_columns(const struct csv *c, int *n);

const char *csv_fault_name(enum csv_fault fault);

#endif

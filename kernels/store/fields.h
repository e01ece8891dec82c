/* Rows of a CSV file by the names of their columns.
 *
 *     static const char *const columns[] = {"ticker", "expiry"};
 *     struct fields *f = fields_open(path, columns, 2, e);
 *     while ((got = fields_next(f, row, e)) == FIELDS_ROW)
 *         use(row[0], row[1]);
 *     fields_close(f);
 *
 * Plain or gzip, LF or CRLF, RFC 4180 quotes on one line, a byte-order mark; a header line with the
 * columns in any order and case, others passed over; blank lines too. A row with more or fewer fields
 * than the header is an error, and so is a line over 1 MiB or with a zero byte.
 */
#ifndef CUPEL_STORE_FIELDS_H
#define CUPEL_STORE_FIELDS_H

#include "harness/base/err.h"
#include "harness/base/str.h"

enum fields_got { FIELDS_ROW, FIELDS_END, FIELDS_FAILED };

struct fields;
/* Error: the file, line 1 and the column that is missing. path and columns must outlive it. */
struct fields *fields_open(const char *path, const char *const *columns, int n,
                           struct err *e) MUST_CHECK;
/* The same over text in memory, of which a copy is made. */
struct fields *fields_parse(struct str csv, const char *name, const char *const *columns, int n,
                            struct err *e) MUST_CHECK;

/* row[n], valid until the next call. */
enum fields_got fields_next(struct fields *f, struct str *row, struct err *e);
/* e = "FILE:LINE: COLUMN: " + what; returns false. For values that do not fit. */
bool fields_error(const struct fields *f, int column, struct err *e, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
long fields_line(const struct fields *f); /* of the row that came last, from 1 */
void fields_close(struct fields *f);      /* NULL is fine */

#endif

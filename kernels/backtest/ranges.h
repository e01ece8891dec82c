/* Date ranges: several, each with a name, in the order of time.
 *
 *     --range 2000-01-03:2009-12-31                 named 2000-01-03_2009-12-31
 *     --range crisis=2007-07-01:2009-06-30
 *     --range open=2024-03-01T09:30:2024-03-01T12:00 --range last=2020-01-01:
 *
 * An end that is empty is the data's. A date takes in its whole day; a date with a time, that very
 * second. Times are seconds since 1970-01-01 (kernels/store/dates.h).
 */
#ifndef CUPEL_BACKTEST_RANGES_H
#define CUPEL_BACKTEST_RANGES_H

#include "harness/base/arena.h"
#include "harness/base/err.h"
#include "harness/base/opt.h"

#include <stdint.h>

enum { BT_RANGE_TEXT = 64 };

/* Bars with from <= time <= to. Indicators warm up inside. */
struct bt_range {
    char name[BT_RANGE_TEXT]; /* a folder's name: letters, digits, - _ ., no . in front */
    int64_t from, to;
};

/* The bar times that there are: the distinct ones of all symbols, ascending. */
struct bt_times {
    const int64_t *v;
    long n; /* >= 1 */
};

/* The ranges of the texts (of none: one range, all the data), by start, then by end. Of two that
 * span the same, the first in the texts stays, whatever their names. Error: names the range and
 * what was expected: dates, the first not after the last, at least one bar between them, a name that
 * no other dates have. Everything lives in the arena. */
bool bt_ranges_parse(struct opt_texts texts, struct bt_times times, struct arena *a,
                     const struct bt_range **out, int *count, struct err *e) MUST_CHECK;

/* "2000-01-03_2024-12-31", with "T0930" after a date whose day is not taken in as a whole. Ranges of
 * whole minutes have one name only if they are the same. */
void bt_range_name(int64_t from, int64_t to, char out[BT_RANGE_TEXT]);

/* The days that it touches, both ends counted: the weight of the range in a summary. */
long bt_range_days(const struct bt_range *range);

/* The first of the times that is not before `time`; n when there is none. */
long bt_times_from(struct bt_times times, int64_t time);

#endif

/* Figures as words, in the arena: what the tables and sentences show of a number. A value that is
 * not there (null in the file) is shown as an en dash, never as "nan".
 */
#ifndef CUPEL_REPORTS_WORDS_H
#define CUPEL_REPORTS_WORDS_H

#include "harness/base/arena.h"
#include "harness/base/json.h"

#define WORDS_NONE "\xE2\x80\x93"

/* What a number stands for, hence how it is shown. */
enum words_kind {
    WORDS_TIME,    /* ns -> "1.53 ms" */
    WORDS_BYTES,   /* -> "2.57 MiB" */
    WORDS_COUNT,   /* whole number -> "42,801" */
    WORDS_RATIO,   /* -> "0.125" */
    WORDS_PERCENT, /* in percent -> "+2.3 %" */
    WORDS_SHARE,   /* in percent -> "75.0 %", "-2.1 %" */
    WORDS_TIMES,   /* -> "7.75 x" */
    WORDS_P,       /* a probability -> "0.0312", "< 0.0001" */
    WORDS_LEVEL,   /* of an interval, 0..1 -> "95.1 %" */
    WORDS_PLAIN,   /* three significant digits */
};

const char *words(struct arena *a, enum words_kind kind, double value);

/* "0.125..0.138"; a dash when either end is missing. */
const char *words_interval(struct arena *a, enum words_kind kind, double lower, double upper);

/* By a unit's name: "ns", "bytes", "count", "ratio", "share" (0..1, shown in percent); any other follows
 * the number. */
const char *words_unit(struct arena *a, double value, const char *unit);

/* Any JSON value on one line: text as it is, the rest as JSON. */
const char *words_json(struct arena *a, const struct json *value);

#endif

/* An option straddle, and the string that names it:
 *
 *     |2023-12|2024-01|N|0|OVERRIDE||33.3|
 *      entry   expiry  |  |  code   n  weight in per cent
 *      month   month   |  entry offset, calendar days
 *                      N near, F far
 *
 * Every field may be empty. What straddle_parse takes, straddle_print gives back byte for byte; other
 * spellings of the same thing ("|2023-12|2024-1|...") are refused.
 */
#ifndef CUPEL_STRADDLE_STRADDLE_H
#define CUPEL_STRADDLE_STRADDLE_H

#include "harness/base/err.h"
#include "harness/base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum { STRADDLE_TEXT = 64, STRADDLE_WEIGHT = 16, STRADDLE_EMPTY = INT16_MIN };

enum straddle_term { STRADDLE_NO_TERM, STRADDLE_NEAR, STRADDLE_FAR };

/* code, its text; which day of the expiry month it means */
#define STRADDLE_CODES(X)                                                                          \
    X(NONE, "")                                                                                    \
    X(FRIDAY, "F") /* the n-th */                                                                  \
    X(THURSDAY, "R")                                                                               \
    X(WEDNESDAY, "W")                                                                              \
    X(BUSINESS_DAY, "BD")      /* the n-th, Monday to Friday, no holidays */                       \
    X(OVERRIDE, "OVERRIDE")    /* the date in the overrides file */                                \
    X(LAST_BUSINESS_DAY, "LB") /* known, but no rule for it: never valued */

enum straddle_code {
#define STRADDLE_ENUM(name, text) STRADDLE_##name,
    STRADDLE_CODES(STRADDLE_ENUM)
#undef STRADDLE_ENUM
};

/* Months since year 0: 12 * year + month - 1. */
struct straddle {
    int32_t entry, expiry;        /* STRADDLE_EMPTY: empty */
    int16_t offset, n;            /* STRADDLE_EMPTY: empty */
    uint8_t term, code;           /* enum straddle_term, enum straddle_code */
    char weight[STRADDLE_WEIGHT]; /* as it stands in the schedule */
};

static inline int32_t straddle_month(int year, int month)
{
    return 12 * year + month - 1;
}

/* Error: names the field and what was expected. */
bool straddle_parse(struct str text, struct straddle *out, struct err *e) MUST_CHECK;

/* The fields alone, none of them empty; false: none. Numbers have at most four digits, no sign and no
 * leading zero; a weight is a decimal of at most 15 characters. */
bool straddle_read_month(struct str s, int32_t *month) MUST_CHECK; /* YYYY-MM */
bool straddle_read_number(struct str s, int16_t *number) MUST_CHECK;
bool straddle_read_term(struct str s, uint8_t *term) MUST_CHECK;
bool straddle_read_code(struct str s, uint8_t *code) MUST_CHECK;
bool straddle_read_weight(struct str s, char out[STRADDLE_WEIGHT]) MUST_CHECK;

/* The text, NUL-terminated; returns its length. Months from year 0 to 9999. */
size_t straddle_print(const struct straddle *s, char out[STRADDLE_TEXT]);

#endif

/* Decimal numbers as text, read exactly: prices to whole micro-units, volumes to the nearest double.
 *
 *     struct decimal d;
 *     enum decimal_fault fault = decimal_parse(field, &d);
 *     if (fault == DECIMAL_OK) fault = decimal_to_ticks(&d, &ticks, &rounded);
 *
 * `[+-]digits[.digits][e[+-]digits]`, at least one digit, nothing else; at most 10^7 characters.
 */
#ifndef CUPEL_STORE_DECIMAL_H
#define CUPEL_STORE_DECIMAL_H

#include "harness/base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* fault, what it says about the field */
#define DECIMAL_FAULTS(X)                                                                          \
    X(OK, "a number")                                                                              \
    X(EMPTY, "empty, expected a number")                                                           \
    X(BAD, "not a number")                                                                         \
    X(TRAILING, "text after the number")                                                           \
    X(NOT_FINITE, "not a finite number")                                                           \
    X(NOT_POSITIVE, "a price must be above 0")                                                     \
    X(TOO_LARGE, "too large to be held (a price is at most 9007199254.740992)")                    \
    X(VOLUME_TOO_LARGE, "too large to be held (a volume is at most 1.797e308)")                    \
    X(TOO_SMALL, "rounding to 1e-6 would change it by more than 1e-4 of itself")                   \
    X(NEGATIVE, "a volume must not be negative")

enum decimal_fault {
#define DECIMAL_ENUM(name, text) DECIMAL_##name,
    DECIMAL_FAULTS(DECIMAL_ENUM)
#undef DECIMAL_ENUM
};

/* digits * 10^exponent; `more` when digits beyond the 19th were cut off and not all were 0. */
struct decimal {
    uint64_t digits;
    int exponent;
    bool negative, more;
};

enum decimal_fault decimal_parse(struct str s, struct decimal *out);

/* Micro-units, 1..2^53, rounded half away from zero; *rounded tells whether that changed it. */
enum decimal_fault decimal_to_ticks(const struct decimal *d, int64_t *ticks, bool *rounded);

/* The nearest double, >= +0. */
enum decimal_fault decimal_to_volume(const struct decimal *d, double *out);

const char *decimal_fault_text(enum decimal_fault fault);

#endif

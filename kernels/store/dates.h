/* Civil dates (proleptic Gregorian, UTC) and seconds since 1970-01-01.
 *
 *     int64_t t;
 *     if (date_parse(str_of("2000-01-03 16:00"), &t)) ...
 *     char text[DATE_TEXT];  puts(date_format(text, t));      // "2000-01-03 16:00:00"
 */
#ifndef CUPEL_STORE_DATES_H
#define CUPEL_STORE_DATES_H

#include "harness/base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    DATE_DAY_SECONDS = 86400,
    DATE_TEXT = 24,
    DATE_YEAR_MIN = 1677, /* the years that also fit in signed 64-bit nanoseconds */
    DATE_YEAR_MAX = 2261
};

/* What date_parse takes, for error messages. */
#define DATE_FORMS "YYYY-MM-DD or YYYY-MM-DD HH:MM[:SS][Z]"

struct date {
    int year, month, day; /* month 1..12, day 1..31 */
};

/* Days since 1970-01-01, and back. Source: Hinnant, "chrono-compatible low-level date algorithms". */
int64_t date_to_days(struct date d);
struct date date_from_days(int64_t days);
int date_weekday(int64_t days); /* 0 Monday .. 6 Sunday */
int date_month_days(int year, int month);

/* `YYYY-MM-DD`, optionally with `[ T]HH:MM[:SS][Z]`: a real day of the years above, whole text.
 * *seconds since 1970-01-01 UTC. */
bool date_parse(struct str s, int64_t *seconds);

/* "2000-01-03", with " 16:00:00" when it is not midnight. Returns out. */
char *date_format(char out[DATE_TEXT], int64_t seconds);

#endif

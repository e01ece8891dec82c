/* The sessions of the New York Stock Exchange by rule, 2000..2024. Days are days since 1970-01-01. */
#ifndef CUPEL_STORE_NYSE_H
#define CUPEL_STORE_NYSE_H

#include <stdbool.h>
#include <stdint.h>

/* A weekday that is neither a holiday nor one of the special closures. Source: NYSE Rule 7.2 and
 * the exchange's notices of closures; checked against real bars in tests/store/test_synth.c. */
bool nyse_is_session(int64_t day);

/* Easter Sunday of a Gregorian year. Source: the anonymous algorithm of 1876 (Meeus, ch. 8). */
int64_t easter_sunday(int year);

#endif

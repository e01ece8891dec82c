/* Calendar dates as seconds since 1970-01-01 00:00 UTC, proleptic Gregorian, years 1000..9999. */
#ifndef CUPEL_BACKTEST_DATES_H
#define CUPEL_BACKTEST_DATES_H

#include <stdbool.h>
#include <stdint.h>

enum { BT_DATE_TEXT = 11, BT_DAY_S = 86400 };

/* "2024-02-29" to its midnight. false: not a date. */
bool bt_date_parse(const char *text, int64_t *out);

/* The date that the time lies in, YYYY-MM-DD. */
void bt_date_print(int64_t time, char out[BT_DATE_TEXT]);

#endif

/* Numbers for people: a value with a fitting prefix, three or four digits. */
#ifndef CUPEL_BASE_UNITS_H
#define CUPEL_BASE_UNITS_H

#include <stdint.h>

enum { UNITS_TEXT = 32 };

/* Each writes to `out` and returns it. Non-finite values give "n/a". */
char *units_time(char out[UNITS_TEXT], double ns);      /* "812 ns", "1.53 ms", "4 min 39 s" */
char *units_bytes(char out[UNITS_TEXT], double bytes);  /* "64 B", "2.57 MiB" */
char *units_count(char out[UNITS_TEXT], uint64_t n);    /* "42,801" */
char *units_change(char out[UNITS_TEXT], double ratio); /* 1.023 -> "+2.3 %" */
char *units_ratio(char out[UNITS_TEXT], double ratio);  /* "0.0125", "4.030", "12.5" */

#endif

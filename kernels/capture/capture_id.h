/* The names of runs, YYYYMMDD_HHMMSS_mmm[_N], UTC: writing them, private to this folder. */
#ifndef CUPEL_CAPTURE_ID_H
#define CUPEL_CAPTURE_ID_H

#include "harness/base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { CAPTURE_ID = 40, CAPTURE_TIME = 32 };

/* n 0: no suffix. False for a time before 1970 or after 9999. */
bool capture_id_print(char out[CAPTURE_ID], int64_t time_ms, int n);

/* "2025-01-21T10:00:00.123Z" */
void capture_id_time(char out[CAPTURE_TIME], int64_t time_ms);

#endif

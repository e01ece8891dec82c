#define _GNU_SOURCE
#include "harness/history/when.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* What strptime lets pass, such as blanks, signs and 31 February, differs when it is written again. */
static bool is_as_written(const char *text, const struct tm *tm)
{
    char again[WHEN_TEXT];
    time_t t = timegm(&(struct tm){.tm_year = tm->tm_year,
                                   .tm_mon = tm->tm_mon,
                                   .tm_mday = tm->tm_mday,
                                   .tm_hour = tm->tm_hour,
                                   .tm_min = tm->tm_min,
                                   .tm_sec = tm->tm_sec});
    struct tm utc;
    gmtime_r(&t, &utc);
    size_t n = strftime(again, sizeof again, "%Y-%m-%dT%H:%M:%S", &utc);
    size_t given = strlen(text) < n ? strlen(text) : n;
    return n == 19 && strncmp(text, again, given) == 0;
}

bool when_utc(const char *text, char out[WHEN_TEXT], struct err *e)
{
    struct tm tm = {0};
    const char *format = strchr(text, 'T') ? "%Y-%m-%dT%H:%M:%S%z" : "%Y-%m-%d";
    const char *end = strptime(text, format, &tm);
    if (!end || *end || !is_as_written(text, &tm))
        return err_input(
            e, "expected a time like 2026-01-31, 2026-01-31T12:00:00Z or with +01:00, found \"%s\"",
            text);
    long offset = tm.tm_gmtoff; /* timegm clears it */
    time_t t = timegm(&tm) - offset;
    gmtime_r(&t, &tm);
    strftime(out, WHEN_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return true;
}

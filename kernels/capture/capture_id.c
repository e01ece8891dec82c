#include "kernels/capture/capture_id.h"

#include "kernels/capture/capture.h"
#include "kernels/store/dates.h"

#include <stdio.h>
#include <string.h>

static const int64_t day_ms = (int64_t)DATE_DAY_SECONDS * 1000;

struct moment {
    struct date date;
    int hour, minute, second, ms;
};

static struct moment moment_of(int64_t time_ms)
{
    int in_day = (int)(time_ms % day_ms);
    return (struct moment){
        .date = date_from_days(time_ms / day_ms),
        .hour = in_day / 3600000,
        .minute = in_day / 60000 % 60,
        .second = in_day / 1000 % 60,
        .ms = in_day % 1000,
    };
}

bool capture_id_print(char out[CAPTURE_ID], int64_t time_ms, int n)
{
    static const int64_t days_max = 2930000; /* in 9992: four digits */
    if (time_ms < 0 || time_ms / day_ms > days_max)
        return false;
    struct moment m = moment_of(time_ms);
    int used = snprintf(out, CAPTURE_ID, "%04d%02d%02d_%02d%02d%02d_%03d", m.date.year,
                        m.date.month, m.date.day, m.hour, m.minute, m.second, m.ms);
    if (n > 0)
        snprintf(out + used, (size_t)(CAPTURE_ID - used), "_%d", n);
    return true;
}

void capture_id_time(char out[CAPTURE_TIME], int64_t time_ms)
{
    struct moment m = moment_of(time_ms);
    snprintf(out, CAPTURE_TIME, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", m.date.year, m.date.month,
             m.date.day, m.hour, m.minute, m.second, m.ms);
}

/* So many digits at *p as a number; -1: they are not there. */
static int digits(const char **p, int n)
{
    int value = 0;
    for (; n > 0; n--, (*p)++) {
        if (**p < '0' || **p > '9')
            return -1;
        value = value * 10 + (**p - '0');
    }
    return value;
}

static bool is_suffix(const char *p)
{
    size_t n = *p == '_' ? strspn(p + 1, "0123456789") : 0;
    return *p == '\0' || (n > 0 && n <= 9 && p[1] != '0' && p[n + 1] == '\0');
}

static bool is_real(const struct moment *m)
{
    struct date d = m->date;
    return d.year >= 1970 && d.month >= 1 && d.month <= 12 && d.day >= 1 &&
           d.day <= date_month_days(d.year, d.month) && m->hour < 24 && m->minute < 60 &&
           m->second < 60;
}

bool capture_id_parse(const char *name, int64_t *time_ms)
{
    static const int widths[] = {4, 2, 2, -1, 2, 2, 2, -1, 3}; /* -1: an underscore */
    int v[9] = {0};
    const char *p = name;
    for (int i = 0; i < 9; i++) {
        v[i] = widths[i] > 0 ? digits(&p, widths[i]) : *p == '_' ? (p++, 0) : -1;
        if (v[i] < 0)
            return false;
    }
    struct moment m = {
        {v[0], v[1], v[2]},
        v[4], v[5], v[6], v[8]
    };
    if (!is_suffix(p) || !is_real(&m))
        return false;
    *time_ms = date_to_days(m.date) * day_ms +
               ((m.hour * 60 + m.minute) * 60 + m.second) * (int64_t)1000 + m.ms;
    return true;
}

bool capture_is_id(const char *name)
{
    int64_t ignored;
    return capture_id_parse(name, &ignored);
}

#include "kernels/store/dates.h"

#include <stdio.h>

/* The March-based year puts the leap day last, so that months have a closed form; an era is the
 * 400 years (146,097 days) after which the calendar repeats. */
int64_t date_to_days(struct date d)
{
    int64_t year = d.month <= 2 ? d.year - 1 : d.year;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

struct date date_from_days(int64_t days)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t of_era = days - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t shifted = (5 * of_year + 2) / 153;
    struct date d = {
        .month = (int)(shifted < 10 ? shifted + 3 : shifted - 9),
        .day = (int)(of_year - (153 * shifted + 2) / 5 + 1),
    };
    d.year = (int)(year + era * 400 + (d.month <= 2));
    return d;
}

int date_weekday(int64_t days)
{
    return (int)(((days + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
}

int date_month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (leap && month == 2);
}

/* n digits at p, or -1. */
static inline int digits(const char *p, int n)
{
    int value = 0;
    for (int i = 0; i < n; i++) {
        unsigned digit = (unsigned)(unsigned char)p[i] - '0';
        if (digit > 9)
            return -1;
        value = value * 10 + (int)digit;
    }
    return value;
}

/* `HH:MM[:SS][Z]` */
static bool parse_time(struct str s, int64_t *seconds)
{
    if (s.n > 0 && s.p[s.n - 1] == 'Z')
        s.n--;
    if ((s.n != 5 && s.n != 8) || s.p[2] != ':' || (s.n == 8 && s.p[5] != ':'))
        return false;
    int hour = digits(s.p, 2), minute = digits(s.p + 3, 2);
    int second = s.n == 8 ? digits(s.p + 6, 2) : 0;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return false;
    *seconds += hour * 3600 + minute * 60 + second;
    return true;
}

bool date_parse(struct str s, int64_t *seconds)
{
    if (s.n < 10 || s.p[4] != '-' || s.p[7] != '-')
        return false;
    struct date d = {digits(s.p, 4), digits(s.p + 5, 2), digits(s.p + 8, 2)};
    if (d.year < DATE_YEAR_MIN || d.year > DATE_YEAR_MAX || d.month < 1 || d.month > 12 ||
        d.day < 1 || d.day > date_month_days(d.year, d.month))
        return false;
    *seconds = date_to_days(d) * DATE_DAY_SECONDS;
    if (s.n == 10)
        return true;
    if (s.p[10] != ' ' && s.p[10] != 'T')
        return false;
    return parse_time((struct str){s.p + 11, s.n - 11}, seconds);
}

char *date_format(char out[DATE_TEXT], int64_t seconds)
{
    int64_t day = seconds / DATE_DAY_SECONDS, rest = seconds % DATE_DAY_SECONDS;
    if (rest < 0) {
        rest += DATE_DAY_SECONDS;
        day--;
    }
    struct date d = date_from_days(day);
    int time = (int)rest;
    int n = snprintf(out, DATE_TEXT, "%04d-%02d-%02d", d.year, d.month, d.day);
    if (time != 0 && n > 0 && n < DATE_TEXT)
        snprintf(out + n, DATE_TEXT - (size_t)n, " %02d:%02d:%02d", time / 3600, time / 60 % 60,
                 time % 60);
    return out;
}

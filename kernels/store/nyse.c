#include "kernels/store/nyse.h"

#include "kernels/store/dates.h"

#include <stddef.h>

enum weekday { MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY };

/* A holiday on a date is kept on Monday when it is a Sunday, on Friday when it is a Saturday, except
 * where that Friday ends a year (New Year's Day). */
static const struct fixed_holiday {
    int month, day, from_year;
    bool kept_on_friday;
} fixed_holidays[] = {
    {1,  1,  0,    false}, /* New Year's Day */
    {6,  19, 2022, true }, /* Juneteenth */
    {7,  4,  0,    true }, /* Independence Day */
    {12, 25, 0,    true }, /* Christmas */
};

/* The nth weekday of a month; nth 0: the last. */
static const struct floating_holiday {
    int month, nth;
    enum weekday weekday;
} floating_holidays[] = {
    {1,  3, MONDAY  }, /* Martin Luther King Jr. Day */
    {2,  3, MONDAY  }, /* Washington's Birthday */
    {5,  0, MONDAY  }, /* Memorial Day */
    {9,  1, MONDAY  }, /* Labor Day */
    {11, 4, THURSDAY}, /* Thanksgiving */
};

static const struct date closures[] = {
    {2001, 9,  11}, /* attacks of September 11 */
    {2001, 9,  12},
    {2001, 9,  13},
    {2001, 9,  14},
    {2004, 6,  11}, /* mourning: President Reagan */
    {2007, 1,  2 }, /* mourning: President Ford */
    {2012, 10, 29}, /* hurricane Sandy */
    {2012, 10, 30},
    {2018, 12, 5 }, /* mourning: President G. H. W. Bush */
};

static bool is_fixed_holiday(int64_t day, int year)
{
    for (size_t i = 0; i < sizeof fixed_holidays / sizeof *fixed_holidays; i++) {
        const struct fixed_holiday *h = &fixed_holidays[i];
        int64_t date = date_to_days((struct date){year, h->month, h->day});
        int weekday = date_weekday(date);
        if (weekday == SATURDAY && h->kept_on_friday)
            date--;
        if (weekday == SUNDAY)
            date++;
        if (day == date && year >= h->from_year)
            return true;
    }
    return false;
}

static bool is_floating_holiday(struct date d, int weekday)
{
    for (size_t i = 0; i < sizeof floating_holidays / sizeof *floating_holidays; i++) {
        const struct floating_holiday *h = &floating_holidays[i];
        bool last = d.day + 7 > date_month_days(d.year, d.month);
        if (d.month == h->month && weekday == (int)h->weekday &&
            (h->nth ? (d.day - 1) / 7 + 1 == h->nth : last))
            return true;
    }
    return false;
}

static bool is_closure(struct date d)
{
    for (size_t i = 0; i < sizeof closures / sizeof *closures; i++)
        if (d.year == closures[i].year && d.month == closures[i].month && d.day == closures[i].day)
            return true;
    return false;
}

int64_t easter_sunday(int year)
{
    int a = year % 19, b = year / 100, c = year % 100;
    int g = (8 * b + 13) / 25;
    int h = (19 * a + b - b / 4 - g + 15) % 30;
    int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    int m = (a + 11 * h + 19 * l) / 433;
    int month = (h + l - 7 * m + 90) / 25;
    int day = (h + l - 7 * m + 33 * month + 19) % 32;
    return date_to_days((struct date){year, month, day});
}

bool nyse_is_session(int64_t day)
{
    struct date d = date_from_days(day);
    int weekday = date_weekday(day);
    bool good_friday = day == easter_sunday(d.year) - 2;
    return weekday < SATURDAY && !good_friday && !is_fixed_holiday(day, d.year) &&
           !is_floating_holiday(d, weekday) && !is_closure(d);
}

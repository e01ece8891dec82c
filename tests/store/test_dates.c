#include "kernels/store/dates.h"

#include "tests/test.h"

#include <string.h>

static void known_days_have_their_numbers(void **state)
{
    (void)state;
    assert_int_equal(date_to_days((struct date){1970, 1, 1}), 0);
    assert_int_equal(date_to_days((struct date){2000, 1, 3}), 10959);
    assert_int_equal(date_to_days((struct date){1969, 12, 31}), -1);
    assert_int_equal(date_weekday(10959), 0);
    assert_int_equal(date_weekday(-1), 2);
}

static void every_day_of_the_range_comes_back(void **state)
{
    (void)state;
    int64_t last = date_to_days((struct date){DATE_YEAR_MAX, 12, 31});
    int64_t day = date_to_days((struct date){DATE_YEAR_MIN, 1, 1});
    struct date expected = {DATE_YEAR_MIN, 1, 1};
    for (; day <= last; day++) {
        struct date d = date_from_days(day);
        assert_true(d.year == expected.year && d.month == expected.month && d.day == expected.day);
        assert_int_equal(date_to_days(d), day);
        if (++expected.day > date_month_days(d.year, d.month))
            expected = d.month == 12 ? (struct date){d.year + 1, 1, 1}
                                     : (struct date){d.year, d.month + 1, 1};
    }
}

static void times_are_read_and_printed(void **state)
{
    (void)state;
    static const struct {
        const char *text, *printed;
    } rows[] = {
        {"2000-02-29",           "2000-02-29"         },
        {"2019-12-31 23:00",     "2019-12-31 23:00:00"},
        {"2019-12-31T23:00:05Z", "2019-12-31 23:00:05"},
        {"1677-01-01 00:00:01",  "1677-01-01 00:00:01"},
        {"2261-12-31 00:00",     "2261-12-31"         },
    };
    char out[DATE_TEXT];
    int64_t t;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(date_parse(str_of(rows[i].text), &t));
        assert_string_equal(date_format(out, t), rows[i].printed);
    }
}

static void what_is_no_date_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "2023-02-30",
        "1900-02-29",
        "2023-13-01",
        "2023-00-01",
        "2023-01-00",
        "1676-12-31",
        "2262-01-01",
        "2023-1-1",
        "20230101",
        "2023/01/01",
        "2023-01-01x",
        "2023-01-01 ",
        "2023-01-01 24:00",
        "2023-01-01 00:60",
        "2023-01-01 00:00:60",
        "2023-01-01Z",
        "2023-01-01 0:00",
        "2023-01-01 00:00:0",
        "2023-01-01 00:00:00+01:00",
        "-023-01-01",
        "2023-01-01T",
        "2023-01-01 00:00ZZ",
        " 2023-01-01",
    };
    int64_t t;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (date_parse(str_of(texts[i]), &t))
            fail_msg("taken for a date: \"%s\"", texts[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(known_days_have_their_numbers),
        TEST(every_day_of_the_range_comes_back),
        TEST(times_are_read_and_printed),
        TEST(what_is_no_date_is_refused),
    };
    return cmocka_run_group_tests_name("dates", tests, NULL, NULL);
}

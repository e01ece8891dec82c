/* The small parts: names that are near, times, curves of one line. */
#include "harness/history/near.h"
#include "harness/history/sparkline.h"
#include "harness/history/when.h"

#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- near ------------------------------------------------------------------------------------- */

static void assert_near_names(const char *word, const char *expected)
{
    static const char *const names[] = {"headline/micro/pre-group", "headline/micro/pool",
                                        "headline/production/pool", "limits/none", "pool"};
    struct text said = {0};
    near_names(word, names, 5, &said);
    assert_string_equal(said.n ? said.p : "", expected);
    text_done(&said);
}

static void names_that_hold_the_word_come_first(void **state)
{
    (void)state;
    assert_near_names("pool",
                      ": near: \"headline/micro/pool\", \"headline/production/pool\", \"pool\"");
    assert_near_names("pre-group", ": near: \"headline/micro/pre-group\"");
}

static void slips_are_near(void **state)
{
    (void)state;
    assert_near_names("limits/nome", ": near: \"limits/none\"");
    assert_near_names("limitnone", ": near: \"limits/none\"");
    assert_near_names("headlin/micro/pol", ": near: \"headline/micro/pool\"");
}

static void what_is_far_is_not_named(void **state)
{
    (void)state;
    char long_word[1000] = "";
    memset(long_word, 'x', sizeof long_word - 1);
    assert_near_names("something else", "");
    assert_near_names(long_word, "");
}

/* ---- times ------------------------------------------------------------------------------------ */

static void times_become_utc(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"2026-01-31",                "2026-01-31T00:00:00Z"},
        {"2026-01-31T12:34:56Z",      "2026-01-31T12:34:56Z"},
        {"2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00Z"},
        {"2024-02-29T23:30:00-0100",  "2024-03-01T00:30:00Z"},
    };
    struct err e = {0};
    char utc[WHEN_TEXT];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_ok(when_utc(rows[i][0], utc, &e), &e);
        assert_string_equal(utc, rows[i][1]);
    }
}

static void what_is_no_time_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {"",
                                       "today",
                                       "2026",
                                       "2026-13-01",
                                       "2026-02-29",
                                       "2026-01-31 12:00:00Z",
                                       "2026-01-31T12:00:00",
                                       "2026-01-31T12:00:00Z ",
                                       " 2026-01-31",
                                       "2026-1-31",
                                       "2026-01-31T24:00:00Z",
                                       "1769860800"};
    char utc[WHEN_TEXT];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {0};
        if (when_utc(rows[i], utc, &e))
            fail_msg("\"%s\" became %s", rows[i], utc);
        assert_says(&e, "expected a time like");
    }
}

/* ---- curves ----------------------------------------------------------------------------------- */

static void assert_curve(const double *v, int n, int width, bool is_utf8, const char *expected)
{
    struct text curve = {0};
    sparkline_add(&curve, v, n, width, is_utf8);
    assert_string_equal(curve.n ? curve.p : "", expected);
    text_done(&curve);
}

static void a_curve_goes_from_the_least_to_the_most(void **state)
{
    (void)state;
    const double v[] = {1, 2, 3, 4, 5, 6, 7, 8}, flat[] = {5, 5, 5}, gap[] = {1, NAN, 2};
    assert_curve(v, 8, 40, true, "▁▂▃▄▅▆▇█");
    assert_curve(v, 8, 40, false, "_.,-=+*#");
    assert_curve(v, 8, 3, false, "_=#");
    assert_curve(flat, 3, 40, true, "▄▄▄");
    assert_curve(gap, 3, 40, true, "▁ █");
    assert_curve(v, 0, 40, true, "");
}

static void the_locale_says_whether_it_is_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *all, *ctype, *lang;
        bool is_utf8;
    } rows[] = {
        {"C",       "",           "de_DE.UTF-8", false},
        {"",        "de_DE.utf8", "C",           true },
        {"",        "",           "C.UTF-8",     true },
        {"C.UTF-8", "POSIX",      "POSIX",       true },
        {"",        "de_DE@euro", "C.UTF-8",     false},
        {"",        "",           "",            false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        setenv("LC_ALL", rows[i].all, 1);
        setenv("LC_CTYPE", rows[i].ctype, 1);
        setenv("LANG", rows[i].lang, 1);
        assert_int_equal(sparkline_is_utf8(), rows[i].is_utf8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_that_hold_the_word_come_first),
        TEST(slips_are_near),
        TEST(what_is_far_is_not_named),
        TEST(times_become_utc),
        TEST(what_is_no_time_is_refused),
        TEST(a_curve_goes_from_the_least_to_the_most),
        TEST(the_locale_says_whether_it_is_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "harness/result/series.h"

#include "tests/test.h"

#include <math.h>
#include <string.h>

#define SERIES(columns, rows, peak)                                                                \
    "{\"interval_ms\":1,\"processes\":1,\"columns\":" columns ",\"rows\":" rows ",\"peak\":" peak  \
    ",\"peak_sampled\":[\"allocated\"]}"
#define COLUMNS "[\"seconds\",\"allocated\",\"rss\"]"
#define PEAK    "{\"allocated\":7,\"rss\":null}"

static struct json *parsed(const char *text)
{
    struct err e;
    struct json *json = json_parse(str_of(text), "series", &e);
    assert_ok(json != NULL, &e);
    return json;
}

static void numbers_are_found_by_the_name_of_their_column(void **state)
{
    (void)state;
    struct err e;
    struct json *s = parsed(SERIES(COLUMNS, "[[0,5,null],[0.5,7,9]]", PEAK));
    assert_ok(series_check(s, &e), &e);
    const struct json *first = json_first(json_get(s, "rows"));
    int rss = series_column(s, "rss");
    assert_int_equal(rss, 2);
    assert_true(isnan(series_value(first, rss)));
    assert_true(series_value(json_next(first), rss) == 9);
    assert_true(isnan(series_value(first, -1)));
    assert_int_equal(series_column(s, "history cache"), -1);
    assert_true(series_peak(s, "allocated") == 7);
    assert_false(series_peak_is_true(s, "allocated"));
    assert_false(series_peak_is_true(s, "rss"));
    json_free(s);
}

static void broken_series_name_the_field(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"{}",                  "interval_ms: missing"             },
        { SERIES("[]",                        "[]",               PEAK), "columns: expected 2 to 40, found 0"},
        { SERIES("[\"rss\",\"seconds\"]",     "[]",                       PEAK), "expected \"seconds\" first"},
        { SERIES("[\"seconds\",3]",           "[]",                      PEAK), "columns[1]: expected a name"},
        { SERIES("[\"seconds\",\"a\",\"a\"]", "[]",                         "{\"a\":1}"),
         "columns[2]: \"a\" is there twice"},
        {                         SERIES(COLUMNS,                     "[[0,1]]",                      PEAK), "rows[0]: expected 3 numbers"},
        { SERIES(COLUMNS,                     "[7]",                      PEAK), "rows[0]: expected 3 numbers"},
        { SERIES(COLUMNS,                     "[[1,1,1],[0.5,1,1]]",              PEAK), "rows[1]: seconds: expected a number"},
        { SERIES(COLUMNS,                     "[[null,1,1]]",              PEAK), "rows[0]: seconds: expected a number"},
        { SERIES(COLUMNS,                     "[[0,\"1\",1]]",                  PEAK), "rows[0]: expected bytes or null"},
        { SERIES(COLUMNS,                     "[[0,-1,1]]",                  PEAK), "rows[0]: expected bytes or null"},
        { SERIES(COLUMNS,                     "[]", "{\"allocated\":7}"), "peak: rss: expected bytes or null"},
        { SERIES(COLUMNS,                     "[]",         "[]"), "peak: expected an object, found an array"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        struct json *s = parsed(cases[i].text);
        assert_false(series_check(s, &e));
        assert_says(&e, cases[i].says);
        json_free(s);
    }
}

static void too_many_rows_are_refused(void **state)
{
    (void)state;
    struct err e = {0};
    struct json *s = parsed(SERIES(COLUMNS, "[]", PEAK));
    struct json *rows = json_array();
    for (int i = 0; i <= SERIES_ROWS_MAX; i++)
        json_push(rows, parsed("[1,2,3]"));
    json_remove(s, "rows");
    json_put(s, "rows", rows);
    assert_false(series_check(s, &e));
    assert_says(&e, "rows: expected at most 500, found 501");
    json_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(numbers_are_found_by_the_name_of_their_column),
        TEST(broken_series_name_the_field),
        TEST(too_many_rows_are_refused),
    };
    return cmocka_run_group_tests_name("series", tests, NULL, NULL);
}

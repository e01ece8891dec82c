#include "harness/result/series.h"

#include <math.h>
#include <string.h>

static bool check_columns(const struct json *columns, struct err *e)
{
    int n = 0;
    for (const struct json *c = json_first(columns); c; c = json_next(c), n++) {
        if (json_kind(c) != JSON_TEXT || !*json_text(c))
            return err_input(e, "columns[%d]: expected a name", n);
        if ((strcmp(json_text(c), "seconds") == 0) != (n == 0))
            return err_input(e, "columns[%d]: expected \"seconds\" first, and only there", n);
        for (const struct json *other = json_first(columns); other != c; other = json_next(other))
            if (strcmp(json_text(other), json_text(c)) == 0)
                return err_input(e, "columns[%d]: \"%.40s\" is there twice", n, json_text(c));
    }
    return (n >= 2 && n <= SERIES_COLUMNS_MAX) ||
           err_input(e, "columns: expected 2 to %d, found %d", SERIES_COLUMNS_MAX, n);
}

static bool is_level(const struct json *value)
{
    return json_kind(value) == JSON_NULL ||
           (json_kind(value) == JSON_NUMBER && !(json_number(value) < 0));
}

static bool check_row(const struct json *row, int columns, double *before, struct err *e)
{
    const struct json *seconds = json_first(row);
    if (json_kind(row) != JSON_ARRAY || json_count(row) != columns)
        return err_input(e, "expected %d numbers", columns);
    if (json_kind(seconds) != JSON_NUMBER || !(json_number(seconds) >= *before))
        return err_input(e, "seconds: expected a number that is not before the row before");
    *before = json_number(seconds);
    for (const struct json *v = json_next(seconds); v; v = json_next(v))
        if (!is_level(v))
            return err_input(e, "expected bytes or null");
    return true;
}

static bool check_rows(const struct json *rows, int columns, struct err *e)
{
    int n = 0;
    double before = 0;
    for (const struct json *row = json_first(rows); row; row = json_next(row), n++)
        if (!check_row(row, columns, &before, e))
            return err_prefix(e, "rows[%d]", n);
    return n <= SERIES_ROWS_MAX ||
           err_input(e, "rows: expected at most %d, found %d", SERIES_ROWS_MAX, n);
}

static bool check_peak(const struct json *peak, const struct json *columns, struct err *e)
{
    for (const struct json *c = json_next(json_first(columns)); c; c = json_next(c)) {
        const struct json *value = json_get(peak, json_text(c));
        if (!value || !is_level(value))
            return err_input(e, "peak: %.40s: expected bytes or null", json_text(c));
    }
    return true;
}

bool series_check(const struct json *series, struct err *e)
{
    const struct json *columns, *rows, *peak, *sampled;
    double interval_ms;
    int64_t processes;
    return json_need_number(series, "interval_ms", &interval_ms, e) &&
           json_need_int(series, "processes", 0, 1 << 30, &processes, e) &&
           json_need_array(series, "columns", &columns, e) && check_columns(columns, e) &&
           json_need_array(series, "rows", &rows, e) && check_rows(rows, json_count(columns), e) &&
           json_need_object(series, "peak", &peak, e) && check_peak(peak, columns, e) &&
           json_need_array(series, "peak_sampled", &sampled, e);
}

int series_column(const struct json *series, const char *name)
{
    int n = 0;
    const struct json *columns = json_get(series, "columns");
    for (const struct json *c = json_first(columns); c; c = json_next(c), n++)
        if (strcmp(json_text(c), name) == 0)
            return n;
    return -1;
}

double series_value(const struct json *row, int column)
{
    const struct json *value = column < 0 ? NULL : json_first(row);
    for (int i = 0; value && i < column; i++)
        value = json_next(value);
    return json_number(value);
}

double series_peak(const struct json *series, const char *name)
{
    return json_number(json_get(json_get(series, "peak"), name));
}

bool series_peak_is_true(const struct json *series, const char *name)
{
    const struct json *sampled = json_get(series, "peak_sampled");
    for (const struct json *s = json_first(sampled); s; s = json_next(s))
        if (strcmp(json_text(s), name) == 0)
            return false;
    return isfinite(series_peak(series, name));
}

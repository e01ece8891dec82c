#include "kernels/straddle/prices_parts.h"

#include "kernels/store/dates.h"
#include "kernels/store/fields.h"
#include "kernels/store/symbol.h"

#include <string.h>

static const char *const columns[] = {"date", "ticker", "field", "value"};
enum { DATE, TICKER, FIELD, VALUE, COLUMNS };

enum { SHOWN = 60 };

static bool bad(const struct fields *f, int column, const char *expected, struct str found,
                struct err *e)
{
    char shown[SHOWN];
    return fields_error(f, column, e, "expected %s, found \"%s\"", expected,
                        text_shown(shown, sizeof shown, found));
}

static bool read_name(const struct fields *f, int column, struct str s,
                      char name[PRICES_NAME_MAX + 1], struct err *e)
{
    if (s.n == 0 || s.n > PRICES_NAME_MAX || !str_is_utf8(s))
        return bad(f, column, "a name of 1 to 255 bytes", s, e);
    memcpy(name, s.p, s.n);
    name[s.n] = '\0';
    return true;
}

static bool read_day(const struct fields *f, struct str s, int32_t *day, struct err *e)
{
    int64_t seconds;
    if (!date_parse(s, &seconds) || seconds % DATE_DAY_SECONDS != 0)
        return bad(f, DATE, "a day, YYYY-MM-DD", s, e);
    *day = (int32_t)(seconds / DATE_DAY_SECONDS);
    return true;
}

static bool read_value(const struct fields *f, struct str s, double *value, struct err *e)
{
    return str_to_double(s, value) || bad(f, VALUE, "a finite number", s, e);
}

static bool take_row(const struct fields *f, const struct str *row, struct prices_writer *w,
                     struct err *e)
{
    char ticker[PRICES_NAME_MAX + 1], field[PRICES_NAME_MAX + 1];
    int32_t day = 0;
    double value = 0;
    return read_day(f, row[DATE], &day, e) && read_name(f, TICKER, row[TICKER], ticker, e) &&
           read_name(f, FIELD, row[FIELD], field, e) && read_value(f, row[VALUE], &value, e) &&
           prices_writer_add(w, ticker, field, day, value, e);
}

static bool take_rows(const char *csv, struct prices_writer *w, struct err *e)
{
    struct str row[COLUMNS];
    struct fields *f = fields_open(csv, columns, COLUMNS, e);
    enum fields_got got = FIELDS_FAILED;
    bool ok = f != NULL;
    while (ok && (got = fields_next(f, row, e)) == FIELDS_ROW)
        ok = take_row(f, row, w, e);
    fields_close(f);
    return ok && got == FIELDS_END;
}

bool prices_import(const char *csv, enum prices_kind kind, const char *path,
                   const volatile sig_atomic_t *stop, struct prices_facts *out, struct err *e)
{
    struct prices_writer *w = prices_writer_open(kind, path, e);
    if (!w)
        return false;
    prices_writer_stop_by(w, stop);
    if (take_rows(csv, w, e))
        return prices_writer_commit(w, out, e);
    prices_writer_abandon(w);
    return false;
}

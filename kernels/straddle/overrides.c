#include "kernels/straddle/overrides.h"

#include "kernels/store/dates.h"
#include "kernels/store/fields.h"
#include "kernels/straddle/map.h"
#include "kernels/straddle/straddle.h"

#include <string.h>

enum { TICKER, EXPIRY, COLUMNS, TICKER_BYTES = 200 };
static const char *const columns[COLUMNS] = {"ticker", "expiry"};

struct overrides {
    struct map *days; /* struct expiry by month and ticker */
    long rows;
};

struct expiry {
    long line; /* that gave it; 0: none yet */
    int32_t day;
};

struct key {
    int32_t month;
    char ticker[TICKER_BYTES];
};

/* Its bytes; 0: no ticker is as long as this. */
static size_t key_of(struct key *key, int32_t month, const char *ticker, size_t n)
{
    if (n > TICKER_BYTES)
        return 0;
    key->month = month;
    memcpy(key->ticker, ticker, n);
    return offsetof(struct key, ticker) + n;
}

static bool agrees(const struct fields *f, const struct expiry *had, int32_t day, struct err *e)
{
    char x[DATE_TEXT], y[DATE_TEXT];
    if (had->day == day)
        return true;
    date_format(x, had->day * (int64_t)DATE_DAY_SECONDS);
    date_format(y, day * (int64_t)DATE_DAY_SECONDS);
    return fields_error(f, EXPIRY, e,
                        "expected one row a (ticker, month), line %ld says \"%s\", this \"%s\"",
                        had->line, x, y);
}

static bool take(struct overrides *o, const struct fields *f, const struct str *row, struct err *e)
{
    struct key key;
    int64_t seconds;
    if (row[TICKER].n == 0 || row[TICKER].n > TICKER_BYTES)
        return fields_error(f, TICKER, e, "expected 1 to %d bytes, found %zu", TICKER_BYTES,
                            row[TICKER].n);
    if (!str_is_utf8(row[TICKER]))
        return fields_error(f, TICKER, e, "expected UTF-8");
    if (row[EXPIRY].n != strlen("YYYY-MM-DD") || !date_parse(row[EXPIRY], &seconds))
        return fields_error(f, EXPIRY, e, "expected a day as YYYY-MM-DD, found \"%.*s\"",
                            (int)row[EXPIRY].n, row[EXPIRY].p);
    int32_t day = (int32_t)(seconds / DATE_DAY_SECONDS);
    struct date date = date_from_days(day);
    size_t n = key_of(&key, straddle_month(date.year, date.month), row[TICKER].p, row[TICKER].n);
    struct expiry *expiry = map_put(o->days, &key, n);
    o->rows++;
    if (expiry->line)
        return agrees(f, expiry, day, e);
    *expiry = (struct expiry){fields_line(f), day};
    return true;
}

/* Closes f. */
static struct overrides *load(struct fields *f, struct err *e)
{
    if (!f)
        return NULL;
    struct overrides *o = mem_alloc_zero(MEM_BASE, sizeof *o);
    struct str row[COLUMNS];
    enum fields_got got;
    o->days = map_new(sizeof(struct expiry));
    while ((got = fields_next(f, row, e)) == FIELDS_ROW && take(o, f, row, e))
        ;
    fields_close(f);
    if (got == FIELDS_END)
        return o;
    overrides_free(o);
    return NULL;
}

struct overrides *overrides_load(const char *path, struct err *e)
{
    return load(fields_open(path, columns, COLUMNS, e), e);
}

struct overrides *overrides_parse(struct str csv, const char *name, struct err *e)
{
    return load(fields_parse(csv, name, columns, COLUMNS, e), e);
}

void overrides_free(struct overrides *o)
{
    if (!o)
        return;
    map_free(o->days);
    mem_free(MEM_BASE, o);
}

bool overrides_find(const struct overrides *o, const char *ticker, int32_t month, int32_t *day)
{
    struct key key;
    size_t n = key_of(&key, month, ticker, strlen(ticker));
    const struct expiry *found = n ? map_find(o->days, &key, n) : NULL;
    if (found)
        *day = found->day;
    return found != NULL;
}

size_t overrides_bytes(const struct overrides *o)
{
    return sizeof *o + map_bytes(o->days);
}

long overrides_rows(const struct overrides *o)
{
    return o->rows;
}

/* Real prices, volatility and expiries of CL, NG and LA, from a folder of CSV files:
 *
 *     contract_expiries.csv   last trade dates of contracts, expiry dates of options
 *     commodities_curve.csv   settlements by position: the k-th contract whose last trade is on the
 *                             day or after it
 *     commodities_daily.csv   front month: before the curve begins, of the contract that was the front
 *                             then; as CL1 and NG1 on all days. LA: 3 months official
 *     vol_rates_daily.csv     OVX
 */
#include "kernels/straddle/world/real_parts.h"

#include "kernels/store/fields.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CONTRACTS_MAX = 600 };

static void add_quote(struct quotes *q, struct quote one, struct arena *a)
{
    if (q->n == q->capacity) {
        q->capacity = q->capacity ? 2 * q->capacity : 4096;
        struct quote *grown = ARENA_NEW_RAW(a, struct quote, q->capacity);
        if (q->n)
            memcpy(grown, q->v, (size_t)q->n * sizeof *grown);
        q->v = grown;
    }
    q->v[q->n++] = one;
}

static struct market *market_of(struct world_real *r, struct str symbol)
{
    for (int i = 0; i < MARKETS; i++)
        if (str_is(symbol, r->markets[i].symbol))
            return &r->markets[i];
    return NULL;
}

static bool read_day(const struct fields *f, int column, struct str s, int32_t *day, struct err *e)
{
    int64_t seconds;
    if (!date_parse(s, &seconds))
        return fields_error(f, column, e, "expected YYYY-MM-DD, found \"%.*s\"", (int)s.n, s.p);
    *day = (int32_t)(seconds / DATE_DAY_SECONDS);
    return true;
}

static bool read_value(const struct fields *f, int column, struct str s, double *value,
                       struct err *e)
{
    return str_to_double(s, value) ||
           fields_error(f, column, e, "expected a number, found \"%.*s\"", (int)s.n, s.p);
}

/* ---- the files, a row at a time ------------------------------------------------------------ */

typedef bool (*row_fn)(struct world_real *, const struct fields *, const struct str *,
                       struct err *);

static bool expiry_row(struct world_real *r, const struct fields *f, const struct str *row,
                       struct err *e)
{
    struct market *m = market_of(r, row[1]);
    struct expiry x = {0, 0};
    long year, month;
    if (!m)
        return true;
    if (row[2].n != 7 || !str_to_long((struct str){row[2].p, 4}, &year) ||
        !str_to_long((struct str){row[2].p + 5, 2}, &month))
        return fields_error(f, 2, e, "expected YYYY-MM, found \"%.*s\"", (int)row[2].n, row[2].p);
    x.month = straddle_month((int)year, (int)month);
    if (!read_day(f, 3, row[3], &x.day, e))
        return false;
    bool future = str_is(row[0], "future");
    int *n = future ? &m->future_count : &m->option_count;
    struct expiry *rows = future ? m->futures : m->options;
    if (*n == CONTRACTS_MAX || (*n > 0 && rows[*n - 1].day >= x.day))
        return fields_error(f, 3, e, "expected at most %d rising days", CONTRACTS_MAX);
    rows[(*n)++] = x;
    return true;
}

int world_real_front(const struct market *m, int32_t day)
{
    int i = 0;
    while (i < m->future_count && m->futures[i].day < day)
        i++;
    return i;
}

static bool curve_row(struct world_real *r, const struct fields *f, const struct str *row,
                      struct err *e)
{
    struct market *m = market_of(r, row[1]);
    struct quote q;
    long tenor;
    if (!m)
        return true;
    if (!str_to_long(row[2], &tenor) || tenor < 1)
        return fields_error(f, 2, e, "expected 1, 2, ...");
    if (!read_day(f, 0, row[0], &q.day, e) || !read_value(f, 3, row[3], &q.value, e))
        return false;
    q.contract = world_real_front(m, q.day) + (int)tenor - 1;
    if (q.contract >= m->future_count)
        return fields_error(f, 2, e, "no expiry of that contract");
    add_quote(&m->quotes, q, r->a);
    return true;
}

static bool daily_row(struct world_real *r, const struct fields *f, const struct str *row,
                      struct err *e)
{
    struct market *m = market_of(r, row[1]);
    struct quote q = {.contract = NO_CONTRACT};
    if (!m)
        return true;
    if (!read_day(f, 0, row[0], &q.day, e) || !read_value(f, 2, row[2], &q.value, e))
        return false;
    add_quote(str_is(row[1], "LA") ? &m->quotes : &m->front, q, r->a);
    return true;
}

static bool vol_row(struct world_real *r, const struct fields *f, const struct str *row,
                    struct err *e)
{
    struct quote q = {.contract = NO_CONTRACT};
    if (!str_is(row[1], "OVX"))
        return true;
    if (!read_day(f, 0, row[0], &q.day, e) || !read_value(f, 2, row[2], &q.value, e))
        return false;
    add_quote(&r->ovx, q, r->a);
    return true;
}

static const struct file_row {
    const char *name;
    const char *const columns[4];
    int n;
    row_fn take;
} files[] = {
    {"contract_expiries.csv", {"kind", "symbol", "contract_month", "expiry"}, 4, expiry_row},
    {"commodities_curve.csv", {"date", "symbol", "tenor", "settle"},          4, curve_row },
    {"commodities_daily.csv", {"date", "symbol", "settle"},                   3, daily_row },
    {"vol_rates_daily.csv",   {"date", "series", "value"},                    3, vol_row   },
};

static bool read_file(struct world_real *r, const struct file_row *file, struct err *e)
{
    struct str row[4];
    enum fields_got got = FIELDS_FAILED;
    const char *path = arena_format(r->a, "%s/%s", r->dir, file->name);
    struct fields *f = fields_open(path, file->columns, file->n, e);
    while (f && (got = fields_next(f, row, e)) == FIELDS_ROW)
        if (!file->take(r, f, row, e)) {
            got = FIELDS_FAILED;
            break;
        }
    fields_close(f);
    return got == FIELDS_END;
}

/* ---- front month and curve put together ---------------------------------------------------- */

/* Front settlements of the days before the curve begins, as those of contracts, before the rest. */
static void begin_with_front(struct market *m, struct arena *a)
{
    struct quotes all = {0};
    int32_t begin = m->quotes.n ? m->quotes.v[0].day : INT32_MAX;
    for (long i = 0; i < m->front.n && m->front.v[i].day < begin; i++) {
        struct quote q = m->front.v[i];
        q.contract = world_real_front(m, q.day);
        if (q.contract < m->future_count)
            add_quote(&all, q, a);
    }
    for (long i = 0; i < m->quotes.n; i++)
        add_quote(&all, m->quotes.v[i], a);
    m->quotes = all;
}

static void compare_fronts(struct market *m)
{
    long k = 0;
    for (long i = 0; i < m->quotes.n; i++) {
        const struct quote *q = &m->quotes.v[i];
        if (q->contract != world_real_front(m, q->day))
            continue;
        while (k < m->front.n && m->front.v[k].day < q->day)
            k++;
        if (k < m->front.n && m->front.v[k].day == q->day) {
            m->common++;
            m->equal += fabs(m->front.v[k].value - q->value) < 1e-4;
        }
    }
}

struct world_real *world_real_open(const char *dir, struct arena *a, struct err *e)
{
    static const char *const symbols[MARKETS] = {"CL", "NG", "LA"};
    struct world_real *r = ARENA_NEW(a, struct world_real, 1);
    r->dir = dir;
    r->a = a;
    for (int i = 0; i < MARKETS; i++) {
        r->markets[i].symbol = symbols[i];
        r->markets[i].futures = ARENA_NEW(a, struct expiry, CONTRACTS_MAX);
        r->markets[i].options = ARENA_NEW(a, struct expiry, CONTRACTS_MAX);
    }
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (!read_file(r, &files[i], e))
            return NULL;
    for (int i = 0; i < MARKETS; i++)
        if (r->markets[i].front.n) {
            compare_fronts(&r->markets[i]);
            begin_with_front(&r->markets[i], a);
        }
    return r;
}

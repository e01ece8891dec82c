/* Real prices, volatility and expiries of CL, NG and LA, from a folder of CSV files:
 *
 *     contract_expiries.csv   last trade dates of contracts, expiry dates of options
 *     commodities_curve.csv   settlements by position: the k-th contract whose last trade is on the
 *                             day or after it
 *     commodities_daily.csv   front month: before the curve begins, of the contract that was the front
 *                             then; as CL1 and NG1 on all days. LA: 3 months official
 *     vol_rates_daily.csv     OVX
 *
 * Realised volatility: sample standard deviation of the last 30 or 60 daily log returns, each of one
 * contract (the front of its second day) and from positive settlements, times sqrt(252), per cent.
 */
#include "kernels/straddle/world/parts.h"

#include "harness/base/json.h"
#include "kernels/store/fields.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MARKETS = 3, NO_CONTRACT = -1, CONTRACTS_MAX = 600, WINDOW_MAX = 60 };

struct quote {
    int32_t day, contract; /* index, or NO_CONTRACT */
    double value;
};

struct quotes { /* in the order of their days */
    struct quote *v;
    long n, capacity;
};

struct expiry {
    int32_t month, day;
};

struct market {
    const char *symbol;
    struct expiry *futures, *options;
    int future_count, option_count;
    struct quotes quotes, front;
    long common, equal; /* days that front and curve both have; on which they agree */
};

struct world_real {
    struct market markets[MARKETS];
    struct quotes ovx;
    const char *dir;
    struct arena *a;
};

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
    struct expiry x;
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

/* The first contract whose last trade is not before the day; future_count: none. */
static int front_of(const struct market *m, int32_t day)
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
    q.contract = front_of(m, q.day) + (int)tenor - 1;
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
        q.contract = front_of(m, q.day);
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
        if (q->contract != front_of(m, q->day))
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

/* ---- realised volatility ------------------------------------------------------------------- */

/* ln x for x of 1/4..4 and beyond: 2 artanh((x - 1) / (x + 1)), so that every machine has it alike. */
static double log_near_one(double x)
{
    double z = (x - 1) / (x + 1), power = z, sum = 0;
    for (int k = 1; k < 80; k += 2, power *= z * z)
        sum += power / k;
    return 2 * sum;
}

struct window {
    double returns[WINDOW_MAX]; /* the last n, in a ring */
    long n;
};

static double deviation(const struct window *w, int last)
{
    double mean = 0, squares = 0;
    for (int i = 0; i < last; i++)
        mean += w->returns[(w->n - 1 - i) % WINDOW_MAX] / last;
    for (int i = 0; i < last; i++) {
        double x = w->returns[(w->n - 1 - i) % WINDOW_MAX] - mean;
        squares += x * x;
    }
    return sqrt(squares / (last - 1));
}

static bool put_realised(struct world_sink *s, const struct window *w, const char *ticker,
                         int32_t day, struct err *e)
{
    static const struct {
        int last;
        const char *field;
    } fields[] = {
        {30, "REALISED_30D"},
        {60, "REALISED_60D"}
    };
    for (size_t i = 0; i < 2; i++) {
        double percent = deviation(w, fields[i].last) * sqrt(252) * 100;
        if (w->n >= fields[i].last && !world_put(s, ticker, fields[i].field, day,
                                                 (double)(int64_t)(percent * 1e4 + 0.5) / 1e4, e))
            return false;
    }
    return true;
}

static const struct quote *quote_of(const struct quote *from, const struct quote *to, int contract)
{
    for (const struct quote *q = from; q < to; q++)
        if (q->contract == contract)
            return q;
    return NULL;
}

/* A day's quotes are quotes[from..to), the day's before begin at `before`. */
static bool put_realised_of(const struct market *m, struct world_sink *s, const char *ticker,
                            struct err *e)
{
    const struct quote *v = m->quotes.v, *end = v + m->quotes.n, *before = v;
    struct window w = {.n = 0};
    for (const struct quote *from = v, *to; from < end; before = from, from = to) {
        for (to = from; to < end && to->day == from->day;)
            to++;
        int front = from->contract == NO_CONTRACT ? NO_CONTRACT : front_of(m, from->day);
        const struct quote *now = quote_of(from, to, front), *then = quote_of(before, from, front);
        if (now && then && now->value > 0 && then->value > 0)
            w.returns[w.n++ % WINDOW_MAX] = log_near_one(now->value / then->value);
        if (w.n > 1 && !put_realised(s, &w, ticker, from->day, e))
            return false;
    }
    return true;
}

/* ---- out ----------------------------------------------------------------------------------- */

static bool put_quotes(const struct quotes *q, struct world_sink *s, const char *ticker,
                       struct err *e)
{
    for (long i = 0; i < q->n; i++)
        if (!world_put(s, ticker, "PX_LAST", q->v[i].day, q->v[i].value, e))
            return false;
    return true;
}

static bool put_contracts(const struct market *m, struct world_sink *s, struct err *e)
{
    const struct world_future *future = world_future_of(m->symbol, strlen(m->symbol));
    char ticker[WORLD_TEXT];
    for (long i = 0; i < m->quotes.n; i++) {
        const struct quote *q = &m->quotes.v[i];
        world_contract(future, m->futures[q->contract].month, true, ticker);
        if (!world_put(s, ticker, "PX_LAST", q->day, q->value, e))
            return false;
    }
    return true;
}

bool world_real_prices(const struct world_real *r, struct world_sink *s, struct err *e)
{
    const struct market *cl = &r->markets[0], *ng = &r->markets[1], *la = &r->markets[2];
    return put_contracts(cl, s, e) && put_contracts(ng, s, e) &&
           put_quotes(&la->quotes, s, "LA Comdty", e) &&
           put_quotes(&cl->front, s, "CL1 Comdty", e) &&
           put_quotes(&ng->front, s, "NG1 Comdty", e) && put_quotes(&r->ovx, s, "OVX Index", e) &&
           put_realised_of(ng, s, "NG Comdty", e) && put_realised_of(la, s, "LA Comdty", e);
}

/* By how the asset's name begins: "CL1 Comdty" is of CL. */
static const struct market *market_named(const struct world_real *r, const char *name)
{
    for (int i = 0; i < MARKETS; i++)
        if (strncmp(name, r->markets[i].symbol, 2) == 0)
            return &r->markets[i];
    return NULL;
}

void world_real_chain(const struct world_real *r, const struct world_asset *asset, struct text *out,
                      long *rows)
{
    const struct market *m = market_named(r, asset->name);
    for (int i = 0; m && i < m->future_count; i++) {
        char normal[WORLD_TEXT], actual[WORLD_TEXT], day[DATE_TEXT];
        int32_t month = m->futures[i].month;
        date_format(day, m->futures[i].day * (int64_t)DATE_DAY_SECONDS);
        text_printf(out, "%s,%s,%s\n", world_contract(asset->future, month, false, normal),
                    world_contract(asset->future, month, true, actual), day);
        ++*rows;
    }
}

void world_real_overrides(const struct world_real *r, const struct world_asset *asset,
                          struct text *out, long *rows)
{
    const struct market *m = market_named(r, asset->name);
    for (int i = 0; m && i < m->option_count; i++) {
        char day[DATE_TEXT];
        date_format(day, m->options[i].day * (int64_t)DATE_DAY_SECONDS);
        text_printf(out, "%s,%s\n", asset->name, day);
        ++*rows;
    }
}

void world_real_facts(const struct world_real *r, struct json *manifest)
{
    struct json *fronts = json_put_object(manifest, "front_month");
    for (int i = 0; i < MARKETS; i++)
        if (r->markets[i].common) {
            struct json *one = json_put_object(fronts, r->markets[i].symbol);
            json_put_number(one, "days_in_common", (double)r->markets[i].common);
            json_put_number(one, "equal", (double)r->markets[i].equal);
        }
}

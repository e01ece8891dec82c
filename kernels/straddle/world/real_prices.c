/* Real prices and volatility, as they go into a world.
 *
 * Realised volatility: sample standard deviation of the last 30 or 60 daily log returns, each of one
 * contract (the front of its second day) and from positive settlements, times sqrt(252), per cent.
 */
#include "kernels/straddle/world/real_parts.h"

#include "harness/base/json.h"

#include <math.h>
#include <string.h>

enum { WINDOW_MAX = 60 };

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
    for (size_t i = 0; i < 2 && w->n >= fields[i].last; i++) {
        double percent = deviation(w, fields[i].last) * sqrt(252) * 100;
        double value = (double)(int64_t)(percent * 1e4 + 0.5) / 1e4;
        if (!world_put(s, ticker, fields[i].field, day, value, e))
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
        int front = from->contract == NO_CONTRACT ? NO_CONTRACT : world_real_front(m, from->day);
        const struct quote *now = quote_of(from, to, front), *then = quote_of(before, from, front);
        if (now && then && now->value > 0 && then->value > 0)
            w.returns[w.n++ % WINDOW_MAX] = log_near_one(now->value / then->value);
        if (!put_realised(s, &w, ticker, from->day, e))
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

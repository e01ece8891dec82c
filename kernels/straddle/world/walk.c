/* Prices of a made-up asset. A volatility that returns to its mean drives a random walk that is drawn
 * back, weakly, to where it began; contracts are that walk with a carry and a season; some days of a
 * market and some values are missing. Integers and + - * / sqrt of doubles only: the same bytes on
 * every machine.
 */
#include "kernels/straddle/world/parts.h"

#include "harness/base/str.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    CLOSED_ONE_IN = 70,   /* days of a market */
    MISSING_ONE_IN = 250, /* values of a series */
    CONTRACT_DAYS = 300,  /* that a contract is quoted */
    SPLIT_BEFORE = 150,   /* days that a new name is quoted before, an old one after the cut */
    SPLIT_AFTER = 45
};

struct path {
    const struct world_asset *asset;
    struct world_sink *sink;
    int32_t *day; /* [n] weekdays on which the market is open */
    double *price, *near, *far;
    int n;
};

/* A value of every open day of from..to, but for a few. */
struct series {
    const char *ticker, *field;
    const double *value;
    double scale, times; /* value * times, in multiples of 1 / scale */
    int32_t from, to;
};

static double rounded(double x, double scale)
{
    double ticks = (double)(int64_t)(x * scale + 0.5);
    return (ticks < 1 ? 1 : ticks) / scale;
}

static bool is_missing(const struct path *p, const struct series *s, int32_t day)
{
    uint64_t which = (unsigned char)s->field[0] + 256u * (unsigned char)s->ticker[0];
    return world_draw(p->asset->seed, (uint64_t)day, which, MISSING_ONE_IN) == 0;
}

static bool put_series(const struct path *p, const struct series *s, struct err *e)
{
    for (int i = 0; i < p->n && p->day[i] <= s->to; i++)
        if (p->day[i] >= s->from && !is_missing(p, s, p->day[i]) &&
            !world_put(p->sink, s->ticker, s->field, p->day[i],
                       rounded(s->value[i] * s->times, s->scale), e))
            return false;
    return true;
}

/* ---- the walk ------------------------------------------------------------------------------ */

static bool is_open(const struct world_asset *asset, int32_t day)
{
    uint64_t market = (unsigned char)asset->kind->group[0];
    return date_weekday(day) < 5 && world_draw(market, (uint64_t)day, 0, CLOSED_ONE_IN) != 0;
}

/* One asset in six has no prices at first. */
static int32_t first_day(const struct world_asset *asset)
{
    int32_t days = world_last_day() - world_first_day();
    bool late = asset->kind->hedge == AMT_HEDGE_NONFUT && world_draw(asset->seed, 4, 0, 6) == 0;
    return world_first_day() +
           (late ? (int32_t)world_draw(asset->seed, 5, 0, (uint64_t)days * 3 / 4) : 0);
}

static double within(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

static void walk(struct path *p)
{
    const struct world_kind *kind = p->asset->kind;
    struct rng r = rng_seeded(p->asset->seed);
    double start = kind->low + (kind->high - kind->low) * rng_unit(&r) * rng_unit(&r);
    double mean = kind->vol * (0.7 + 0.6 * rng_unit(&r)), near = mean, price = start;
    double root = sqrt(1.0 / 252);
    for (int32_t day = first_day(p->asset); day <= world_last_day(); day++) {
        if (!is_open(p->asset, day))
            continue;
        double shock = rng_normal(&r), z = rng_normal(&r), noise = rng_normal(&r);
        near = within(near + 0.02 * (mean - near) + 0.05 * near * shock, 0.3 * mean, 4 * mean);
        double pull = 0.0004 * (start - price) / (start > price ? start : price);
        price *= 1 + within(near / 100 * root * z + pull, -0.5, 1);
        p->day[p->n] = day;
        p->price[p->n] = price;
        p->near[p->n] = near;
        p->far[p->n++] = (mean + 0.75 * (near - mean)) * (1 + 0.01 * noise);
    }
}

static struct path path_new(const struct world_asset *asset, struct world_sink *s, struct arena *a)
{
    int days = world_last_day() - world_first_day() + 1;
    struct path p = {.asset = asset, .sink = s};
    p.day = ARENA_NEW_RAW(a, int32_t, days);
    p.price = ARENA_NEW_RAW(a, double, days);
    p.near = ARENA_NEW_RAW(a, double, days);
    p.far = ARENA_NEW_RAW(a, double, days);
    walk(&p);
    return p;
}

/* ---- hedges and volatility ----------------------------------------------------------------- */

static struct series whole(const char *ticker, const char *field, const double *value, double scale)
{
    return (struct series){ticker, field, value, scale, 1, world_first_day(), world_last_day()};
}

/* Under the old name up to some time after the cut, under the new one from some time before. */
static bool put_named(const struct path *p, struct series s, struct err *e)
{
    if (*p->asset->old) {
        int32_t cut =
            (int32_t)date_to_days((struct date){p->asset->cut / 12, p->asset->cut % 12 + 1, 1});
        struct series old = s;
        old.ticker = p->asset->old;
        old.to = cut + SPLIT_AFTER;
        s.from = cut - SPLIT_BEFORE;
        if (!put_series(p, &old, e))
            return false;
    }
    return put_series(p, &s, e);
}

static bool put_vol(const struct path *p, struct err *e)
{
    const struct world_asset *asset = p->asset;
    bool cv = asset->source == AMT_VOL_CV;
    struct series near =
        whole(cv ? asset->near : asset->vol, cv ? "none" : asset->near, p->near, 1e3);
    struct series far = whole(cv ? asset->far : asset->vol, cv ? "none" : asset->far, p->far, 1e3);
    if (cv)
        return put_series(p, &near, e) && put_series(p, &far, e);
    return put_named(p, near, e) && put_named(p, far, e);
}

static bool put_nonfut(const struct path *p, struct arena *a, struct err *e)
{
    (void)a;
    return put_named(p, whole(p->asset->quote, "PX_LAST", p->price, p->asset->kind->scale), e);
}

/* The walk as the contract of one month is quoted. */
static void contract_prices(const struct path *p, int32_t month, int32_t last, double *out)
{
    uint64_t seed = p->asset->seed;
    double carry = (double)world_draw(seed, 20, 0, 101) / 1000 - 0.05;
    double season = (double)world_draw(seed, 21, (uint64_t)month % 12, 61) / 1000 - 0.03;
    for (int i = 0; i < p->n; i++)
        out[i] = p->price[i] * (1 + (carry * (last - p->day[i])) / 365 + season);
}

static bool put_contracts(const struct path *p, struct arena *a, struct err *e)
{
    const struct world_future *f = p->asset->future;
    double *value = ARENA_NEW_RAW(a, double, p->n);
    int32_t begin = 12 * (WORLD_YEAR_MIN - 1) + 10;
    int32_t end = 12 * (WORLD_YEAR_MAX + 2 + (int32_t)f->min_year_offset);
    for (int32_t month = begin; month < end; month++) {
        char ticker[WORLD_TEXT];
        if (!world_is_listed(f, month % 12))
            continue;
        int32_t last = world_last_trade(month);
        contract_prices(p, month, last, value);
        struct series s = whole(world_contract(f, month, world_is_chained(f, month), ticker),
                                "PX_LAST", value, p->asset->kind->scale);
        s.from = last - CONTRACT_DAYS - 366 * (int32_t)f->min_year_offset;
        s.to = last;
        if (!put_series(p, &s, e))
            return false;
    }
    return true;
}

static bool put_cds(const struct path *p, struct arena *a, struct err *e)
{
    double *duration = ARENA_NEW_RAW(a, double, p->n);
    for (int i = 0; i < p->n; i++)
        duration[i] = 4.8 - p->price[i] / (200 + p->price[i]);
    struct series spread = whole(arena_format(a, "%s CDSI 5Y", p->asset->quote), "PX_LAST",
                                 p->price, p->asset->kind->scale);
    struct series second =
        whole(arena_format(a, "%s CDSI DUR", p->asset->quote), "PX_LAST", duration, 1e4);
    return put_series(p, &spread, e) && put_series(p, &second, e);
}

static bool put_calc(const struct path *p, struct arena *a, struct err *e)
{
    static const struct {
        const char *what;
        double times;
    } legs[] = {
        {"fsw0m", 1   },
        {"fsw6m", 1.02},
        {"pva0m", 4   },
        {"pva6m", 4.1 }
    };
    struct world_swap swap = world_swap_of(p->asset->name);
    for (size_t i = 0; i < sizeof legs / sizeof *legs; i++) {
        struct series s =
            whole(arena_format(a, "%s_%s_%s", swap.currency, legs[i].what, swap.tenor), "none",
                  p->price, p->asset->kind->scale);
        s.times = legs[i].times;
        if (!put_series(p, &s, e))
            return false;
    }
    return true;
}

/* An asset that is quoted under another's name has its prices. */
bool world_walk(const struct world_asset *asset, struct world_sink *s, struct arena *a,
                struct err *e)
{
    static bool (*const put_hedge[])(const struct path *, struct arena *, struct err *) = {
        [AMT_HEDGE_FUT] = put_contracts,
        [AMT_HEDGE_NONFUT] = put_nonfut,
        [AMT_HEDGE_CDS] = put_cds,
        [AMT_HEDGE_CALC] = put_calc,
    };
    if (strcmp(asset->name, asset->quote) != 0)
        return true;
    struct arena_mark mark = arena_mark(a);
    struct path p = path_new(asset, s, a);
    bool ok = put_vol(&p, e) && put_hedge[asset->kind->hedge](&p, a, e);
    arena_release(a, mark);
    return ok;
}

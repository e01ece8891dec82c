#include "kernels/straddle/tickers.h"

#include "harness/base/arena.h"
#include "kernels/store/symbol.h"

#include <stdio.h>
#include <string.h>

enum {
    ROWS_MAX = 8, /* near and far, or two hedges, each cut in two; or four calculated hedges */
    VOL_SLOT = -1,
    SHOWN_BYTES = 48,
    CUT_BYTES = 9, /* ":2023-06:" */
};

/* One way to a ticker: holds for a term (STRADDLE_NO_TERM: both) and for expiries from <= month < to. */
struct row {
    enum straddle_term term;
    int slot; /* VOL_SLOT, or the number of the hedge */
    int32_t from, to;
    const char *ticker, *field; /* ticker NULL: the future of the month */
};

struct ticker_schemas {
    struct row rows[ROWS_MAX];
    int n, hedge_count;
    const char *code, *month_map, *market;
    long min_year_offset;
    struct arena arena;
    size_t bytes;
};

/* ---- schemas ------------------------------------------------------------------------------- */

static const char *keep(struct ticker_schemas *s, const char *text, size_t n)
{
    s->bytes += n + 1;
    return str_copy(&s->arena, (struct str){text, n});
}

static const char *keep_text(struct ticker_schemas *s, const char *text)
{
    return keep(s, text, strlen(text));
}

static void add_between(struct ticker_schemas *s, enum straddle_term term, int slot, int32_t from,
                        int32_t to, struct ticker t)
{
    s->rows[s->n++] = (struct row){term, slot, from, to, t.ticker, keep_text(s, t.field)};
    if (slot >= s->hedge_count)
        s->hedge_count = slot + 1;
}

static void add(struct ticker_schemas *s, enum straddle_term term, int slot, const char *ticker,
                const char *field)
{
    struct ticker t = {ticker ? keep_text(s, ticker) : NULL, field};
    add_between(s, term, slot, 0, INT32_MAX, t);
}

/* Where ":dddd-dd:" begins; NULL: nowhere. */
static const char *find_cut(const char *text)
{
    static const char form[] = ":dddd-dd:";
    for (; strlen(text) >= CUT_BYTES; text++) {
        int i = 0;
        while (i < CUT_BYTES &&
               (form[i] == 'd' ? text[i] >= '0' && text[i] <= '9' : text[i] == form[i]))
            i++;
        if (i == CUT_BYTES)
            return text;
    }
    return NULL;
}

/* Two colons are meant as a cut, also "A:2023:B": taken for a name, it would have no prices, silently. */
static bool is_plain(const char *ticker)
{
    const char *colon = strchr(ticker, ':');
    return !find_cut(ticker) && (!colon || !strchr(colon + 1, ':'));
}

/* A ticker that may be "OLD:2023-06:NEW". */
static bool add_cut(struct ticker_schemas *s, enum straddle_term term, int slot, const char *ticker,
                    const char *field, struct err *e)
{
    const char *cut = find_cut(ticker);
    char shown[SHOWN_BYTES];
    int32_t month;
    if (is_plain(ticker)) {
        add(s, term, slot, ticker, field);
        return true;
    }
    const char *new = cut ? cut + CUT_BYTES : NULL;
    if (!cut || cut == ticker || *new == '\0' || find_cut(cut + 1) ||
        !straddle_read_month((struct str){cut + 1, 7}, &month))
        return err_input(e, "expected OLD:YYYY-MM:NEW, found \"%s\"",
                         text_shown(shown, sizeof shown, str_of(ticker)));
    const char *old = keep(s, ticker, (size_t)(cut - ticker));
    add_between(s, term, slot, 0, month, (struct ticker){old, field});
    add_between(s, term, slot, month, INT32_MAX, (struct ticker){keep_text(s, new), field});
    return true;
}

static const char *or_last_price(const char *field)
{
    return *field ? field : "PX_LAST";
}

/* The volatility of a term: `given` is near or far. */
static bool add_vol(struct ticker_schemas *s, const struct amt_asset *a, enum straddle_term term,
                    const char *given, struct err *e)
{
    bool none = *given == '\0' || strcmp(given, "NONE") == 0;
    if (none || a->vol.source == AMT_VOL_BBG_LMEVOL)
        return true;
    if (a->vol.source == AMT_VOL_CV) {
        add(s, term, VOL_SLOT, given, "none");
        return true;
    }
    return add_cut(s, term, VOL_SLOT, a->vol.ticker, given, e) || err_prefix(e, "Vol.Ticker");
}

static bool add_future(struct ticker_schemas *s, const struct amt_asset *a, struct err *e)
{
    if (strlen(a->hedge.month_map) != 12)
        return err_input(e, "Hedge.fut_month_map: expected 12 letters");
    s->code = keep_text(s, a->hedge.code);
    s->month_map = keep_text(s, a->hedge.month_map);
    s->market = keep_text(s, a->hedge.market);
    s->min_year_offset = a->hedge.min_year_offset;
    add(s, STRADDLE_NO_TERM, 0, NULL, or_last_price(a->hedge.field));
    return true;
}

static bool add_plain(struct ticker_schemas *s, const struct amt_asset *a, struct err *e)
{
    return add_cut(s, STRADDLE_NO_TERM, 0, a->hedge.ticker, or_last_price(a->hedge.field), e) ||
           err_prefix(e, "Hedge.Ticker");
}

static bool add_cds(struct ticker_schemas *s, const struct amt_asset *a, struct err *e)
{
    const char *field = or_last_price(a->hedge.field);
    if (!add_cut(s, STRADDLE_NO_TERM, 0, a->hedge.hedge, field, e))
        return err_prefix(e, "Hedge.hedge");
    return *a->hedge.hedge1 == '\0' || add_cut(s, STRADDLE_NO_TERM, 1, a->hedge.hedge1, field, e) ||
           err_prefix(e, "Hedge.hedge1");
}

static bool add_calculated(struct ticker_schemas *s, const struct amt_asset *a, struct err *e)
{
    static const char *const parts[TICKERS_HEDGES_MAX] = {"fsw0m", "fsw6m", "pva0m", "pva6m"};
    (void)e;
    for (int i = 0; i < TICKERS_HEDGES_MAX; i++) {
        const char *ticker =
            arena_format(&s->arena, "%s_%s_%s", a->hedge.currency, parts[i], a->hedge.tenor);
        s->bytes += strlen(ticker) + 1;
        add_between(s, STRADDLE_NO_TERM, i, 0, INT32_MAX, (struct ticker){ticker, "none"});
    }
    return true;
}

/* By enum amt_hedge_source. */
static bool (*const hedges[])(struct ticker_schemas *, const struct amt_asset *, struct err *) = {
    [AMT_HEDGE_FUT] = add_future,
    [AMT_HEDGE_NONFUT] = add_plain,
    [AMT_HEDGE_CDS] = add_cds,
    [AMT_HEDGE_CALC] = add_calculated,
};

struct ticker_schemas *tickers_schemas(const struct amt_asset *asset, struct err *e)
{
    struct ticker_schemas *s = mem_alloc_zero(MEM_BASE, sizeof *s);
    s->bytes = sizeof *s;
    if (add_vol(s, asset, STRADDLE_NEAR, asset->vol.near, e) &&
        add_vol(s, asset, STRADDLE_FAR, asset->vol.far, e) &&
        hedges[asset->hedge.source](s, asset, e))
        return s;
    char shown[SHOWN_BYTES];
    err_prefix(e, "%s", text_shown(shown, sizeof shown, str_of(asset->underlying)));
    tickers_schemas_free(s);
    return NULL;
}

void tickers_schemas_free(struct ticker_schemas *s)
{
    if (!s)
        return;
    arena_done(&s->arena);
    mem_free(MEM_BASE, s);
}

size_t tickers_schemas_bytes(const struct ticker_schemas *s)
{
    return s->bytes;
}

/* ---- tickers ------------------------------------------------------------------------------- */

/* Formula: tickers.h. */
static const char *future_of(const struct ticker_schemas *s, int32_t expiry,
                             const struct chain *chain, struct arena *a)
{
    int month = expiry % 12;
    char letter = s->month_map[month];
    long years = letter < AMT_MONTH_LETTERS[month];
    if (years < s->min_year_offset)
        years = s->min_year_offset;
    const char *ticker =
        arena_format(a, "%s%c%ld %s", s->code, letter, expiry / 12 + years, s->market);
    const char *actual = chain ? chain_find(chain, ticker) : NULL;
    return actual ? actual : ticker;
}

bool tickers_of_month(const struct ticker_schemas *s, enum straddle_term term, int32_t expiry,
                      const struct chain *chain, struct arena *a, struct tickers *out,
                      struct err *e)
{
    *out = (struct tickers){.hedge_count = s->hedge_count};
    for (int i = 0; i < TICKERS_HEDGES_MAX; i++)
        out->hedges[i] = (struct ticker){"", ""};
    out->vol = (struct ticker){"", ""};
    if (term == STRADDLE_NO_TERM || expiry < 0)
        return err_input(e, "%s: expected one, found nothing",
                         expiry < 0 ? "expiry month" : "term N or F");
    for (int i = 0; i < s->n; i++) {
        const struct row *row = &s->rows[i];
        if ((row->term != STRADDLE_NO_TERM && row->term != term) || expiry < row->from ||
            expiry >= row->to)
            continue;
        struct ticker *into = row->slot == VOL_SLOT ? &out->vol : &out->hedges[row->slot];
        into->ticker = row->ticker ? row->ticker : future_of(s, expiry, chain, a);
        into->field = row->field;
    }
    return true;
}

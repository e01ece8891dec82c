#include "kernels/straddle/work.h"

#include "kernels/store/dates.h"
#include "kernels/straddle/row_text.h"
#include "kernels/straddle/tickers_pack.h"

#include <string.h>

/* A straddle on its way. */
struct item {
    struct straddle straddle;
    struct valuation_input in;
    struct tickers tickers;
    struct st_lease tickers_lease; /* whose texts the queries are of */
    const char *underlying;
    int first_query;
    const char *failed; /* why; NULL: it has not */
};

/* ---- what it is ------------------------------------------------------------------------------- */

static bool find_straddle(struct st_work *w, const struct st_task *task, const struct st_ask *ask,
                          struct item *item, struct err *e)
{
    struct st_lease lease;
    const struct st_month *month = st_get_expand(w->env, ask, &lease, e);
    bool found = month && task->entry < month->n;
    if (found)
        item->straddle = month->v[task->entry];
    st_lease_end(&lease);
    return found ||
           (!month ? false
                   : err_input(e, "%s: expected the schedule that the run began with", ask->path));
}

static bool find_model(struct st_work *w, const struct st_ask *ask, struct item *item,
                       struct err *e)
{
    struct st_lease lease;
    const struct amt_asset *asset = st_get_asset(w->env, ask, &lease, e);
    if (asset)
        item->in.model = asset->model;
    st_lease_end(&lease);
    return asset != NULL;
}

static bool find_anchors(struct st_work *w, struct item *item, struct err *e)
{
    struct st_lease lease = {0};
    const struct overrides *overrides = NULL;
    const struct straddle *s = &item->straddle;
    struct valuation_input *in = &item->in;
    if (w->inputs->overrides) {
        overrides =
            st_get_overrides(w->env, &(struct st_ask){.path = w->inputs->overrides}, &lease, e);
        if (!overrides)
            return false;
    }
    in->has_entry_anchor =
        valuation_anchor(s, s->entry, item->underlying, overrides, &in->entry_anchor);
    in->has_expiry_anchor =
        valuation_anchor(s, s->expiry, item->underlying, overrides, &in->expiry_anchor);
    st_lease_end(&lease);
    return true;
}

static bool find_tickers(struct st_work *w, struct st_ask *ask, struct item *item, struct err *e)
{
    ask->term = item->straddle.term;
    ask->chain = w->inputs->chain;
    const struct st_tickers *packed = st_get_tickers(w->env, ask, &item->tickers_lease, e);
    if (!packed)
        return false;
    st_tickers_unpack(packed, &item->tickers);
    item->in.hedge_count = item->tickers.hedge_count;
    return true;
}

static bool find_all(struct st_work *w, const struct st_task *task, struct item *item,
                     struct err *e)
{
    static const struct straddle unknown = {
        .entry = STRADDLE_EMPTY, .offset = STRADDLE_EMPTY, .n = STRADDLE_EMPTY};
    struct st_ask ask = {.path = w->inputs->amt, .asset = task->asset, .month = task->month};
    item->straddle = unknown;
    item->straddle.expiry = task->month;
    item->underlying = w->env->assets.v[task->asset];
    item->in.straddle = &item->straddle;
    return find_straddle(w, task, &ask, item, e) && find_model(w, &ask, item, e) &&
           find_anchors(w, item, e) && find_tickers(w, &ask, item, e);
}

/* ---- its prices ------------------------------------------------------------------------------- */

static int add_queries(struct item *item, struct prices_query *queries, int n)
{
    struct prices_query q;
    item->first_query = n;
    valuation_days(&item->straddle, &q.from, &q.to);
    for (int i = -1; i < item->tickers.hedge_count; i++) {
        const struct ticker *t = i < 0 ? &item->tickers.vol : &item->tickers.hedges[i];
        q.ticker = t->ticker;
        q.field = t->field;
        queries[n++] = q;
    }
    return n;
}

static void take_spans(struct item *item, const struct prices_span *spans)
{
    item->in.vol = spans[item->first_query];
    for (int i = 0; i < item->tickers.hedge_count; i++)
        item->in.hedges[i] = spans[item->first_query + 1 + i];
}

static bool find_prices(struct st_work *w, struct item *items, int n, struct st_lease *lease,
                        struct err *e)
{
    struct st_ask ask = {.path = w->inputs->prices, .arena = &w->arena};
    struct prices_query *queries =
        ARENA_NEW_RAW(&w->arena, struct prices_query, n * (TICKERS_HEDGES_MAX + 1));
    for (int i = 0; i < n; i++)
        if (!items[i].failed)
            ask.n = add_queries(&items[i], queries, ask.n);
    ask.queries = queries;
    const struct prices_span *spans = ask.n ? st_get_series(w->env, &ask, lease, e) : NULL;
    if (!spans)
        return ask.n == 0;
    for (int i = 0; i < n; i++)
        if (!items[i].failed)
            take_spans(&items[i], spans);
    return true;
}

/* ---- what is told of it ----------------------------------------------------------------------- */

/* Asset and text with their ends, state and how many rows as 32 bits, the rows. */
static void digest(struct st_work *w, const struct item *item, const char *text, size_t length,
                   const struct valuation *v, struct st_told *told)
{
    const uint32_t head[] = {told->state, told->n};
    sha256_add(w->sha, item->underlying, strlen(item->underlying) + 1);
    sha256_add(w->sha, text, length + 1);
    sha256_add(w->sha, head, sizeof head);
    if (told->n)
        sha256_add(w->sha, v->rows, told->n * sizeof *v->rows);
    sha256_cut(w->sha, told->digest);
}

static void note_gaps(struct st_work *w, const struct item *item, const char *text,
                      const struct valuation *v)
{
    enum { GAPS = sizeof v->gaps / sizeof *v->gaps };
    char date[DATE_TEXT];
    text_printf(&w->note, "%s %s: not valued on", item->underlying, text);
    for (int i = 0; i < v->not_valued && i < GAPS; i++)
        text_printf(&w->note, "%s %s", i ? "," : "",
                    date_format(date, 86400 * (int64_t)v->gaps[i]));
    if (v->not_valued > GAPS)
        text_printf(&w->note, " and %d more days", v->not_valued - GAPS);
}

static bool tell(struct st_work *w, long rank, const struct item *item, const struct valuation *v,
                 st_take_fn *take, void *context, struct err *e)
{
    char text[STRADDLE_TEXT];
    size_t length = straddle_print(&item->straddle, text);
    struct st_told told = {.state = v ? (uint32_t)v->state : ST_FAILED};
    text_clear(&w->rows);
    text_clear(&w->note);
    if (v) {
        told.n = (uint16_t)v->n;
        told.not_valued = (uint16_t)v->not_valued;
        if (w->wants_rows && v->n)
            row_text_add(item->underlying, &item->straddle, item->in.model, v, w->tasks->hedges,
                         &w->rows);
        if (w->wants_gaps && v->not_valued)
            note_gaps(w, item, text, v);
    } else {
        text_printf(&w->note, "%s %s: %s", item->underlying, text, item->failed);
    }
    digest(w, item, text, length, v, &told);
    told.row_bytes = (uint32_t)w->rows.n;
    told.note_bytes = (uint32_t)w->note.n;
    return take(context, rank, &told, w->rows.p, w->note.p, e);
}

static bool value(struct st_work *w, long rank, const struct item *item, st_take_fn *take,
                  void *context, struct err *e)
{
    struct st_lease lease;
    if (item->failed)
        return tell(w, rank, item, NULL, take, context, e);
    const struct valuation *v =
        st_get_value(w->env, &(struct st_ask){.input = &item->in}, &lease, e);
    bool ok = v && tell(w, rank, item, v, take, context, e);
    st_lease_end(&lease);
    return ok;
}

/* ---- all together ----------------------------------------------------------------------------- */

static void take_up(struct st_work *w, int32_t rank, int n)
{
    if (!w->hand)
        return;
    w->hand->rank = rank;
    w->hand->n = n;
}

static bool find_each(struct st_work *w, const int32_t *ranks, int n, struct item *items,
                      struct err *e)
{
    for (int i = 0; i < n; i++) {
        struct err why;
        take_up(w, ranks[i], 1);
        if (find_all(w, &w->tasks->v[ranks[i]], &items[i], &why))
            continue;
        if (why.code != ERR_INPUT)
            return err_set(e, why.code, "%s", why.text);
        items[i].failed = arena_text(&w->arena, why.text);
    }
    return true;
}

bool st_work_some(struct st_work *w, const int32_t *ranks, int n, st_take_fn *take, void *context,
                  struct err *e)
{
    struct arena_mark mark = arena_mark(&w->arena);
    struct item *items = ARENA_NEW(&w->arena, struct item, n);
    struct st_lease series = {0};
    bool ok = find_each(w, ranks, n, items, e);
    take_up(w, ranks[0], n);
    ok = ok && find_prices(w, items, n, &series, e);
    for (int i = 0; i < n && ok; i++) {
        take_up(w, ranks[i], 1);
        ok = value(w, ranks[i], &items[i], take, context, e);
    }
    take_up(w, -1, 0);
    for (int i = 0; i < n; i++)
        st_lease_end(&items[i].tickers_lease);
    st_lease_end(&series);
    arena_release(&w->arena, mark);
    return ok;
}

void st_work_open(struct st_work *w)
{
    w->sha = sha256_new();
}

void st_work_close(struct st_work *w)
{
    if (w->sha) {
        char unused[SHA256_HEX];
        sha256_end(w->sha, unused);
    }
    arena_done(&w->arena);
    text_done(&w->rows);
    text_done(&w->note);
    *w = (struct st_work){0};
}

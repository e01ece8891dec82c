#include "kernels/straddle/valuation.h"

#include "kernels/store/dates.h"
#include "kernels/straddle/numerics/es.h"
#include "kernels/straddle/valuation_mask.h"

#include <math.h>

enum { SERIES = 1 + TICKERS_HEDGES_MAX }; /* volatility, hedges */

/* What a straddle is valued from. */
struct work {
    int32_t from, to;            /* calendar days of its months */
    int32_t entry_to, expiry_at; /* last day of the entry month, first of the expiry month */
    int count;                   /* series */
    const struct prices_span *span[SERIES];
    long start[SERIES];        /* of the first value from `from` on */
    struct mask known[SERIES]; /* bit: day - from */
    struct mask good;
    double hedges[TICKERS_HEDGES_MAX][ES_DAYS]; /* but for the first, which is days.price */
    struct es_days days;                        /* from the entry on */
};

static const char *const state_texts[] = {
    [VALUATION_VALUED] = "valued",
    [VALUATION_NO_MODEL] = "no model",
    [VALUATION_NO_ANCHOR] = "no anchor",
    [VALUATION_NO_DAY] = "no good day",
    [VALUATION_NO_VALUE] = "no day can be valued",
    [VALUATION_TOO_LONG] = "months too far apart",
};

const char *valuation_state_text(enum valuation_state s)
{
    return state_texts[s];
}

/* ---- days ------------------------------------------------------------------------------------- */

/* The first index with day[i] >= from. */
static long start_of(const struct prices_span *s, int32_t from)
{
    long low = 0, high = s->n;
    if (high == 0 || s->day[0] >= from)
        return 0;
    while (low < high) {
        long middle = low + (high - low) / 2;
        if (s->day[middle] < from)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void find_good_days(const struct valuation_input *in, struct work *w)
{
    w->count = 1 + in->hedge_count;
    w->span[0] = &in->vol;
    for (int k = 0; k < in->hedge_count; k++)
        w->span[1 + k] = &in->hedges[k];
    for (int k = 0; k < w->count; k++) {
        const struct prices_span *s = w->span[k];
        long start = w->start[k] = start_of(s, w->from);
        w->known[k] = mask_of_days(s->day + start, s->n - start, w->from, w->to);
        w->good = k ? mask_both(w->good, w->known[k]) : w->known[k];
    }
}

/* The first good day of first..last; beyond last: there is none. */
static int32_t good_from(const struct work *w, int32_t first, int32_t last)
{
    if (first < w->from)
        first = w->from;
    if (first > last)
        return last + 1;
    int32_t day = w->from + mask_first(w->good, first - w->from);
    return day <= last ? day : last + 1;
}

/* The last good day of from..last; before from: there is none. */
static int32_t good_to(const struct work *w, int32_t last)
{
    return w->from + mask_last(w->good, last - w->from);
}

static int32_t days_in(int32_t month)
{
    return date_month_days(month / 12, month % 12 + 1);
}

static enum valuation_state find_days(const struct valuation_input *in, struct work *w,
                                      struct valuation *out)
{
    const struct straddle *s = in->straddle;
    valuation_days(s, &w->from, &w->to);
    if (w->to - w->from >= VALUATION_DAYS_MAX)
        return VALUATION_TOO_LONG;
    if (w->to < w->from || in->hedge_count < 1 || in->hedge_count > TICKERS_HEDGES_MAX)
        return VALUATION_NO_DAY;
    w->entry_to = w->from + days_in(s->entry) - 1;
    w->expiry_at = w->to - days_in(s->expiry) + 1;
    find_good_days(in, w);

    int offset = s->offset == STRADDLE_EMPTY ? 0 : s->offset;
    out->entry = good_from(w, in->entry_anchor + offset, w->entry_to);
    if (out->entry > w->entry_to)
        out->entry = good_to(w, w->entry_to);
    out->expiry =
        good_from(w, in->expiry_anchor > w->expiry_at ? in->expiry_anchor : w->expiry_at, w->to);
    bool found = out->entry >= w->from && out->expiry <= w->to && out->entry <= out->expiry;
    return found ? VALUATION_VALUED : VALUATION_NO_DAY;
}

/* ---- values ----------------------------------------------------------------------------------- */

/* n days from the bit `entry` on, which is known; a day that is not takes the last known value. */
static void roll_forward(const struct work *w, int series, int entry, int n, double *out)
{
    const double *value = w->span[series]->value + w->start[series];
    struct mask known = w->known[series];
    value += mask_count_below(known, entry);
    known = mask_from(known, entry + 1);
    uint64_t next = known.word[0];
    out[0] = *value;
    for (int i = 1; i < n; i++) {
        if (i == 65)
            next = known.word[1];
        value += next & 1;
        out[i] = *value;
        next >>= 1;
    }
}

static void fill_days(struct work *w, const struct valuation *v)
{
    int entry = v->entry - w->from, n = v->expiry - v->entry + 1;
    roll_forward(w, 0, entry, n, w->days.vol);
    roll_forward(w, 1, entry, n, w->days.price);
    for (int k = 2; k < w->count; k++)
        roll_forward(w, k, entry, n, w->hedges[k - 1]);
}

static void add_gap(struct valuation *v, int32_t day)
{
    if (v->not_valued < VALUATION_GAPS)
        v->gaps[v->not_valued] = day;
    v->not_valued++;
}

static uint16_t action_of(const struct valuation *v, int32_t day)
{
    if (day == v->expiry)
        return VALUATION_EXPIRY;
    return day == v->entry ? VALUATION_ENTRY : VALUATION_HOLD;
}

static void fill_row(const struct work *w, const struct valuation *v, int i,
                     struct valuation_row *row)
{
    int hedges = w->count - 1;
    row->day = v->entry + i;
    row->action = action_of(v, row->day);
    row->hedge_count = (uint16_t)hedges;
    row->vol = w->days.vol[i];
    row->hedge[0] = w->days.price[i];
    row->hedge[1] = row->hedge[2] = row->hedge[3] = 0;
    for (int k = 1; k < hedges; k++)
        row->hedge[k] = w->hedges[k][i];
    row->mv = w->days.mv[i];
    row->delta = w->days.delta[i];
}

/* before: NULL on the first valued day. + 0.0: never -0. */
static void fill_pnl(const struct valuation_row *before, double strike, struct valuation_row *row)
{
    row->opnl = row->hpnl = 0;
    if (before) {
        row->opnl = row->mv - before->mv;
        row->hpnl = -before->delta * (row->hedge[0] - before->hedge[0]) / strike + 0.0;
    }
    row->pnl = row->opnl + row->hpnl;
}

static void fill_rows(const struct work *w, struct valuation *v)
{
    int days = v->expiry - v->entry + 1;
    for (int i = 0; i < days; i++) {
        if (isnan(w->days.mv[i])) {
            add_gap(v, v->entry + i);
            continue;
        }
        struct valuation_row *row = &v->rows[v->n];
        fill_row(w, v, i, row);
        fill_pnl(v->n ? row - 1 : NULL, v->strike[0], row);
        v->n++;
    }
}

static enum valuation_state state_before(const struct valuation_input *in)
{
    if (in->model != AMT_ES && in->model != AMT_CDS_ES)
        return VALUATION_NO_MODEL;
    return in->has_entry_anchor && in->has_expiry_anchor ? VALUATION_VALUED : VALUATION_NO_ANCHOR;
}

/* All but the rows, which are most of it. */
static void clear(struct valuation *v)
{
    v->state = VALUATION_VALUED;
    v->entry = v->expiry = 0;
    v->strike_vol = 0;
    v->n = v->not_valued = 0;
    for (int k = 0; k < TICKERS_HEDGES_MAX; k++)
        v->strike[k] = 0;
    for (int i = 0; i < VALUATION_GAPS; i++)
        v->gaps[i] = 0;
}

void valuation_run(const struct valuation_input *in, int lanes, struct valuation *out)
{
    struct work w;
    clear(out);
    out->state = state_before(in);
    if (out->state == VALUATION_VALUED)
        out->state = find_days(in, &w, out);
    if (out->state != VALUATION_VALUED) {
        out->entry = out->expiry = 0;
        return;
    }
    fill_days(&w, out);
    out->strike_vol = w.days.vol[0];
    out->strike[0] = w.days.price[0];
    for (int k = 2; k < w.count; k++)
        out->strike[k - 1] = w.hedges[k - 1][0];
    int days = out->expiry - out->entry;
    es_run_for(lanes)(&w.days, out->strike[0], days, days + 1);
    fill_rows(&w, out);
    if (out->n == 0)
        out->state = VALUATION_NO_VALUE;
}

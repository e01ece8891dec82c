/* A straddle valued day by day, from entry to expiry (model in numerics/es.h).
 *
 * 1. Days: from the first of the entry month to the last of the expiry month, calendar days. A day is
 *    good when it has a volatility and every hedge.
 * 2. Anchor: the n-th weekday or business day (Monday to Friday) of the month, or the override.
 *    Expiry: the first good day from the anchor on, within the expiry month. Entry: the first good day
 *    from the entry month's own anchor + offset calendar days on, within the entry month, else its last
 *    good day. Without an anchor or a good day: no rows.
 * 3. At entry strike = first hedge, strike_vol = vol. From entry to expiry gaps take the last known
 *    volatility and hedges.
 * 4. mv and delta by the model, t = days to expiry / 365. opnl = mv - mv[-1],
 *    hpnl = -delta[-1] * (hedge - hedge[-1]) / strike, pnl = their sum; 0 on the entry day. A day
 *    that cannot be valued (a price or volatility that is not positive) has no row; [-1] is the last
 *    day that was valued, so that opnl adds up to the last mv less the first.
 *
 *     valuation_days(&s, &from, &to);                           // prices of these days
 *     in.has_entry_anchor = valuation_anchor(&s, s.entry, underlying, overrides, &in.entry_anchor);
 *     valuation_run(&in, valuation_lanes(cpu), &out);
 */
#ifndef CUPEL_STRADDLE_VALUATION_H
#define CUPEL_STRADDLE_VALUATION_H

#include "kernels/numerics/cpu.h"
#include "kernels/straddle/amt.h"
#include "kernels/straddle/overrides.h"
#include "kernels/straddle/prices.h"
#include "kernels/straddle/straddle.h"
#include "kernels/straddle/tickers.h"

enum valuation_action { VALUATION_HOLD, VALUATION_ENTRY, VALUATION_EXPIRY };

/* A valued day. Hashed and stored as it stands: no padding. Unused hedges are 0. */
struct valuation_row {
    int32_t day;          /* since 1970-01-01 */
    uint16_t action;      /* enum valuation_action */
    uint16_t hedge_count; /* 1..4 */
    double vol, hedge[TICKERS_HEDGES_MAX];
    double mv, delta, opnl, hpnl, pnl;
};

enum {
    VALUATION_DAYS_MAX = 100, /* days of three months, more than any straddle has */
    VALUATION_GAPS = 8
};

/* Why there are no rows, or that there are. */
enum valuation_state {
    VALUATION_VALUED,
    VALUATION_NO_MODEL,  /* NS, BS */
    VALUATION_NO_ANCHOR, /* LB, an override that is not there, a 5th Friday */
    VALUATION_NO_DAY,    /* no good day for entry or for expiry, or expiry before entry */
    VALUATION_NO_VALUE,  /* none of the days can be valued */
    VALUATION_TOO_LONG,  /* months further apart than VALUATION_DAYS_MAX */
    VALUATION_STATES
};
const char *valuation_state_text(enum valuation_state s);

struct valuation {
    enum valuation_state state;
    int32_t entry, expiry; /* days */
    double strike_vol, strike[TICKERS_HEDGES_MAX];
    int n;                        /* rows */
    int not_valued;               /* days between entry and expiry, both included, without a row */
    int32_t gaps[VALUATION_GAPS]; /* the first of those days */
    struct valuation_row rows[VALUATION_DAYS_MAX];
};

struct valuation_input {
    const struct straddle *straddle;
    enum amt_model model;
    struct prices_span vol, hedges[TICKERS_HEDGES_MAX];
    int hedge_count;
    bool has_entry_anchor, has_expiry_anchor; /* valuation_anchor */
    int32_t entry_anchor, expiry_anchor;      /* days; the entry's without the offset */
};

/* The anchor day of a month by code and n; overrides: may be NULL. false: there is none. */
bool valuation_anchor(const struct straddle *s, int32_t month, const char *underlying,
                      const struct overrides *overrides, int32_t *day);

/* First and last day whose prices a straddle can need: days since 1970-01-01. A month that is empty:
 * none, *from > *to. */
void valuation_days(const struct straddle *s, int32_t *from, int32_t *to);

/* How many days the model can work at once with these sets of instructions (cpu_sets): 1 or 4. */
static inline int valuation_lanes(unsigned cpu)
{
    return cpu & CPU_AVX2 ? 4 : 1;
}

/* Fills *out; rows beyond out->n are undefined. Spans may hold other days too. An empty offset is 0.
 * lanes: 1, or what valuation_lanes allows: the same bits. */
void valuation_run(const struct valuation_input *in, int lanes, struct valuation *out);

#endif

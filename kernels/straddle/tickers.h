/* Which prices a straddle is valued by: one volatility, one to four hedges.
 *
 * In two steps, as what they depend on differs: schemas by asset, tickers by asset, month, term and
 * chain file.
 *
 * fut: code + month_map[m - 1] + year + " " + market of the expiry month m; the year is that of the
 *     expiry, one more if that letter stands before the month's own letter ("FGHJKMNQUVXZ"), at least
 *     min_year_offset more; "QQF2025 Comdty" is then looked up in the chain.
 * nonfut: ticker and field. cds: hedge and, where it is given, hedge1. calc: CCY_fsw0m_TENOR,
 *     CCY_fsw6m_TENOR, CCY_pva0m_TENOR, CCY_pva6m_TENOR. Fields that are not given: PX_LAST; of calc:
 *     "none".
 * vol: BBG: ticker, and near or far as the field; CV: near or far as the ticker, field "none". Where
 *     near or far is not given or "NONE", and for BBG_LMEVOL, which has no rule, there is none: such
 *     straddles are never valued.
 * "OLD:2023-06:NEW", as the ticker of BBG, nonfut and cds, is OLD for expiries before that month, NEW from
 * it on. Any other ticker with two colons is an error.
 */
#ifndef CUPEL_STRADDLE_TICKERS_H
#define CUPEL_STRADDLE_TICKERS_H

#include "kernels/straddle/amt.h"
#include "kernels/straddle/chain.h"
#include "kernels/straddle/straddle.h"

enum { TICKERS_HEDGES_MAX = 4 };

struct ticker {
    const char *ticker, *field; /* ticker "": there is none */
};

struct tickers {
    struct ticker vol, hedges[TICKERS_HEDGES_MAX];
    int hedge_count;
};

/* Rows of (term, valid months, how the ticker is made); opaque to all but tickers.c. Error: the asset, the
 * field and what was expected. The asset may go before them. */
struct ticker_schemas;
struct ticker_schemas *tickers_schemas(const struct amt_asset *asset,
                                       struct err *e) MUST_CHECK; /* owner: the caller */
void tickers_schemas_free(struct ticker_schemas *s);
size_t tickers_schemas_bytes(const struct ticker_schemas *s);

/* For straddles that expire in a month. chain: NULL: normalized tickers stay as they are. The texts live
 * in a, or as long as schemas and chain. Error: no term, or no month. */
bool tickers_of_month(const struct ticker_schemas *s, enum straddle_term term, int32_t expiry,
                      const struct chain *chain, struct arena *a, struct tickers *out,
                      struct err *e) MUST_CHECK;

#endif

/* Valued rows as text: tab-separated, one header line, numbers as the shortest decimals that read back
 * to the same double ("1e-05", "0.1", "73.4", "73.0").
 *
 *     asset straddle date vol hedge [hedge1..3] action model strike_vol strike [strike1..3] expiry mv
 *     delta opnl hpnl pnl
 *
 *     row_text_header(hedges, &out);
 *     row_text_add(asset->underlying, &s, asset->model, &v, hedges, &out);
 *
 * action: entry, hold or expiry. With `hedges` columns of each kind for all assets, cells of hedges that
 * an asset does not have are empty: every row matches the header. A day without a value has no row.
 */
#ifndef CUPEL_STRADDLE_ROW_TEXT_H
#define CUPEL_STRADDLE_ROW_TEXT_H

#include "kernels/straddle/valuation.h"

/* hedges: 1..TICKERS_HEDGES_MAX, at least those of any asset. */
void row_text_header(int hedges, struct text *out);
void row_text_add(const char *underlying, const struct straddle *s, enum amt_model model,
                  const struct valuation *v, int hedges, struct text *out);

/* The shortest decimal text of a finite double, as Python's repr(): returns its length. NUL-terminated. */
enum { ROW_TEXT_NUMBER = 32 };
size_t row_text_number(double x, char out[ROW_TEXT_NUMBER]);

#endif

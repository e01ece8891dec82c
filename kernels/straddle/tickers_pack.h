/* The tickers of an asset's month in one short block: texts one after the other.
 *
 *     struct st_tickers *packed = st_tickers_pack(&tickers, &bytes);
 *     st_tickers_unpack(packed, &tickers);      // its texts are the block's
 *     mem_free(MEM_ASSETS, packed);
 */
#ifndef CUPEL_STRADDLE_TICKERS_PACK_H
#define CUPEL_STRADDLE_TICKERS_PACK_H

#include "kernels/straddle/tickers.h"

struct st_tickers {
    uint8_t hedge_count;
    char texts[]; /* ticker and field of the volatility, then of each hedge; each with its NUL */
};

struct st_tickers *st_tickers_pack(const struct tickers *t, size_t *bytes);
void st_tickers_unpack(const struct st_tickers *packed, struct tickers *out);

#endif

/* The loops of price_tables.c that go over bars on their own, for each set of instructions: the same
 * operations in the same order, and so the same bits.
 */
#ifndef CUPEL_NUMERICS_PRICE_TABLES_CPU_H
#define CUPEL_NUMERICS_PRICE_TABLES_CPU_H

#include "kernels/backtest/numerics/price_tables.h"

struct price_columns {
    struct price_low *close;
    double *into, *out_of; /* growth of cash by an entry and by an exit */
};
typedef void price_columns_fn(const struct account_rules *rules, const int64_t *fill,
                              const int64_t *close, long n, const struct price_columns *out);

/* level[t]: the stretches of `half` bars from t and from t + half on, joined. */
typedef void price_level_fn(const struct price_low *below, long n, long half,
                            struct price_low *level);

struct price_code {
    price_columns_fn *columns;
    price_level_fn *level;
};
struct price_code price_code_for(unsigned cpu);

price_columns_fn price_columns_avx2;
price_level_fn price_level_avx2;

#endif

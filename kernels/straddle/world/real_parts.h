/* What real data are held as. Internal to real.c and real_prices.c. */
#ifndef CUPEL_STRADDLE_WORLD_REAL_PARTS_H
#define CUPEL_STRADDLE_WORLD_REAL_PARTS_H

#include "kernels/straddle/world/parts.h"

enum { MARKETS = 3, NO_CONTRACT = -1 };

struct quote {
    int32_t day, contract; /* index, or NO_CONTRACT */
    double value;
};

struct quotes { /* in the order of their days */
    struct quote *v;
    long n, capacity;
};

struct expiry {
    int32_t month, day;
};

struct market {
    const char *symbol;
    struct expiry *futures, *options;
    int future_count, option_count;
    struct quotes quotes, front;
    long common, equal; /* days that front and curve both have; on which they agree */
};

struct world_real {
    struct market markets[MARKETS];
    struct quotes ovx;
    const char *dir;
    struct arena *a;
};

/* The first contract whose last trade is not before the day; future_count: none. */
int world_real_front(const struct market *m, int32_t day);

#endif

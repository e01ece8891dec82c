/* Generated prices, in ticks, of shapes that break arithmetic: small, large, equal, jumping. */
#ifndef CUPEL_TESTS_BACKTEST_PRICES_H
#define CUPEL_TESTS_BACKTEST_PRICES_H

#include "harness/base/rng.h"

#include <stdint.h>

enum { PRICE_SHAPES = 6 };

static const int64_t price_most = (int64_t)1 << 53;

/* The price that follows `price` in a series of that shape; 1 <= result <= price_most. */
int64_t price_after(struct rng *r, int shape, int64_t price);

#endif

/* Generated series of opens and closes, in ticks: as markets have them, and as they break arithmetic. */
#ifndef CUPEL_TESTS_BACKTEST_BARS_H
#define CUPEL_TESTS_BACKTEST_BARS_H

#include "harness/base/rng.h"

#include <stdbool.h>
#include <stdint.h>

enum { BARS_MAX = 12000, BARS_SHAPES = 9 };

struct bars {
    const char *shape;
    int64_t open[BARS_MAX], close[BARS_MAX];
    long n;
};

struct bars_shape {
    const char *name;
    void (*make)(struct rng *r, struct bars *b); /* the first b->n */
    bool ordinary;                               /* as markets are */
};
extern const struct bars_shape bars_shapes[BARS_SHAPES];

void bars_stock(struct rng *r, struct bars *b);
void bars_currency(struct rng *r, struct bars *b);

#endif

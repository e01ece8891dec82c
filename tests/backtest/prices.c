#include "tests/backtest/prices.h"

static int64_t clamp(int64_t tick)
{
    return tick < 1 ? 1 : tick > price_most ? price_most : tick;
}

/* What makes the next price of the one before. */
static int64_t walk(struct rng *r, int64_t p)
{
    return clamp(p + (int64_t)((rng_unit(r) - 0.5) * 0.1 * (double)p));
}

static int64_t few_prices(struct rng *r, int64_t p)
{
    (void)p;
    return 5000000 + 1000000 * (int64_t)rng_below(r, 3);
}

static int64_t constant(struct rng *r, int64_t p)
{
    (void)r;
    return p;
}

static int64_t smallest(struct rng *r, int64_t p)
{
    (void)p;
    return 1 + (int64_t)rng_below(r, 3);
}

static int64_t largest(struct rng *r, int64_t p)
{
    (void)p;
    return 9000000000000000 + (int64_t)rng_below(r, 3) * 1000;
}

static int64_t from_end_to_end(struct rng *r, int64_t p)
{
    (void)p;
    return rng_below(r, 40) ? 1 + (int64_t)rng_below(r, 1000) : price_most;
}

static int64_t (*const shapes[PRICE_SHAPES])(struct rng *, int64_t) = {
    walk, few_prices, constant, smallest, largest, from_end_to_end};

int64_t price_after(struct rng *r, int shape, int64_t price)
{
    return shapes[shape](r, price);
}

#include "tests/backtest/bars.h"

static int64_t tick_of(double x)
{
    return x < 1 ? 1 : x > 9e15 ? 9000000000000000 : (int64_t)x;
}

static void random_walk(struct rng *r, struct bars *b, double first, double deviation)
{
    double x = first;
    for (long t = 0; t < b->n; t++) {
        b->open[t] = tick_of(x * (1 + 0.3 * deviation * rng_normal(r)));
        b->close[t] = tick_of(x *= 1 + 0.0003 + deviation * rng_normal(r));
    }
}

void bars_stock(struct rng *r, struct bars *b)
{
    random_walk(r, b, 1e6 * (5 + 300 * rng_unit(r)), 0.005 + 0.03 * rng_unit(r));
}

void bars_currency(struct rng *r, struct bars *b)
{
    random_walk(r, b, 1e6 * (0.5 + rng_unit(r)), 0.0005 + 0.002 * rng_unit(r));
}

static void constant(struct rng *r, struct bars *b)
{
    int64_t x = 1 + (int64_t)rng_below(r, 1000000000);
    for (long t = 0; t < b->n; t++)
        b->open[t] = b->close[t] = x;
}

static void one_to_three_ticks(struct rng *r, struct bars *b)
{
    for (long t = 0; t < b->n; t++) {
        b->open[t] = 1 + (int64_t)rng_below(r, 3);
        b->close[t] = 1 + (int64_t)rng_below(r, 3);
    }
}

static void largest(struct rng *r, struct bars *b)
{
    for (long t = 0; t < b->n; t++) {
        b->open[t] = 9000000000000000 - (int64_t)rng_below(r, 1000);
        b->close[t] = 9000000000000000 - (int64_t)rng_below(r, 1000);
    }
}

static int64_t from_end_to_end(struct rng *r)
{
    return rng_below(r, 20) ? 1 + (int64_t)rng_below(r, 1000) : 9000000000000000;
}

static void billionfold_jumps(struct rng *r, struct bars *b)
{
    for (long t = 0; t < b->n; t++) {
        b->open[t] = from_end_to_end(r);
        b->close[t] = from_end_to_end(r);
    }
}

static void crashes_and_doublings(struct rng *r, struct bars *b)
{
    double x = 1e8;
    for (long t = 0; t < b->n; t++) {
        b->open[t] = tick_of(x);
        x *= rng_below(r, 10) ? 1 + 0.02 * rng_normal(r) : rng_below(r, 2) ? 0.3 : 3;
        x = x < 1000 ? 1000 : x > 1e15 ? 1e15 : x;
        b->close[t] = tick_of(x);
    }
}

static void rising_then_falling(struct rng *r, struct bars *b)
{
    double x = 1e8;
    long top = (long)rng_below(r, (uint64_t)b->n + 1);
    for (long t = 0; t < b->n; t++) {
        b->open[t] = tick_of(x);
        b->close[t] = tick_of(x *= t < top ? 1.001 : 0.998);
    }
}

static void single_ticks_of_a_large_price(struct rng *r, struct bars *b)
{
    int64_t x = 100000000 + (int64_t)rng_below(r, 900000000);
    for (long t = 0; t < b->n; t++) {
        b->open[t] = x;
        b->close[t] = x += (int64_t)rng_below(r, 3) - 1;
    }
}

const struct bars_shape bars_shapes[BARS_SHAPES] = {
    {"stock",                 bars_stock,                    true },
    {"currency",              bars_currency,                 true },
    {"crashes and doublings", crashes_and_doublings,         true },
    {"rising then falling",   rising_then_falling,           false},
    {"constant",              constant,                      false},
    {"1 to 3 ticks",          one_to_three_ticks,            false},
    {"largest",               largest,                       false},
    {"billionfold jumps",     billionfold_jumps,             false},
    {"single ticks",          single_ticks_of_a_large_price, false},
};

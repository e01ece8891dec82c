/* The loops of columns.c for each set of instructions. All of one table come from one set. */
#ifndef CUPEL_NUMERICS_COLUMNS_CPU_H
#define CUPEL_NUMERICS_COLUMNS_CPU_H

#include "kernels/backtest/numerics/columns.h"

/* c->n > 0, and every window that is asked for has a defined bar. */
struct columns_code {
    /* Of the whole series: c->real; c->gain and c->loss. */
    void (*reals)(const struct columns *c);
    void (*changes)(const struct columns *c);

    void (*sma)(const struct columns *c, const struct column_ask *ask);
    void (*gains_losses)(const struct columns *c, const struct column_ask *ask);

    /* Roots of bars from .. to - 1, whose difference is known to be below 2^63; window < 2^31. */
    void (*roots)(const struct columns *c, const struct column_ask *ask, long from, long to);

    /* 1 <= count <= COLUMNS_LANES windows at once. */
    void (*ema)(const struct columns *c, const struct column_ask *asks, int count);
    void (*wilder)(const struct columns *c, const struct column_ask *asks, int count);
};

/* Where Wilder's begins, at bar window: the sums of the first window changes over it. */
struct wilder_start {
    double gain, loss;
};

static inline struct wilder_start wilder_start(const int64_t *x, long window)
{
    int64_t gains = 0;
    for (long i = 1; i <= window; i++)
        gains += x[i] > x[i - 1] ? x[i] - x[i - 1] : 0;
    int64_t losses = gains - (x[window] - x[0]);
    double w = (double)window;
    return (struct wilder_start){(double)gains / w, (double)losses / w};
}

extern const struct columns_code columns_plain, columns_avx2;

#endif

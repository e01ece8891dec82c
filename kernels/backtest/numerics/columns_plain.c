/* The loops of columns.c without any set of instructions. */
#include "kernels/backtest/numerics/columns_cpu.h"
#include "kernels/backtest/numerics/ema.h"
#include "kernels/backtest/numerics/rsi.h"

#include <math.h>

static void reals_plain(const struct columns *c)
{
    for (long i = 0; i < c->n; i++)
        c->real[i] = (double)c->x[i];
}

static void changes_plain(const struct columns *c)
{
    c->gain[0] = c->loss[0] = 0;
    for (long i = 1; i < c->n; i++) {
        int64_t change = c->x[i] - c->x[i - 1], gain = change > 0 ? change : 0;
        c->gain[i] = (double)gain;
        c->loss[i] = (double)(gain - change);
    }
}

static void sma_plain(const struct columns *c, const struct column_ask *ask)
{
    const uint64_t *sums = c->sums + 1, *before = sums - ask->window;
    int64_t *out = ask->whole[0];
    for (long i = ask->window - 1; i < c->n; i++)
        out[i] = (int64_t)(sums[i] - before[i]);
}

static void gains_losses_plain(const struct columns *c, const struct column_ask *ask)
{
    const uint64_t *sums = c->gains + 1, *before = sums - ask->window;
    const int64_t *x = c->x, *x_before = x - ask->window;
    int64_t *gains = ask->whole[0], *losses = ask->whole[1];
    for (long i = ask->window; i < c->n; i++) {
        int64_t gain = (int64_t)(sums[i] - before[i]);
        gains[i] = gain;
        losses[i] = gain - (x[i] - x_before[i]);
    }
}

static void roots_plain(const struct columns *c, const struct column_ask *ask, long from, long to)
{
    const uint64_t *squares = c->squares + 1, *before = squares - ask->window;
    uint64_t window = (uint64_t)ask->window;
    for (long i = from; i < to; i++) {
        uint64_t sum = (uint64_t)ask->whole[0][i];
        ask->real[i] = sqrt((double)(int64_t)(window * (squares[i] - before[i]) - sum * sum));
    }
}

/* ---- recurrences: eight windows, each in its own order ------------------------------------------ */

/* Lanes without a window repeat the last one, and write nothing. */
static void ema_lanes(const struct columns *c, const struct column_ask *asks, int count)
{
    double alpha[COLUMNS_LANES], e[COLUMNS_LANES];
    for (int k = 0; k < COLUMNS_LANES; k++) {
        alpha[k] = 2 / ((double)asks[k < count ? k : count - 1].window + 1);
        e[k] = c->real[0];
    }
    for (long i = 0; i < c->n; i++) {
        for (int k = 0; k < COLUMNS_LANES; k++)
            e[k] = e[k] + alpha[k] * (c->real[i] - e[k]);
        for (int k = 0; k < count; k++)
            asks[k].real[i] = e[k];
    }
}

/* Up to two take less time one after the other. */
static void ema_plain(const struct columns *c, const struct column_ask *asks, int count)
{
    if (count > 2)
        ema_lanes(c, asks, count);
    for (int k = 0; count <= 2 && k < count; k++)
        ema_averages(c->x, c->n, asks[k].window, asks[k].real);
}

/* The index where it is defined, whatever came before; lanes begin one after the other. */
struct wilder {
    double window[COLUMNS_LANES], gain[COLUMNS_LANES], loss[COLUMNS_LANES];
};

static void begin_lane(const struct columns *c, struct wilder *s, int k, long window)
{
    struct wilder_start start = wilder_start(c->x, window);
    s->gain[k] = start.gain;
    s->loss[k] = start.loss;
}

static void wilder_lanes(const struct columns *c, const struct column_ask *asks, int count)
{
    struct wilder s = {0};
    for (int k = 0; k < COLUMNS_LANES; k++)
        s.window[k] = (double)asks[k < count ? k : count - 1].window;
    for (long i = 1; i < c->n; i++) {
        for (int k = 0; k < COLUMNS_LANES; k++) {
            s.gain[k] = (s.gain[k] * (s.window[k] - 1) + c->gain[i]) / s.window[k];
            s.loss[k] = (s.loss[k] * (s.window[k] - 1) + c->loss[i]) / s.window[k];
        }
        for (int k = 0; k < count; k++) {
            if (i == asks[k].window)
                begin_lane(c, &s, k, i);
            double both = s.gain[k] + s.loss[k];
            asks[k].real[i] = both > 0 ? 100 * (s.gain[k] / both) : (double)NAN;
        }
    }
}

static void wilder_plain(const struct columns *c, const struct column_ask *asks, int count)
{
    if (count > 2)
        wilder_lanes(c, asks, count);
    for (int k = 0; count <= 2 && k < count; k++)
        rsi_wilder(c->x, c->n, asks[k].window, asks[k].real);
}

const struct columns_code columns_plain = {
    reals_plain, changes_plain, sma_plain, gains_losses_plain, roots_plain, ema_plain, wilder_plain,
};

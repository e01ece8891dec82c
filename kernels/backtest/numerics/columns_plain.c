/* The loops of columns.c without any set of instructions. */
#include "kernels/backtest/numerics/columns_cpu.h"

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
        ask->real[i] = sqrt((double)(window * (squares[i] - before[i]) - sum * sum));
    }
}

/* ---- recurrences: eight windows, each in its own order ------------------------------------------ */

/* Lanes without a window repeat the last one, and write nothing. */
static void ema_plain(const struct columns *c, const struct column_ask *asks, int count)
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

struct wilder {
    double w, g, l;
};

static struct wilder wilder_first(const struct columns *c, long window)
{
    int64_t gain = (int64_t)c->gains[window + 1];
    int64_t loss = gain - (c->x[window] - c->x[0]);
    double w = (double)window;
    return (struct wilder){w, (double)gain / w, (double)loss / w};
}

static void wilder_plain(const struct columns *c, const struct column_ask *asks, int count)
{
    for (int k = 0; k < count; k++) {
        struct wilder s = wilder_first(c, asks[k].window);
        for (long i = asks[k].window;;) {
            asks[k].real[i] = s.g + s.l > 0 ? 100 * (s.g / (s.g + s.l)) : (double)NAN;
            if (++i == c->n)
                break;
            s.g = (s.g * (s.w - 1) + c->gain[i]) / s.w;
            s.l = (s.l * (s.w - 1) + c->loss[i]) / s.w;
        }
    }
}

const struct columns_code columns_plain = {
    reals_plain, changes_plain, sma_plain, gains_losses_plain, roots_plain, ema_plain, wilder_plain,
};

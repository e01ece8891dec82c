#include "kernels/backtest/numerics/rsi.h"

#include <math.h>

__extension__ typedef __int128 wide_int;

static int64_t gain_at(const int64_t *x, long i)
{
    return x[i] > x[i - 1] ? x[i] - x[i - 1] : 0;
}

static int64_t loss_at(const int64_t *x, long i)
{
    return x[i] < x[i - 1] ? x[i - 1] - x[i] : 0;
}

void rsi_sums(const int64_t *x, long n, long window, int64_t *gains, int64_t *losses)
{
    int64_t gain = 0, loss = 0;
    if (n > 0)
        gains[0] = losses[0] = 0;
    for (long i = 1; i < n; i++) {
        gain += gain_at(x, i);
        loss += loss_at(x, i);
        if (i > window) {
            gain -= gain_at(x, i - window);
            loss -= loss_at(x, i - window);
        }
        gains[i] = gain;
        losses[i] = loss;
    }
}

int rsi_side(int64_t gains, int64_t losses, int low, int high)
{
    wide_int gain = (wide_int)gains * 100, all = (wide_int)gains + losses;
    return (gain > all * high) - (gain < all * low);
}

void rsi_wilder(const int64_t *x, long n, long window, double *rsi)
{
    int64_t gains = 0, losses = 0;
    if (n <= window)
        return;
    for (long i = 1; i <= window; i++) {
        gains += gain_at(x, i);
        losses += loss_at(x, i);
    }
    double w = (double)window, g = (double)gains / w, l = (double)losses / w;
    for (long i = window;;) {
        rsi[i] = g + l > 0 ? 100 * (g / (g + l)) : (double)NAN;
        if (++i == n)
            return;
        g = (g * (w - 1) + (double)gain_at(x, i)) / w;
        l = (l * (w - 1) + (double)loss_at(x, i)) / w;
    }
}

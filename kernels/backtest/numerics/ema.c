#include "kernels/backtest/numerics/ema.h"

void ema_averages(const int64_t *x, long n, long window, double *e)
{
    double alpha = 2 / ((double)window + 1);
    if (n > 0)
        e[0] = (double)x[0];
    for (long i = 1; i < n; i++)
        e[i] = e[i - 1] + alpha * ((double)x[i] - e[i - 1]);
}

#include "kernels/backtest/numerics/sma.h"

void sma_sums(const int64_t *x, long n, long window, int64_t *sums)
{
    int64_t sum = 0;
    for (long i = 0; i < n; i++) {
        sum += x[i];
        if (i >= window)
            sum -= x[i - window];
        sums[i] = sum;
    }
}

bool sma_fits(int64_t largest, long window)
{
    return largest <= INT64_MAX / (window + 1);
}

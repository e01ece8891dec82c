#include "kernels/backtest/numerics/bands.h"

#include <math.h>

__extension__ typedef __int128 wide_int;

void bands_roots(const int64_t *x, long n, long window, int64_t *sums, double *roots)
{
    int64_t sum = 0;
    wide_int squares = 0;
    for (long i = 0; i < n; i++) {
        sum += x[i];
        squares += (wide_int)x[i] * x[i];
        if (i >= window) {
            sum -= x[i - window];
            squares -= (wide_int)x[i - window] * x[i - window];
        }
        sums[i] = sum;
        roots[i] = sqrt((double)(squares * window - (wide_int)sum * sum));
    }
}

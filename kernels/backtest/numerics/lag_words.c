#include "kernels/backtest/numerics/lag_words.h"

#include "kernels/numerics/cpu.h"

static void lag_words_plain(const uint64_t *at, const struct lag *lags, int count, uint64_t *out)
{
    for (int k = 0; k < count; k++) {
        const uint64_t *before = at - lags[k].bars;
        uint64_t lower = 0;
        for (int i = 0; i < 64; i++)
            lower |= (at[i] - before[i]) >> 63 << i;
        out[lags[k].to] = lower;
    }
}

lag_words_fn *lag_words_for(unsigned cpu)
{
    return cpu & CPU_AVX2 ? lag_words_avx2 : lag_words_plain;
}

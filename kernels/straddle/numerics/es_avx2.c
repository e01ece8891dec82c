#include "kernels/straddle/numerics/es_cpu.h"
#include "kernels/straddle/numerics/num_avx2.h"

#if defined(__x86_64__)

#include "kernels/straddle/numerics/es_body.h"

/* The last lanes beyond n get numbers too: what stood there could be slow ones. */
static void fill_lanes(struct es_days *d, double strike, int n)
{
    for (int i = n; i % 4; i++) {
        d->price[i] = strike;
        d->vol[i] = 1;
    }
}

CPU_AVX2_CODE void es_run_avx2(struct es_days *d, double strike, int days, int n)
{
    fill_lanes(d, strike, n);
    const __m256d first = _mm256_sub_pd(_mm256_set1_pd(days), _mm256_setr_pd(0, 1, 2, 3));
    for (int i = 0; i < n; i += 4) {
        __m256d left = _mm256_sub_pd(first, _mm256_set1_pd(i)), delta;
        __m256d mv = body_es(_mm256_loadu_pd(d->price + i), _mm256_set1_pd(strike),
                             _mm256_loadu_pd(d->vol + i), left, &delta);
        _mm256_storeu_pd(d->mv + i, mv);
        _mm256_storeu_pd(d->delta + i, delta);
    }
}

#else

/* Never chosen. */
void es_run_avx2(struct es_days *d, double strike, int days, int n)
{
    (void)d;
    (void)strike;
    (void)days;
    (void)n;
}

#endif

#include "kernels/numerics/cpu.h"
#include "kernels/backtest/numerics/ema_words_cpu.h"

#if defined(__x86_64__)

#include <immintrin.h>

/* Where cross_compare_avx2 wants eight bars; it wants them upside down. */
static const int place_of_eight[8] = {0, 16, 8, 24, 32, 48, 40, 56};

/* Four bars of four lanes, so that each lane's stand together. */
CPU_AVX2_INLINE void store_turned(const __m256d bar[4], double *out, long stride)
{
    __m256d a = _mm256_unpacklo_pd(bar[0], bar[1]), b = _mm256_unpackhi_pd(bar[0], bar[1]);
    __m256d c = _mm256_unpacklo_pd(bar[2], bar[3]), d = _mm256_unpackhi_pd(bar[2], bar[3]);
    _mm256_storeu_pd(out, _mm256_permute2f128_pd(a, c, 0x20));
    _mm256_storeu_pd(out + stride, _mm256_permute2f128_pd(b, d, 0x20));
    _mm256_storeu_pd(out + 2 * stride, _mm256_permute2f128_pd(a, c, 0x31));
    _mm256_storeu_pd(out + 3 * stride, _mm256_permute2f128_pd(b, d, 0x31));
}

struct extremes {
    __m256d low, high;
};

/* Whole groups of lanes side by side: `groups` is a constant at each call. bars: a multiple of 4. */
CPU_AVX2_INLINE void run_groups(int groups, double *e, const double *alpha, const double *x,
                                long bars, double *out, long stride, struct extremes *all)
{
    __m256d average[4], weight[4];
#pragma GCC unroll 4
    for (int g = 0; g < groups; g++) {
        average[g] = _mm256_loadu_pd(e + 4 * g);
        weight[g] = _mm256_loadu_pd(alpha + 4 * g);
    }
    for (long i = 0; i < bars; i += 4) {
        __m256d bar[4][4];
#pragma GCC unroll 4
        for (int k = 0; k < 4; k++) {
            __m256d price = _mm256_set1_pd(x[i + k]);
#pragma GCC unroll 4
            for (int g = 0; g < groups; g++) {
                __m256d off = _mm256_sub_pd(price, average[g]);
                average[g] = _mm256_add_pd(average[g], _mm256_mul_pd(weight[g], off));
                bar[g][k] = average[g];
                all->low = _mm256_min_pd(all->low, average[g]);
                all->high = _mm256_max_pd(all->high, average[g]);
            }
        }
#pragma GCC unroll 4
        for (int g = 0; g < groups; g++)
            store_turned(bar[g], out + 4 * g * stride + i, stride);
    }
#pragma GCC unroll 4
    for (int g = 0; g < groups; g++)
        _mm256_storeu_pd(e + 4 * g, average[g]);
}

CPU_AVX2_CODE void ema_run_avx2(double *e, const double *alpha, int lanes, const double *x,
                                long bars, double *out, long stride, struct ema_range *range)
{
    struct extremes all = {_mm256_set1_pd(range->low), _mm256_set1_pd(range->high)};
    int k = 0;
    for (; k + 16 <= lanes; k += 16)
        run_groups(4, e + k, alpha + k, x, bars, out + k * stride, stride, &all);
    for (; k < lanes; k += 4)
        run_groups(1, e + k, alpha + k, x, bars, out + k * stride, stride, &all);
    double low[4], high[4];
    _mm256_storeu_pd(low, all.low);
    _mm256_storeu_pd(high, all.high);
    for (int i = 0; i < 4; i++) {
        range->low = low[i] < range->low ? low[i] : range->low;
        range->high = high[i] > range->high ? high[i] : range->high;
    }
}

CPU_AVX2_INLINE __m128i scale_four(const double *e, __m256d low, __m256d steps, __m256d most)
{
    __m256d above_low = _mm256_sub_pd(_mm256_loadu_pd(e), low);
    return _mm256_cvttpd_epi32(_mm256_add_pd(_mm256_mul_pd(above_low, steps), most));
}

CPU_AVX2_CODE void ema_scale_avx2(const double *e, struct cross_scale scale, int16_t *out)
{
    __m256d low = _mm256_set1_pd(scale.low), steps = _mm256_set1_pd(-scale.steps);
    __m256d most = _mm256_set1_pd(32767);
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
        __m128i a = scale_four(e + 8 * i, low, steps, most);
        __m128i b = scale_four(e + 8 * i + 4, low, steps, most);
        _mm_store_si128((__m128i *)(void *)(out + place_of_eight[i]), _mm_packs_epi32(a, b));
    }
}

#else

/* Never chosen. */
void ema_run_avx2(double *e, const double *alpha, int lanes, const double *x, long bars,
                  double *out, long stride, struct ema_range *range)
{
    (void)e;
    (void)alpha;
    (void)lanes;
    (void)x;
    (void)bars;
    (void)out;
    (void)stride;
    (void)range;
}

void ema_scale_avx2(const double *e, struct cross_scale scale, int16_t *out)
{
    (void)e;
    (void)scale;
    (void)out;
}

#endif

/* Steps of the recurrences of columns.h, four lanes at once: what a lane is, a window or a part of the
 * series, is its user's affair. */
#ifndef CUPEL_NUMERICS_COLUMNS_LANES_AVX2_H
#define CUPEL_NUMERICS_COLUMNS_LANES_AVX2_H

#include "kernels/backtest/numerics/columns_avx2.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>
#include <stdbool.h>

enum { LANES = 4 };

/* Four bars, a vector each. */
struct four {
    __m256d bar[4];
};

/* Bars i .. i + 3 of the first `count` windows of out. */
CPU_AVX2_CODE static inline void write_four(struct four v, const struct column_ask *out, int count,
                                            long i)
{
    __m256d even01 = _mm256_unpacklo_pd(v.bar[0], v.bar[1]);
    __m256d even23 = _mm256_unpacklo_pd(v.bar[2], v.bar[3]);
    __m256d odd01 = _mm256_unpackhi_pd(v.bar[0], v.bar[1]);
    __m256d odd23 = _mm256_unpackhi_pd(v.bar[2], v.bar[3]);
    if (count > 0)
        _mm256_storeu_pd(out[0].real + i, _mm256_permute2f128_pd(even01, even23, 0x20));
    if (count > 1)
        _mm256_storeu_pd(out[1].real + i, _mm256_permute2f128_pd(odd01, odd23, 0x20));
    if (count > 2)
        _mm256_storeu_pd(out[2].real + i, _mm256_permute2f128_pd(even01, even23, 0x31));
    if (count > 3)
        _mm256_storeu_pd(out[3].real + i, _mm256_permute2f128_pd(odd01, odd23, 0x31));
}

/* Bars i .. i + 3 of four series, a lane each. */
CPU_AVX2_CODE static inline struct four read_four(const double *const *from, long i)
{
    __m256d a = _mm256_loadu_pd(from[0] + i), b = _mm256_loadu_pd(from[1] + i);
    __m256d c = _mm256_loadu_pd(from[2] + i), d = _mm256_loadu_pd(from[3] + i);
    __m256d even_ab = _mm256_unpacklo_pd(a, b), odd_ab = _mm256_unpackhi_pd(a, b);
    __m256d even_cd = _mm256_unpacklo_pd(c, d), odd_cd = _mm256_unpackhi_pd(c, d);
    return (struct four){
        {_mm256_permute2f128_pd(even_ab, even_cd, 0x20),
         _mm256_permute2f128_pd(odd_ab, odd_cd, 0x20),
         _mm256_permute2f128_pd(even_ab, even_cd, 0x31),
         _mm256_permute2f128_pd(odd_ab, odd_cd, 0x31)}
    };
}

/* ---- exponential ------------------------------------------------------------------------------ */

CPU_AVX2_CODE static inline __m256d ema_step(__m256d e, __m256d alpha, __m256d x)
{
    __m256d off = _mm256_sub_pd(x, e);
    return _mm256_add_pd(e, _mm256_mul_pd(alpha, off));
}

/* ---- Wilder's --------------------------------------------------------------------------------- */

/* 1 / window in two parts; slope = (window - 1) * low. */
struct divisor {
    __m256d window, less_one, high, low, slope;
};

struct smoothed {
    __m256d gain, loss;
};

CPU_AVX2_CODE static inline struct divisor divisor_of(const double *windows)
{
    struct divisor d;
    __m256d one = _mm256_set1_pd(1);
    d.window = _mm256_loadu_pd(windows);
    d.less_one = _mm256_sub_pd(d.window, one);
    d.high = _mm256_div_pd(one, d.window);
    d.low = _mm256_div_pd(_mm256_fnmadd_pd(d.window, d.high, one), d.window);
    d.slope = _mm256_mul_pd(d.less_one, d.low);
    return d;
}

/* (v * (window - 1) + x) / window. The low part needs few digits, so that it need not wait for the
 * rounded dividend. */
CPU_AVX2_CODE static inline __m256d smooth(__m256d v, const struct divisor *d, __m256d x)
{
    __m256d low = _mm256_fmadd_pd(v, d->slope, _mm256_mul_pd(x, d->low));
    __m256d dividend = _mm256_add_pd(_mm256_mul_pd(v, d->less_one), x);
    return _mm256_fmadd_pd(dividend, d->high, low);
}

CPU_AVX2_CODE static inline __m256d smooth_dividing(__m256d v, const struct divisor *d, __m256d x)
{
    __m256d dividend = _mm256_add_pd(_mm256_mul_pd(v, d->less_one), x);
    return _mm256_div_pd(dividend, d->window);
}

CPU_AVX2_CODE static inline struct smoothed step(struct smoothed s, const struct divisor *d,
                                                 __m256d g, __m256d l, bool divide)
{
    return divide ? (struct smoothed){smooth_dividing(s.gain, d, g), smooth_dividing(s.loss, d, l)}
                  : (struct smoothed){smooth(s.gain, d, g), smooth(s.loss, d, l)};
}

CPU_AVX2_CODE static inline __m256d index_of(struct smoothed s)
{
    __m256d both = _mm256_add_pd(s.gain, s.loss);
    __m256d index = _mm256_mul_pd(_mm256_set1_pd(100), _mm256_div_pd(s.gain, both));
    __m256d defined = _mm256_cmp_pd(both, _mm256_setzero_pd(), _CMP_GT_OQ);
    return _mm256_blendv_pd(_mm256_set1_pd((double)NAN), index, defined);
}

/* A step halves a value at most, so that BLOCK of them lead from 2^-800 to where the smallest part of
 * a product, some 2^-120 of it, is still a normal number. */
enum { BLOCK = 64 };

static inline bool is_tiny(const double *v, int n)
{
    bool tiny = false;
    for (int k = 0; k < n; k++)
        tiny |= v[k] > 0 && v[k] < 0x1p-800;
    return tiny;
}

#endif
#endif

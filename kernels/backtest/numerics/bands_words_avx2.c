#include "kernels/backtest/numerics/bands_words_cpu.h"
#include "kernels/numerics/cpu.h"

#if defined(__x86_64__)

#include <immintrin.h>

/* Packing to bytes takes eights from both operands in turn: bars 0-7 and 16-23 stand in the first
 * vector, 8-15 and 24-31 in the second, so that packed bytes come out in the order of time. */
static const int place_of_eight[8] = {0, 16, 8, 24, 32, 48, 40, 56};

struct scale_vectors {
    __m256d window, least, steps;
};

/* Four scaled numbers; unknown ones are -2^31, which NaN converts to. max takes the second operand
 * when one is NaN. */
CPU_AVX2_INLINE __m128i scale_four(struct bands_sums s, long i, long window,
                                   const struct scale_vectors *scale)
{
    __m256d sum = _mm256_sub_pd(_mm256_loadu_pd(s.sums + i - window), _mm256_loadu_pd(s.sums + i));
    __m256d squares =
        _mm256_sub_pd(_mm256_loadu_pd(s.squares + i - window), _mm256_loadu_pd(s.squares + i));
    __m256d v = _mm256_sub_pd(_mm256_mul_pd(scale->window, squares), _mm256_mul_pd(sum, sum));
    __m256d off = _mm256_sub_pd(_mm256_mul_pd(scale->window, _mm256_loadu_pd(s.y + i)), sum);
    __m256d size = _mm256_andnot_pd(_mm256_set1_pd(-0.0), off);
    __m256d z = _mm256_div_pd(_mm256_mul_pd(_mm256_mul_pd(off, size), scale->steps), v);
    z = _mm256_max_pd(_mm256_set1_pd(-32767), _mm256_min_pd(_mm256_set1_pd(32767), z));
    return _mm256_cvtpd_epi32(_mm256_or_pd(z, _mm256_cmp_pd(v, scale->least, _CMP_NGT_UQ)));
}

CPU_AVX2_INLINE __m256i load(const int16_t *p, int i)
{
    return _mm256_load_si256((const __m256i *)(const void *)p + i);
}

CPU_AVX2_INLINE uint64_t bits_of(const __m256i v[4])
{
    uint32_t low = (uint32_t)_mm256_movemask_epi8(_mm256_packs_epi16(v[0], v[1]));
    uint32_t high = (uint32_t)_mm256_movemask_epi8(_mm256_packs_epi16(v[2], v[3]));
    return (uint64_t)high << 32 | low;
}

CPU_AVX2_CODE uint64_t bands_scale_avx2(struct bands_sums s, long window, struct bands_scale scale,
                                        int16_t *out)
{
    const struct scale_vectors vectors = {_mm256_set1_pd(scale.window), _mm256_set1_pd(scale.least),
                                          _mm256_set1_pd(scale.steps)};
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
        __m128i a = scale_four(s, 8 * i, window, &vectors);
        __m128i b = scale_four(s, 8 * i + 4, window, &vectors);
        _mm_store_si128((__m128i *)(void *)(out + place_of_eight[i]), _mm_packs_epi32(a, b));
    }
    __m256i unknown[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        unknown[i] = _mm256_cmpeq_epi16(load(out, i), _mm256_set1_epi16(-32768));
    return bits_of(unknown);
}

CPU_AVX2_CODE struct bands_sides bands_compare_avx2(const int16_t *scaled, int16_t width)
{
    const __m256i upper = _mm256_set1_epi16((int16_t)(width + 1)), at = _mm256_set1_epi16(width);
    const __m256i lower = _mm256_set1_epi16((int16_t)(-width - 1)), two = _mm256_set1_epi16(2);
    __m256i below[4], above[4], near[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        __m256i z = load(scaled, i);
        below[i] = _mm256_cmpgt_epi16(lower, z);
        above[i] = _mm256_cmpgt_epi16(z, upper);
        __m256i off = _mm256_abs_epi16(_mm256_sub_epi16(_mm256_abs_epi16(z), at));
        near[i] = _mm256_cmpgt_epi16(two, off);
    }
    __m256i any =
        _mm256_or_si256(_mm256_or_si256(near[0], near[1]), _mm256_or_si256(near[2], near[3]));
    return (struct bands_sides){bits_of(below), bits_of(above),
                                _mm256_testz_si256(any, any) ? 0 : bits_of(near)};
}

#else

/* Never chosen. */
uint64_t bands_scale_avx2(struct bands_sums s, long window, struct bands_scale scale, int16_t *out)
{
    (void)s;
    (void)window;
    (void)scale;
    (void)out;
    return 0;
}

struct bands_sides bands_compare_avx2(const int16_t *scaled, int16_t width)
{
    (void)scaled;
    (void)width;
    return (struct bands_sides){0, 0, 0};
}

#endif

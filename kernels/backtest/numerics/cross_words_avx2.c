#include "kernels/backtest/numerics/cpu.h"
#include "kernels/backtest/numerics/cross_words_cpu.h"

#if defined(__x86_64__)

#include <immintrin.h>

/* Packing to bytes takes eights from both operands in turn: bars 0-7 and 16-23 stand in the first
 * vector, 8-15 and 24-31 in the second, so that packed bytes come out in the order of time. */
static const int place_of_eight[8] = {0, 16, 8, 24, 32, 48, 40, 56};

CPU_AVX2_CODE static __m128i scale_four(const double *sums, long window, __m256d divisor,
                                        __m256d low, __m256d steps, __m256d least)
{
    __m256d sum = _mm256_sub_pd(_mm256_loadu_pd(sums), _mm256_loadu_pd(sums - window));
    __m256d above_low = _mm256_sub_pd(_mm256_div_pd(sum, divisor), low);
    return _mm256_cvttpd_epi32(_mm256_add_pd(_mm256_mul_pd(above_low, steps), least));
}

/* Below -2^31, which only bars without a whole window reach, the conversion gives -2^31. */
CPU_AVX2_CODE void cross_scale_avx2(const double *sums, long window, struct cross_scale scale,
                                    int16_t *out)
{
    __m256d divisor = _mm256_set1_pd((double)window), low = _mm256_set1_pd(scale.low);
    __m256d steps = _mm256_set1_pd(scale.steps), least = _mm256_set1_pd(-32768);
    for (int i = 0; i < 8; i++) {
        const double *at = sums + 8 * i;
        __m128i a = scale_four(at, window, divisor, low, steps, least);
        __m128i b = scale_four(at + 4, window, divisor, low, steps, least);
        _mm_store_si128((__m128i *)(void *)(out + place_of_eight[i]), _mm_packs_epi32(a, b));
    }
}

CPU_AVX2_CODE static __m256i load(const int16_t *p, int i)
{
    return _mm256_load_si256((const __m256i *)(const void *)p + i);
}

CPU_AVX2_CODE static uint64_t bits_of(__m256i a, __m256i b, __m256i c, __m256i d)
{
    uint32_t low = (uint32_t)_mm256_movemask_epi8(_mm256_packs_epi16(a, b));
    uint32_t high = (uint32_t)_mm256_movemask_epi8(_mm256_packs_epi16(c, d));
    return (uint64_t)high << 32 | low;
}

CPU_AVX2_CODE int cross_compare_avx2(const int16_t *scaled, const struct cross_columns *pairs,
                                     int count, uint64_t *out, long stride,
                                     struct cross_equal *equals)
{
    int n = 0;
    for (int k = 0; k < count; k++) {
        const int16_t *fast = scaled + 64L * pairs[k].fast, *slow = scaled + 64L * pairs[k].slow;
        __m256i above[4], same[4];
        for (int i = 0; i < 4; i++) {
            __m256i f = load(fast, i), s = load(slow, i);
            above[i] = _mm256_cmpgt_epi16(f, s);
            same[i] = _mm256_cmpeq_epi16(f, s);
        }
        __m256i any =
            _mm256_or_si256(_mm256_or_si256(same[0], same[1]), _mm256_or_si256(same[2], same[3]));
        out[k * stride] = bits_of(above[0], above[1], above[2], above[3]);
        if (__builtin_expect(!_mm256_testz_si256(any, any), 0))
            equals[n++] = (struct cross_equal){k, bits_of(same[0], same[1], same[2], same[3])};
    }
    return n;
}

#else

/* Never chosen. */
void cross_scale_avx2(const double *sums, long window, struct cross_scale scale, int16_t *out)
{
    (void)sums;
    (void)window;
    (void)scale;
    (void)out;
}

int cross_compare_avx2(const int16_t *scaled, const struct cross_columns *pairs, int count,
                       uint64_t *out, long stride, struct cross_equal *equals)
{
    (void)scaled;
    (void)pairs;
    (void)count;
    (void)out;
    (void)stride;
    (void)equals;
    return 0;
}

#endif

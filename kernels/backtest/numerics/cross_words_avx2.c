#include "kernels/numerics/cpu.h"
#include "kernels/backtest/numerics/cross_words_cpu.h"

#if defined(__x86_64__)

#include <immintrin.h>

/* Packing to bytes takes eights from both operands in turn: bars 0-7 and 16-23 stand in the first
 * vector, 8-15 and 24-31 in the second, so that packed bytes come out in the order of time. */
static const int place_of_eight[8] = {0, 16, 8, 24, 32, 48, 40, 56};

CPU_AVX2_CODE static __m128i scale_four(const double *sums, long window, __m256d divisor,
                                        __m256d low, __m256d steps, __m256d most)
{
    __m256d sum = _mm256_sub_pd(_mm256_loadu_pd(sums), _mm256_loadu_pd(sums - window));
    __m256d above_low = _mm256_sub_pd(_mm256_div_pd(sum, divisor), low);
    return _mm256_cvttpd_epi32(_mm256_add_pd(_mm256_mul_pd(above_low, steps), most));
}

/* Upside down: 32767 less the steps above the least. What passes 2^31, which only bars without a whole
 * window do, becomes -2^31. */
CPU_AVX2_CODE void cross_scale_avx2(const double *sums, long window, struct cross_scale scale,
                                    int16_t *out)
{
    __m256d divisor = _mm256_set1_pd((double)window), low = _mm256_set1_pd(scale.low);
    __m256d steps = _mm256_set1_pd(-scale.steps), most = _mm256_set1_pd(32767);
    for (int i = 0; i < 8; i++) {
        const double *at = sums + 8 * i;
        __m128i a = scale_four(at, window, divisor, low, steps, most);
        __m128i b = scale_four(at + 4, window, divisor, low, steps, most);
        _mm_store_si128((__m128i *)(void *)(out + place_of_eight[i]), _mm_packs_epi32(a, b));
    }
}

CPU_AVX2_CODE static inline __m256i load(const int16_t *p, int i)
{
    return _mm256_load_si256((const __m256i *)(const void *)p + i);
}

CPU_AVX2_CODE static inline uint64_t sign_bits(__m256i low, __m256i high)
{
    return (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32 |
           (uint32_t)_mm256_movemask_epi8(low);
}

CPU_AVX2_CODE static uint64_t zero_bits(__m256i low, __m256i high)
{
    __m256i zero = _mm256_setzero_si256();
    return sign_bits(_mm256_cmpeq_epi8(low, zero), _mm256_cmpeq_epi8(high, zero));
}

/* Differences saturate, first to 16 bits and then to 8, which keeps their sign and whether they are 0.
 * The columns are kept upside down: fast less slow is negative where fast is above. One column stays
 * in registers while the pairs have it in common. */
CPU_AVX2_CODE int cross_compare_avx2(const int16_t *scaled, const struct cross_columns *pairs,
                                     int count, uint64_t *out, long stride,
                                     struct cross_equal *equals)
{
    int n = 0;
    for (int k = 0; k < count;) {
        const int16_t *fast = scaled + 64L * pairs[k].fast;
        __m256i f0 = load(fast, 0), f1 = load(fast, 1), f2 = load(fast, 2), f3 = load(fast, 3);
        int same = pairs[k].fast;
        for (; k < count && pairs[k].fast == same; k++) {
            const int16_t *slow = scaled + 64L * pairs[k].slow;
            __m256i low = _mm256_packs_epi16(_mm256_subs_epi16(f0, load(slow, 0)),
                                             _mm256_subs_epi16(f1, load(slow, 1)));
            __m256i high = _mm256_packs_epi16(_mm256_subs_epi16(f2, load(slow, 2)),
                                              _mm256_subs_epi16(f3, load(slow, 3)));
            __m256i zero = _mm256_cmpeq_epi8(_mm256_min_epu8(low, high), _mm256_setzero_si256());
            out[k * stride] = sign_bits(low, high);
            if (__builtin_expect(!_mm256_testz_si256(zero, zero), 0))
                equals[n++] = (struct cross_equal){k, zero_bits(low, high)};
        }
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

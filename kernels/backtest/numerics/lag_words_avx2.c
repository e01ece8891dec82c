#include "kernels/numerics/cpu.h"
#include "kernels/backtest/numerics/lag_words.h"

#if defined(__x86_64__)

#include <immintrin.h>

CPU_AVX2_INLINE __m256i load(const uint64_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

/* The upper halves of eight differences, which hold their signs: those of bars 0 1 4 5 in the lower
 * lane, of bars 2 3 6 7 in the upper one. */
CPU_AVX2_INLINE __m256i halves(__m256i a, __m256i b)
{
    return _mm256_castps_si256(
        _mm256_shuffle_ps(_mm256_castsi256_ps(a), _mm256_castsi256_ps(b), 0xdd));
}

/* Signs of 32 differences: of the bars 0 1, 4 5, 8 9 ... in the lower 16 bits, of 2 3, 6 7 ... above. */
CPU_AVX2_INLINE uint32_t signs(const __m256i now[8], const uint64_t *before)
{
    __m256i h[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        h[i] = halves(_mm256_sub_epi64(now[2 * i], load(before + 8 * i)),
                      _mm256_sub_epi64(now[2 * i + 1], load(before + 8 * i + 4)));
    return (uint32_t)_mm256_movemask_epi8(
        _mm256_packs_epi16(_mm256_packs_epi32(h[0], h[1]), _mm256_packs_epi32(h[2], h[3])));
}

CPU_AVX2_INLINE uint64_t half_word(uint32_t s)
{
    return _pdep_u32(s, 0x33333333) | _pdep_u32(s >> 16, 0xcccccccc);
}

CPU_AVX2_CODE void lag_words_avx2(const uint64_t *at, const struct lag *lags, int count,
                                  uint64_t *out)
{
    for (int half = 0; half < 2; half++, at += 32) {
        __m256i now[8];
#pragma GCC unroll 8
        for (int i = 0; i < 8; i++)
            now[i] = load(at + 4 * i);
        for (int k = 0; k < count; k++) {
            uint64_t bits = half_word(signs(now, at - lags[k].bars));
            uint64_t *to = &out[lags[k].to];
            *to = half ? *to | bits << 32 : bits;
        }
    }
}

#else

/* Never chosen. */
void lag_words_avx2(const uint64_t *at, const struct lag *lags, int count, uint64_t *out)
{
    (void)at;
    (void)lags;
    (void)count;
    (void)out;
}

#endif

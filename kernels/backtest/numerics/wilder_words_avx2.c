#include "kernels/numerics/cpu.h"
#include "kernels/backtest/numerics/wilder_words_cpu.h"

#if defined(__x86_64__)

#include <immintrin.h>

struct state {
    __m256d gain, loss, window, less; /* less: window - 1 */
};

CPU_AVX2_INLINE __m256d index_of(const struct state *s)
{
    return _mm256_mul_pd(_mm256_set1_pd(100),
                         _mm256_div_pd(s->gain, _mm256_add_pd(s->gain, s->loss)));
}

CPU_AVX2_INLINE __m256d smooth(const struct state *s, __m256d average, double change)
{
    __m256d sum = _mm256_add_pd(_mm256_mul_pd(average, s->less), _mm256_set1_pd(change));
    return _mm256_div_pd(sum, s->window);
}

CPU_AVX2_INLINE void step(struct state *s, const double *gain, const double *loss)
{
    s->gain = smooth(s, s->gain, *gain);
    s->loss = smooth(s, s->loss, *loss);
}

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

/* `vectors` of lanes side by side, a constant at each call: while one waits for its chain, the other
 * goes on. */
CPU_AVX2_INLINE void run(int vectors, struct wilder_lanes *lanes, const double *gains,
                         const double *losses, long bars, double *index, long stride)
{
    struct state s[2];
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) {
        s[v].gain = _mm256_loadu_pd(lanes->gain + 4 * v);
        s[v].loss = _mm256_loadu_pd(lanes->loss + 4 * v);
        s[v].window = _mm256_loadu_pd(lanes->window + 4 * v);
        s[v].less = _mm256_sub_pd(s[v].window, _mm256_set1_pd(1));
    }
    long i = 0;
    for (; i + 4 <= bars; i += 4) {
        __m256d bar[2][4];
#pragma GCC unroll 4
        for (int k = 0; k < 4; k++)
#pragma GCC unroll 2
            for (int v = 0; v < vectors; v++) {
                bar[v][k] = index_of(&s[v]);
                step(&s[v], gains + i + k + 1, losses + i + k + 1);
            }
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++)
            store_turned(bar[v], index + 4 * v * stride + i, stride);
    }
    for (; i < bars; i++)
        for (int v = 0; v < vectors; v++) {
            double bar[4];
            _mm256_storeu_pd(bar, index_of(&s[v]));
            for (int k = 0; k < 4; k++)
                index[(4 * v + k) * stride + i] = bar[k];
            step(&s[v], gains + i + 1, losses + i + 1);
        }
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) {
        _mm256_storeu_pd(lanes->gain + 4 * v, s[v].gain);
        _mm256_storeu_pd(lanes->loss + 4 * v, s[v].loss);
    }
}

CPU_AVX2_CODE void wilder_run_avx2(struct wilder_lanes *lanes, const double *gains,
                                   const double *losses, long bars, double *index, long stride)
{
    if (lanes->used > 4)
        run(2, lanes, gains, losses, bars, index, stride);
    else
        run(1, lanes, gains, losses, bars, index, stride);
}

CPU_AVX2_CODE uint64_t wilder_compare_avx2(const double *index, double level, bool above)
{
    __m256d at = _mm256_set1_pd(level);
    uint64_t bits = 0;
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) {
        __m256d x = _mm256_loadu_pd(index + 4 * i);
        __m256d yes = above ? _mm256_cmp_pd(x, at, _CMP_GT_OQ) : _mm256_cmp_pd(x, at, _CMP_LT_OQ);
        bits |= (uint64_t)(unsigned)_mm256_movemask_pd(yes) << 4 * i;
    }
    return bits;
}

#else

/* Never chosen. */
void wilder_run_avx2(struct wilder_lanes *lanes, const double *gains, const double *losses,
                     long bars, double *index, long stride)
{
    (void)lanes;
    (void)gains;
    (void)losses;
    (void)bars;
    (void)index;
    (void)stride;
}

uint64_t wilder_compare_avx2(const double *index, double level, bool above)
{
    (void)index;
    (void)level;
    (void)above;
    return 0;
}

#endif

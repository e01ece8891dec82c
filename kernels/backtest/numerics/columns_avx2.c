/* Four bars at a time: what does not depend on the bar before. */
#include "kernels/backtest/numerics/columns_avx2.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <math.h>

CPU_AVX2_CODE static __m256i load(const void *p)
{
    return _mm256_loadu_si256(p);
}

CPU_AVX2_CODE static void store(void *p, __m256i v)
{
    _mm256_storeu_si256(p, v);
}

/* ---- whole numbers as doubles ----------------------------------------------------------------- */

/* 0 <= v < 2^52: the bits of 2^52 + v, less 2^52. */
CPU_AVX2_CODE static __m256d real_of_small(__m256i v)
{
    __m256d two52 = _mm256_set1_pd(0x1p52);
    __m256i bits = _mm256_or_si256(v, _mm256_castpd_si256(two52));
    return _mm256_sub_pd(_mm256_castsi256_pd(bits), two52);
}

/* 0 <= v < 2^64, rounded once: both halves are exact, the last addition rounds. */
CPU_AVX2_CODE static __m256d real_of_unsigned(__m256i v)
{
    __m256d two52 = _mm256_set1_pd(0x1p52), two84 = _mm256_set1_pd(0x1p84);
    __m256i high = _mm256_or_si256(_mm256_srli_epi64(v, 32), _mm256_castpd_si256(two84));
    __m256i low = _mm256_blend_epi32(v, _mm256_castpd_si256(two52), 0xaa);
    __m256d above = _mm256_sub_pd(_mm256_castsi256_pd(high), _mm256_set1_pd(0x1p84 + 0x1p52));
    return _mm256_add_pd(above, _mm256_castsi256_pd(low));
}

static const int64_t small_most = ((int64_t)1 << 52) - 1;

CPU_AVX2_CODE static void reals_avx2(const struct columns *c)
{
    long i = 0;
    if (c->largest <= small_most)
        for (; i + 4 <= c->n; i += 4)
            _mm256_storeu_pd(c->real + i, real_of_small(load(c->x + i)));
    for (; i < c->n; i++)
        c->real[i] = (double)c->x[i];
}

CPU_AVX2_CODE static void changes_avx2(const struct columns *c)
{
    long i = 1;
    c->gain[0] = c->loss[0] = 0;
    if (c->largest <= small_most)
        for (; i + 4 <= c->n; i += 4) {
            __m256i change = _mm256_sub_epi64(load(c->x + i), load(c->x + i - 1));
            __m256i up = _mm256_cmpgt_epi64(change, _mm256_setzero_si256());
            __m256i gain = _mm256_and_si256(change, up);
            _mm256_storeu_pd(c->gain + i, real_of_small(gain));
            _mm256_storeu_pd(c->loss + i, real_of_small(_mm256_sub_epi64(gain, change)));
        }
    for (; i < c->n; i++) {
        int64_t change = c->x[i] - c->x[i - 1], gain = change > 0 ? change : 0;
        c->gain[i] = (double)gain;
        c->loss[i] = (double)(gain - change);
    }
}

/* ---- sums of windows -------------------------------------------------------------------------- */

CPU_AVX2_CODE static void sma_avx2(const struct columns *c, const struct column_ask *ask)
{
    const uint64_t *sums = c->sums + 1, *before = sums - ask->window;
    int64_t *out = ask->whole[0];
    long i = ask->window - 1;
    for (; i + 4 <= c->n; i += 4)
        store(out + i, _mm256_sub_epi64(load(sums + i), load(before + i)));
    for (; i < c->n; i++)
        out[i] = (int64_t)(sums[i] - before[i]);
}

CPU_AVX2_CODE static void gains_losses_avx2(const struct columns *c, const struct column_ask *ask)
{
    const uint64_t *sums = c->gains + 1, *before = sums - ask->window;
    const int64_t *x = c->x, *x_before = x - ask->window;
    int64_t *gains = ask->whole[0], *losses = ask->whole[1];
    long i = ask->window;
    for (; i + 4 <= c->n; i += 4) {
        __m256i gain = _mm256_sub_epi64(load(sums + i), load(before + i));
        __m256i change = _mm256_sub_epi64(load(x + i), load(x_before + i));
        store(gains + i, gain);
        store(losses + i, _mm256_sub_epi64(gain, change));
    }
    for (; i < c->n; i++) {
        gains[i] = (int64_t)(sums[i] - before[i]);
        losses[i] = gains[i] - (x[i] - x_before[i]);
    }
}

/* ---- bands ------------------------------------------------------------------------------------ */

/* v^2 modulo 2^64: low^2 + 2 * low * high * 2^32. */
CPU_AVX2_CODE static __m256i square(__m256i v)
{
    __m256i cross = _mm256_mul_epu32(v, _mm256_srli_epi64(v, 32));
    return _mm256_add_epi64(_mm256_mul_epu32(v, v), _mm256_slli_epi64(cross, 33));
}

/* v * small modulo 2^64, small < 2^32. */
CPU_AVX2_CODE static __m256i times(__m256i v, __m256i small)
{
    __m256i high = _mm256_mul_epu32(_mm256_srli_epi64(v, 32), small);
    return _mm256_add_epi64(_mm256_mul_epu32(v, small), _mm256_slli_epi64(high, 32));
}

CPU_AVX2_CODE static void roots_avx2(const struct columns *c, const struct column_ask *ask,
                                     long from, long to)
{
    const uint64_t *squares = c->squares + 1, *before = squares - ask->window;
    const int64_t *sums = ask->whole[0];
    __m256i window = _mm256_set1_epi64x(ask->window);
    long i = from;
    for (; i + 4 <= to; i += 4) {
        __m256i all = _mm256_sub_epi64(load(squares + i), load(before + i));
        __m256i difference = _mm256_sub_epi64(times(all, window), square(load(sums + i)));
        _mm256_storeu_pd(ask->real + i, _mm256_sqrt_pd(real_of_unsigned(difference)));
    }
    for (; i < to; i++) {
        uint64_t sum = (uint64_t)sums[i], all = squares[i] - before[i];
        ask->real[i] = sqrt((double)(int64_t)((uint64_t)ask->window * all - sum * sum));
    }
}

const struct columns_code columns_avx2 = {
    reals_avx2,       changes_avx2,        sma_avx2, gains_losses_avx2, roots_avx2,
    columns_ema_avx2, columns_wilder_avx2,
};

#else

/* Never chosen. */
const struct columns_code columns_avx2;

#endif

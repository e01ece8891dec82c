#include "kernels/numerics/cpu.h"
#include "kernels/backtest/numerics/price_tables_cpu.h"

#if defined(__x86_64__)

#include <immintrin.h>

/* Exact for 0 <= x < 2^52: into the low bits of 2^52, which is then taken away. Beyond, one by one. */
CPU_AVX2_CODE static inline __m256d ticks(const int64_t *x)
{
    const __m256d offset = _mm256_set1_pd(4503599627370496.0);
    __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)x);
    if (__builtin_expect(!_mm256_testz_si256(v, _mm256_set1_epi64x((long long)0xfff0000000000000)),
                         0))
        return _mm256_setr_pd((double)x[0], (double)x[1], (double)x[2], (double)x[3]);
    return _mm256_sub_pd(_mm256_castsi256_pd(_mm256_or_si256(v, _mm256_castpd_si256(offset))),
                         offset);
}

/* Columns c, 1 / c, 1, 1 of four bars to rows. */
CPU_AVX2_CODE static inline void store_rows(__m256d c, __m256d inverse, struct price_low *out)
{
    __m256d one = _mm256_set1_pd(1);
    __m256d even = _mm256_unpacklo_pd(c, inverse), odd = _mm256_unpackhi_pd(c, inverse);
    _mm256_storeu_pd(&out[0].close, _mm256_permute2f128_pd(even, one, 0x20));
    _mm256_storeu_pd(&out[1].close, _mm256_permute2f128_pd(odd, one, 0x20));
    _mm256_storeu_pd(&out[2].close, _mm256_permute2f128_pd(even, one, 0x21));
    _mm256_storeu_pd(&out[3].close, _mm256_permute2f128_pd(odd, one, 0x21));
}

CPU_AVX2_CODE void price_columns_avx2(const struct account_rules *rules, const int64_t *fill,
                                      const int64_t *close, long n, const struct price_columns *out)
{
    const double paid = 1 + rules->fee, kept = 1 - rules->fee;
    const __m256d unit = _mm256_set1_pd(rules->ticks_per_unit), one = _mm256_set1_pd(1);
    long t = 0;
    for (; t + 4 <= n; t += 4) {
        __m256d c = _mm256_div_pd(ticks(close + t), unit);
        __m256d at = fill == close ? c : _mm256_div_pd(ticks(fill + t), unit);
        store_rows(c, _mm256_div_pd(one, c), out->close + t);
        _mm256_storeu_pd(out->into + t,
                         _mm256_div_pd(one, _mm256_mul_pd(at, _mm256_set1_pd(paid))));
        _mm256_storeu_pd(out->out_of + t, _mm256_mul_pd(at, _mm256_set1_pd(kept)));
    }
    for (; t < n; t++) {
        double c = (double)close[t] / rules->ticks_per_unit;
        double at = (double)fill[t] / rules->ticks_per_unit;
        out->close[t] = (struct price_low){c, 1 / c, 1, 1};
        out->into[t] = 1 / (at * paid);
        out->out_of[t] = at * kept;
    }
}

/* All lows of both at once; then the fall across, the later close times the earlier inverse. */
CPU_AVX2_CODE void price_level_avx2(const struct price_low *below, long n, long half,
                                    struct price_low *level)
{
    for (long t = 0; t + 2 * half <= n; t++) {
        __m256d a = _mm256_loadu_pd(&below[t].close), b = _mm256_loadu_pd(&below[t + half].close);
        __m256d across = _mm256_mul_pd(_mm256_broadcast_sd(&below[t].inverse),
                                       _mm256_broadcast_sd(&below[t + half].close));
        __m256d low = _mm256_min_pd(a, b);
        __m256d fall = _mm256_min_pd(low, across);
        _mm256_storeu_pd(&level[t].close, _mm256_blend_pd(low, fall, 4));
    }
}

#else

/* Never chosen. */
void price_columns_avx2(const struct account_rules *rules, const int64_t *fill,
                        const int64_t *close, long n, const struct price_columns *out)
{
    (void)rules;
    (void)fill;
    (void)close;
    (void)n;
    (void)out;
}

void price_level_avx2(const struct price_low *below, long n, long half, struct price_low *level)
{
    (void)below;
    (void)n;
    (void)half;
    (void)level;
}

#endif

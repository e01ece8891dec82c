#include "kernels/numerics/cpu.h"
#include "kernels/backtest/numerics/events_cpu.h"

#if defined(__x86_64__)

#include "kernels/backtest/numerics/price_tables.h"

#include <immintrin.h>

/* All at once. */
CPU_AVX2_CODE static inline __attribute__((always_inline)) struct price_low
joined(const struct price_low *a, const struct price_low *b)
{
    __m256d low = _mm256_min_pd(_mm256_loadu_pd(&a->close), _mm256_loadu_pd(&b->close));
    __m128d closes = _mm256_castpd256_pd128(low);
    return (struct price_low){
        .close = _mm_cvtsd_f64(closes),
        .inverse = _mm_cvtsd_f64(_mm_unpackhi_pd(closes, closes)),
        .fall = _mm_cvtsd_f64(_mm256_extractf128_pd(low, 1)),
    };
}

#define EVENTS_CODE         CPU_AVX2_CODE
#define EVENTS_LOWEST(word) _tzcnt_u64(word) /* no bits: 64 */
#define EVENTS_JOINED(a, b) joined(a, b)
#include "kernels/backtest/numerics/events_body.h"

CPU_AVX2_CODE void events_account_avx2(const struct price_tables *p, struct events *e,
                                       const uint64_t *position, long word, int words)
{
    events_account_body(p, e, position, word, words);
}

#else

/* Never chosen. */
void events_account_avx2(const struct price_tables *p, struct events *e, const uint64_t *position,
                         long word, int words)
{
    (void)p;
    (void)e;
    (void)position;
    (void)word;
    (void)words;
}

#endif

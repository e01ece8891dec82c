#include "tests/backtest/roofline.h"

#include "kernels/numerics/cpu.h"

#if defined(__x86_64__)

#include <immintrin.h>

/* Begins anew with registers that the compiler knows nothing about, and keeps what is made of them. */
#define DO(made, operation)                                                                        \
    do {                                                                                           \
        __asm__ volatile("" : "+x"(a), "+x"(b), "+x"(word));                                       \
        made = operation;                                                                          \
        __asm__ volatile("" : : "x"(made));                                                        \
    } while (0)

CPU_AVX2_CODE double roofline_dense(long bars)
{
    __m256d a = _mm256_set1_pd(1.25), b = _mm256_set1_pd(0.75), mask = _mm256_set1_pd(-0.0), x;
    __m256i word = _mm256_set1_epi64x(12345), shifted;
    for (long i = 0; i < bars; i++) {
        DO(shifted, _mm256_slli_epi64(word, 7));
        DO(x, _mm256_blendv_pd(a, b, mask));
        DO(x, _mm256_sub_pd(a, b));
        DO(x, _mm256_mul_pd(a, b));
        DO(x, _mm256_min_pd(a, b));
        DO(x, _mm256_blendv_pd(a, b, mask));
        DO(x, _mm256_add_pd(a, b));
        DO(x, _mm256_mul_pd(a, b));
        DO(x, _mm256_min_pd(a, b));
        DO(x, _mm256_blendv_pd(a, b, mask));
        DO(x, _mm256_add_pd(a, b));
        DO(x, _mm256_mul_pd(a, b));
    }
    return _mm256_cvtsd_f64(a);
}
#else

double roofline_dense(long bars)
{
    return (double)bars;
}

#endif

/* num_plain.h four at a time. To be included before the bodies, in an *_avx2.c file on x86-64. */
#ifndef CUPEL_STRADDLE_NUM_AVX2_H
#define CUPEL_STRADDLE_NUM_AVX2_H

#if defined(__x86_64__)

#include "kernels/numerics/cpu.h"
#include "kernels/straddle/numerics/num_bits.h"

#include <float.h>
#include <immintrin.h>
#include <math.h>

#define NUM      __m256d
#define NUM_MASK __m256d
#define NUM_CODE CPU_AVX2_INLINE

NUM_CODE NUM num_of(double x)
{
    return _mm256_set1_pd(x);
}

NUM_CODE NUM num_sqrt(NUM x)
{
    return _mm256_sqrt_pd(x);
}

NUM_CODE NUM num_size(NUM x)
{
    return _mm256_andnot_pd(_mm256_set1_pd(-0.0), x);
}

NUM_CODE NUM_MASK num_less(NUM a, NUM b)
{
    return _mm256_cmp_pd(a, b, _CMP_LT_OQ);
}

NUM_CODE NUM_MASK num_at_most(NUM a, NUM b)
{
    return _mm256_cmp_pd(a, b, _CMP_LE_OQ);
}

NUM_CODE NUM_MASK num_both(NUM_MASK a, NUM_MASK b)
{
    return _mm256_and_pd(a, b);
}

NUM_CODE NUM num_pick(NUM_MASK mask, NUM if_so, NUM if_not)
{
    return _mm256_blendv_pd(if_not, if_so, mask);
}

NUM_CODE NUM num_head(NUM x)
{
    return _mm256_and_pd(x, _mm256_castsi256_pd(_mm256_set1_epi64x(-((long long)1 << 27))));
}

/* The exponent becomes a double in the low bits of 2^52, which is then taken away. */
NUM_CODE NUM num_split(NUM x, NUM *k)
{
    const __m256i root_half = _mm256_set1_epi64x(NUM_ROOT_HALF_BITS);
    const __m256i one = _mm256_set1_epi64x(NUM_ONE_BITS);
    __m256i bits = _mm256_add_epi64(_mm256_castpd_si256(x), _mm256_sub_epi64(one, root_half));
    __m256d exponent =
        _mm256_or_pd(_mm256_castsi256_pd(_mm256_srli_epi64(bits, 52)), num_of(0x1p52));
    *k = _mm256_sub_pd(exponent, num_of(0x1p52 + 1023));
    __m256i fraction = _mm256_and_si256(bits, _mm256_set1_epi64x(NUM_FRACTION_BITS));
    return _mm256_castsi256_pd(_mm256_add_epi64(fraction, root_half));
}

NUM_CODE NUM num_power(NUM sum)
{
    __m256i k = _mm256_add_epi64(_mm256_castpd_si256(sum), _mm256_set1_epi64x(1023));
    return _mm256_castsi256_pd(_mm256_slli_epi64(k, 52));
}

#endif
#endif

/* The numbers that elementary_body.h, normal_body.h and es_body.h are written in, one at a time.
 * num_avx2.h has the same, four at a time: each operation is exact or correctly rounded, so that the
 * same text gives the same bits. */
#ifndef CUPEL_STRADDLE_NUM_PLAIN_H
#define CUPEL_STRADDLE_NUM_PLAIN_H

#include "kernels/straddle/numerics/num_bits.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Doubles are computed as doubles. */
_Static_assert(FLT_EVAL_METHOD == 0, "doubles are rounded after every operation");

#define NUM      double
#define NUM_MASK bool
#define NUM_CODE static inline __attribute__((always_inline))

NUM_CODE NUM num_of(double x)
{
    return x;
}

NUM_CODE NUM num_sqrt(NUM x)
{
    return sqrt(x);
}

NUM_CODE NUM num_size(NUM x)
{
    return fabs(x);
}

NUM_CODE NUM_MASK num_less(NUM a, NUM b)
{
    return a < b;
}

NUM_CODE NUM_MASK num_at_most(NUM a, NUM b)
{
    return a <= b;
}

NUM_CODE NUM_MASK num_both(NUM_MASK a, NUM_MASK b)
{
    return a & b;
}

NUM_CODE NUM num_pick(NUM_MASK mask, NUM if_so, NUM if_not)
{
    return mask ? if_so : if_not;
}

NUM_CODE uint64_t num_bits(NUM x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

NUM_CODE NUM num_from_bits(uint64_t bits)
{
    NUM x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* x without the lower half of its digits: 26 stay, so that its square is exact. */
NUM_CODE NUM num_head(NUM x)
{
    return num_from_bits(num_bits(x) & ~(((uint64_t)1 << 27) - 1));
}

/* x = m * 2^k, sqrt(1/2) <= m < sqrt(2), of a positive normal x. Returns m. */
NUM_CODE NUM num_split(NUM x, NUM *k)
{
    uint64_t bits = num_bits(x) + (NUM_ONE_BITS - NUM_ROOT_HALF_BITS);
    *k = (double)(int)(bits >> 52) - 1023;
    return num_from_bits((bits & NUM_FRACTION_BITS) + NUM_ROOT_HALF_BITS);
}

/* 2^k, -1022 <= k <= 1023; sum: k + NUM_ROUNDER. */
NUM_CODE NUM num_power(NUM sum)
{
    return num_from_bits((num_bits(sum) + 1023) << 52);
}

#endif

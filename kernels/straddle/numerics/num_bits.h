/* Bits of doubles that num_plain.h and num_avx2.h share. */
#ifndef CUPEL_STRADDLE_NUM_BITS_H
#define CUPEL_STRADDLE_NUM_BITS_H

#include <stdint.h>

#define NUM_ONE_BITS       INT64_C(0x3ff0000000000000) /* of 1.0 */
#define NUM_ROOT_HALF_BITS INT64_C(0x3fe6a09e667f3bcd) /* of sqrt(1/2) */
#define NUM_FRACTION_BITS  INT64_C(0x000fffffffffffff)

/* What rounds a number below 2^51 to the nearest whole one when it is added; the whole number is then in
 * the low bits of the sum. */
#define NUM_ROUNDER 0x1.8p52

#endif

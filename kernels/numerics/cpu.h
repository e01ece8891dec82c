/* Which instruction sets fast paths may use. Each path has a plain twin that gives the same bits; a
 * table of functions, chosen once a run by these bits, picks among them.
 */
#ifndef CUPEL_NUMERICS_CPU_H
#define CUPEL_NUMERICS_CPU_H

#include "harness/base/err.h"

#include <stdbool.h>

enum cpu_set {
    CPU_AVX2 = 1 << 0, /* with BMI1, BMI2, FMA, LZCNT and POPCNT, as every CPU of its age has */
};

/* What a function of an *_avx2.c file is compiled for. */
#define CPU_AVX2_CODE __attribute__((target("avx2,bmi,bmi2,fma,lzcnt,popcnt")))

/* A part of such a function: without being told, gcc -O2 calls it, through memory. */
#define CPU_AVX2_INLINE static inline __attribute__((always_inline)) CPU_AVX2_CODE

/* The bits of what this machine has and `disabled` leaves: names of sets (avx2), joined by commas, or
 * "". Error: an unknown name. */
bool cpu_sets(const char *disabled, unsigned *out, struct err *e) MUST_CHECK;

#endif

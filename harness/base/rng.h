/* A seeded generator: same numbers on every machine and compiler.
 * xoshiro256++ (Blackman & Vigna 2019), seeded by splitmix64 (Steele et al. 2014). */
#ifndef CUPEL_BASE_RNG_H
#define CUPEL_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
    uint64_t s[4];
};

struct rng rng_seeded(uint64_t seed);
uint64_t rng_next(struct rng *r);

/* 0 <= result < n, unbiased (Lemire 2019). n >= 1 is the caller's duty. */
uint64_t rng_below(struct rng *r, uint64_t n);

/* Uniform in [0, 1), a multiple of 2^-53. */
double rng_unit(struct rng *r);

/* Mean 0, variance 1: the sum of 12 uniforms less 6 (Irwin-Hall). Only additions, so that no
 * mathematics library can make two machines differ; tails end at 6 standard deviations. */
double rng_normal(struct rng *r);

/* Fisher-Yates. order[n] is permuted in place. */
void rng_shuffle(struct rng *r, int *order, int n);

/* A well mixed 64-bit value of x: for hashes and derived seeds (splitmix64's finaliser). */
static inline uint64_t rng_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* A seed nobody chose: from the kernel's entropy. */
uint64_t rng_entropy(void);

#endif

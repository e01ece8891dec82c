/* The inner loops of bands_words.c for each set of instructions. Each keeps its 64 numbers in an order
 * of its own, so that all must come from one set.
 */
#ifndef CUPEL_NUMERICS_BANDS_WORDS_CPU_H
#define CUPEL_NUMERICS_BANDS_WORDS_CPU_H

#include <stdint.h>

/* Sums over the bars after each one: those of a window are a difference of two. */
struct bands_sums {
    const double *y, *sums, *squares; /* [-window .. 63], y from 0 */
};

struct bands_scale {
    double window;
    double least; /* V up to here is not trusted */
    double steps; /* scaled = z * steps, to the nearest, at most 16 bits */
};

/* To out[64], 32-byte aligned; returns the bars of which nothing is known. */
typedef uint64_t bands_scale_fn(struct bands_sums s, long window, struct bands_scale scale,
                                int16_t *out);

/* Of 64 scaled bars: those more than one step below -width and above width, and those within one step
 * of either. */
struct bands_sides {
    uint64_t below, above, near;
};
typedef struct bands_sides bands_compare_fn(const int16_t *scaled, int16_t width);

struct bands_code {
    bands_scale_fn *scale;
    bands_compare_fn *compare;
};
struct bands_code bands_code_for(unsigned cpu);

bands_scale_fn bands_scale_avx2;
bands_compare_fn bands_compare_avx2;

#endif

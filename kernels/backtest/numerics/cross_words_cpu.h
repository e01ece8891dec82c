/* The two inner loops of cross_words.c for each set of instructions. Each keeps its 64 numbers in an
 * order and direction of its own, so that both must come from one set (and ema_words' scale with them).
 */
#ifndef CUPEL_NUMERICS_CROSS_WORDS_CPU_H
#define CUPEL_NUMERICS_CROSS_WORDS_CPU_H

#include <stdint.h>

struct cross_scale {
    double low, steps; /* scaled = (average - low) * steps - 32768, whole part */
};

/* Shape: sums[-window .. 63], those behind bars 0 to 63; out[64], 32-byte aligned. */
typedef void cross_scale_fn(const double *sums, long window, struct cross_scale scale,
                            int16_t *out);

struct cross_columns {
    int fast, slow;
};

/* Of 64 bars of each column ([columns][64]): for each pair a word whose bit i says whether fast is
 * above slow at bar i, to out[k * stride]; and which pairs have bars at which both are equal, with those
 * bars. Shape: pairs[count], equals[count]; returns how many of them are written, in order. */
struct cross_equal {
    int pair;
    uint64_t bits;
};
typedef int cross_compare_fn(const int16_t *scaled, const struct cross_columns *pairs, int count,
                             uint64_t *out, long stride, struct cross_equal *equals);

struct cross_code {
    cross_scale_fn *scale;
    cross_compare_fn *compare;
};
struct cross_code cross_code_for(unsigned cpu);

cross_scale_fn cross_scale_avx2;
cross_compare_fn cross_compare_avx2;

#endif

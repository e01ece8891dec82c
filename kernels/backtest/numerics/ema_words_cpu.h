/* The inner loops of ema_words.c for each set of instructions. */
#ifndef CUPEL_NUMERICS_EMA_WORDS_CPU_H
#define CUPEL_NUMERICS_EMA_WORDS_CPU_H

#include "kernels/backtest/numerics/cross_words_cpu.h"

#include <stdint.h>

enum { EMA_LANES = 4 }; /* windows come in whole groups */

struct ema_range {
    double low, high;
};

/* Averages of `bars` more prices to out[lane * stride + i]; e[lanes] goes from before the first to the
 * last of them. Widens *range by what it meets. */
typedef void ema_run_fn(double *e, const double *alpha, int lanes, const double *x, long bars,
                        double *out, long stride, struct ema_range *range);

/* 64 averages, in the order that cross_compare_fn of the same set wants. */
typedef void ema_scale_fn(const double *e, struct cross_scale scale, int16_t *out);

struct ema_code {
    ema_run_fn *run;
    ema_scale_fn *scale;
};
struct ema_code ema_code_for(unsigned cpu);

ema_run_fn ema_run_avx2;
ema_scale_fn ema_scale_avx2;

#endif

/* The inner loops of wilder_words.c for each set of instructions. */
#ifndef CUPEL_NUMERICS_WILDER_WORDS_CPU_H
#define CUPEL_NUMERICS_WILDER_WORDS_CPU_H

#include <stdbool.h>
#include <stdint.h>

enum { WILDER_LANES = 8 };

/* Windows side by side: averages at one bar. */
struct wilder_lanes {
    double gain[WILDER_LANES], loss[WILDER_LANES], window[WILDER_LANES];
    int used; /* the first ones; of others nothing is wanted */
};

/* The index of `bars` bars, the first of which the lanes stand at, to index[lane * stride + i]; the lanes
 * go on to the bar after them. Shape: gains[bars + 1] and losses of the same bars. */
typedef void wilder_run_fn(struct wilder_lanes *lanes, const double *gains, const double *losses,
                           long bars, double *index, long stride);

/* Bit i: index[i] < level, or > level. Shape: index[64]. */
typedef uint64_t wilder_compare_fn(const double *index, double level, bool above);

struct wilder_code {
    wilder_run_fn *run;
    wilder_compare_fn *compare;
};
struct wilder_code wilder_code_for(unsigned cpu);

wilder_run_fn wilder_run_avx2;
wilder_compare_fn wilder_compare_avx2;

#endif

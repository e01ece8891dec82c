/* Columns of indicators, fast: many windows over one series. The same bits as the plain functions of
 * sma.h, ema.h, rsi.h and bands.h from the first defined bar on, whatever the window, the series and
 * the set of instructions.
 *
 *     struct columns c = columns_of(x, n, largest, cpu, &arena);
 *     columns_ema(&c, asks, count);
 *
 * Why fast, and why the same:
 *   sums, changes  Running sums over the whole series, modulo 2^64, are made once; those of a window
 *                  are a difference of two. A sum below 2^63 is right whatever was lost above 2^64.
 *                  losses = gains - (x[i] - x[i - window]).
 *   bands          window * squares - sum^2 modulo 2^64 is that difference itself where it is below
 *                  2^63. It is the sum of (a - b)^2 over all pairs of the window, at most
 *                  (window * range / 2)^2, so that window * range proves it, for 64 bars at a time.
 *                  Elsewhere 128 bits, as bands.h has it.
 *   exponential    A step of one window waits 9 cycles for the one before. Windows do not wait for each
 *                  other: eight of them are taken at once, each in its own order. One alone is taken by
 *                  parts of the series (columns_parts_avx2.c).
 *   Wilder's       The same; its division by the window, a whole number w below 2^48, is (AVX2) a fused
 *                  multiplication with 1 / w in two parts. t / w stays 1 / (2 w) of a last place away from
 *                  where rounding would turn (t has 53 bits, so that no tie can be), the two parts err by
 *                  2^-50 of one at most. Below 2^-800, where that may underflow, it is divided.
 */
#ifndef CUPEL_NUMERICS_COLUMNS_H
#define CUPEL_NUMERICS_COLUMNS_H

#include "harness/base/arena.h"

#include <stdint.h>

/* What windows over one series share, made when it is first needed. Owner of it all: the arena. */
struct columns {
    const int64_t *x;
    long n;
    int64_t largest;
    const struct columns_code *code;
    struct arena *arena;

    uint64_t *sums, *squares, *gains; /* [n + 1]: of the first i values, modulo 2^64 */
    double *real;                     /* [n]: x */
    double *gain, *loss; /* [n]: max(d, 0) and max(-d, 0), d = x[i] - x[i - 1]; 0 at 0 */
    int64_t *low, *high; /* least and greatest of each COLUMNS_CHUNK values */
};

enum { COLUMNS_CHUNK = 64, COLUMNS_LANES = 8 };

/* x[n], 0 <= x <= largest, is read as long as columns are made. cpu: numerics/cpu.h. */
struct columns columns_of(const int64_t *x, long n, int64_t largest, unsigned cpu, struct arena *a);

/* One window, and where its columns go: those that the indicator has, n values each. What stands before
 * the first defined bar is not to be read. */
struct column_ask {
    long window;
    int64_t *whole[2]; /* sums; for changes gains, losses */
    double *real;      /* averages, roots, index */
};

/* Duties of the caller, for each window, as the plain functions have them. COLUMNS_LANES windows at once
 * cost little more than one where the indicator is a recurrence (exponential, Wilder's). */
typedef void columns_fn(struct columns *c, const struct column_ask *asks, int count);
columns_fn columns_sma, columns_ema, columns_bands, columns_changes, columns_wilder;

#endif

/* What the CPU can do at best, measured now: the ceilings that a kernel's speed is a share of.
 *
 *     struct ceiling c;
 *     if (ceiling_measure(&c)) share = c.dense_ns / measured_ns;
 *
 * Three loops of a known number of instructions, the fastest of a few runs of each, about 3 ms in all:
 *  - clock: adds that wait for each other, one a clock. It does not move when another tenant uses the
 *    core's other half;
 *  - ipc: loads, adds and multiplications that wait for nothing. Zen 3 does 6 operations a clock when it
 *    is alone (6.1 instructions with the fused branch), 4.3 to 5.3 when it is not: the only probe that sees
 *    a busy neighbour. ceiling_is_quiet holds it against the best of the same run;
 *  - dense: the 12 operations that one bar costs 4 combinations at once when equity, drawdown, sums of
 *    returns and counts are carried along (compare, xor, subtract, blend, and, 2 fused, 2 multiplications,
 *    2 minima, add), independent of each other. No dense kernel of 4 doubles is faster.
 * Sources: the kernel's own operation count; AMD's Zen 3 optimisation guide (56665) for the widths.
 */
#ifndef CUPEL_PROBE_CEILING_H
#define CUPEL_PROBE_CEILING_H

#include <stdbool.h>

struct ceiling {
    double clock_ghz; /* dependent adds a nanosecond */
    double ipc;       /* instructions a clock */
    double dense_ns;  /* a bar-backtest: 12 vector operations / 4 */
};

/* Measures on the CPU that it runs on. False: not on this machine (ceiling_reason says why). */
bool ceiling_measure(struct ceiling *out);

/* NULL: ceilings can be measured here. */
const char *ceiling_reason(void);

/* Below this share of the best ipc of a run somebody else was using the core. */
#define CEILING_QUIET_SHARE 0.94

static inline bool ceiling_is_quiet(double ipc, double best_ipc)
{
    return ipc >= CEILING_QUIET_SHARE * best_ipc;
}

/* ---- for ceiling_avx2.c --------------------------------------------------------------------- */

/* A loop of `turns` turns, each of so many instructions (or operations). */
struct ceiling_loop {
    void (*run)(long turns);
    long turns;
    double each_turn;
};

extern const struct ceiling_loop ceiling_clock, ceiling_ipc, ceiling_dense;

/* NULL, or why this CPU cannot run them. */
const char *ceiling_unable(void);

#endif

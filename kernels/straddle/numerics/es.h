/* The model ES: a straddle (a call and a put) as a part of its strike, and its delta.
 *
 *     t = days / 365;  tv = (vol / 100) * sqrt(t)
 *     d1 = ln(S / X) / tv + 0.5 * tv;  d2 = d1 - tv
 *     mv = (((S * (2 N(d1)) - X * (2 N(d2))) + X) - S) / X;  delta = 2 N(d1) - 1
 *     at expiry, t = 0: mv = |S - X| / X; delta = 1, -1, or 0 where S = X
 *
 * This is the order of evaluation too: the same bits whatever machine, compiler and number of lanes.
 * S price, X strike, vol in per cent a year. Black and Scholes (1973) without interest: mv is the call
 * S N(d1) - X N(d2) and the put X N(-d2) - S N(-d1), over X.
 */
#ifndef CUPEL_STRADDLE_ES_H
#define CUPEL_STRADDLE_ES_H

enum { ES_DAYS = 104 }; /* a whole number of lanes */

/* A straddle's days, one calendar day after the other. */
struct es_days {
    double price[ES_DAYS], vol[ES_DAYS]; /* [n] set by the caller */
    double mv[ES_DAYS], delta[ES_DAYS];
};

/* Values n <= ES_DAYS days, the first of which is `days` calendar days before expiry, days >= n - 1. A
 * day that cannot be valued (price, strike or vol not positive and normal, or a result out of range)
 * has a NaN as mv, delta 0. Beyond n anything may be written. */
typedef void es_run_fn(struct es_days *d, double strike, int days, int n);

/* By 1 or 4 days at once; 4 only with CPU_AVX2 (kernels/numerics/cpu.h). */
es_run_fn *es_run_for(int lanes);

#endif

/* A machine's noise for simulations of the gate: its speed drifts (AR(1), phi 0.8 from one run to the
 * next), and some runs are hit by a spike. Independent noise would not do: with it, designs pass
 * that alarm every third time in truth.
 *
 *     struct noise m = noise_quiet(seed);
 *     noise_pairs(&m, &design, log_ratios, n);
 */
#ifndef CUPEL_TESTS_GATE_NOISE_H
#define CUPEL_TESTS_GATE_NOISE_H

#include "harness/base/rng.h"

#include <stdbool.h>

struct noise {
    struct rng rng;
    double phi, sd;                       /* of the drift of ln(time); sd is the stationary one */
    double jitter_sd;                     /* of a single run, on top */
    double spike_probability, spike_mean; /* of ln(time), exponential */
    double drift;                         /* where the machine is now */
};

struct noise noise_quiet(uint64_t seed); /* robust sd of a pair's log-ratio 5.8 % */
struct noise noise_busy(uint64_t seed);  /* 10 % */
struct noise noise_storm(uint64_t seed); /* 30 % */

/* How runs are arranged. All false is the gate's own design: pairs, a coin for the order in each. */
struct design {
    double slowdown;       /* true ln(new / base) */
    double position;       /* ln(time) added to whatever runs second in a pair */
    bool fixed_order;      /* base first, always */
    bool all_of_one_first; /* n runs of base, then n of new */
};

/* ln(new / base) of n pairs; the drift goes on from call to call. */
void noise_pairs(struct noise *m, const struct design *d, double *log_ratios, int n);

#endif

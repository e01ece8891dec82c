#include "harness/run/pair_turns.h"

#include "harness/run/interrupt.h"
#include "harness/run/pair_ratio.h"

#include <math.h>

enum {
    REPEAT_SLICES = PAIR_TURNS_MAX, /* of a pair; at 4 ms a slice both sides take 0.16 s */
    REPEAT_WARM_UP = 2,             /* discarded ones, after calibration */
};

static const double slice_target_ns = 4e6; /* 2-10 ms is best: shorter ones drown in clock cost */
static const double calibrated_ns = 1e6; /* an estimate from this long is good to a few per cent */
static const long iterations_max = 1L << 30; /* what takes no time even then (null) costs a slice */

/* Both sides do lo..hi, one after the other, a coin decides who begins. */
static bool turn(struct pair_both *b, long lo, long hi, struct probe_slice out[SIDES],
                 struct err *e)
{
    int first = (int)rng_below(&b->runner->rng, SIDES);
    for (int i = 0; i < SIDES; i++) {
        int s = first ^ i;
        if (!interrupt_none(e) || !side_step(&b->side[s], lo, hi, &out[s], e))
            return false;
    }
    if (b->runner->watch.turn)
        b->runner->watch.turn(b->runner->watch.context, first, out);
    return true;
}

/* ---- REPEAT kernels ------------------------------------------------------------------------- */

/* Iterations that take the slower side about slice_target_ns. */
static bool calibrate(struct pair_both *b, struct err *e)
{
    long n = 1;
    for (;;) {
        struct probe_slice slices[SIDES];
        if (!turn(b, 0, n, slices, e))
            return false;
        double slower = fmax(pair_slower_ns(slices), 1);
        if (slower >= calibrated_ns) {
            b->runner->iterations = (long)fmax((double)n * slice_target_ns / slower, 1);
            return true;
        }
        if (n >= iterations_max) {
            b->runner->iterations = 1;
            return true;
        }
        double grow = fmin(fmax(calibrated_ns / slower, 2), 10);
        n = (long)fmin((double)n * grow, (double)iterations_max);
    }
}

bool pair_turns_repeat(struct pair_both *b, struct cell_pair *pair, struct err *e)
{
    if (b->runner->iterations == 0 && !calibrate(b, e))
        return false;
    struct probe_slice turns[REPEAT_SLICES][SIDES];
    pair->slices = REPEAT_SLICES;
    pair->iterations = b->runner->iterations;
    for (int i = -REPEAT_WARM_UP; i < REPEAT_SLICES; i++)
        if (!turn(b, 0, pair->iterations, turns[i < 0 ? 0 : i], e))
            return false;
    pair_ratio_of_turns(pair, turns, REPEAT_SLICES);
    return true;
}

/* ---- ONCE kernels --------------------------------------------------------------------------- */

/* How many jobs the next turn takes, from what the last took the faster side: what a turn costs
 * besides its work weighs more on the faster one, so that it is the one to be given enough. */
static long next_size(long jobs, const struct probe_slice last[SIDES], long grain)
{
    double wanted = (double)jobs * slice_target_ns / fmax(pair_faster_ns(last), 1);
    long size = (long)fmin(fmax(wanted, 1), (double)(2 * jobs));
    return (size + grain - 1) / grain * grain;
}

bool pair_turns_jobs(struct pair_both *b, const struct side_work *work, double enough_ns,
                     struct probe_slice *sum, int *turns, struct err *e)
{
    double spent = 0;
    for (long lo = 0, size = work->grain, hi; lo < work->jobs && spent < enough_ns; lo = hi) {
        struct probe_slice slices[SIDES];
        hi = size < work->jobs - lo ? lo + size : work->jobs;
        if (!turn(b, lo, hi, slices, e))
            return false;
        for (int s = 0; sum && s < SIDES; s++)
            probe_slice_add(&sum[s], &slices[s]);
        spent += pair_slower_ns(slices);
        size = next_size(hi - lo, slices, work->grain);
        (*turns)++;
    }
    return true;
}

static bool finish_both(struct pair_both *b, struct cell_pair *pair, struct err *e)
{
    int first = (int)rng_below(&b->runner->rng, SIDES);
    for (int i = 0; i < SIDES; i++) {
        int s = first ^ i;
        struct probe_slice slice;
        if (!side_finish(&b->side[s], &slice, e))
            return false;
        probe_slice_add(&pair->work[s], &slice);
    }
    return true;
}

bool pair_turns_once(struct pair_both *b, const struct side_work *work, struct cell_pair *pair,
                     struct err *e)
{
    pair->iterations = work->jobs;
    if (!pair_turns_jobs(b, work, (double)INFINITY, pair->work, &pair->slices, e) ||
        !finish_both(b, pair, e))
        return false;
    pair_ratio_of_sums(pair);
    return true;
}

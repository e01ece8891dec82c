#include "harness/run/pair_ratio.h"

#include "harness/stats/hodges_lehmann.h"

#include <assert.h>
#include <math.h>

double pair_slower_ns(const struct probe_slice slices[SIDES])
{
    return fmax((double)slices[SIDE_BASE].wall_ns, (double)slices[SIDE_NEW].wall_ns);
}

double pair_faster_ns(const struct probe_slice slices[SIDES])
{
    return fmin((double)slices[SIDE_BASE].wall_ns, (double)slices[SIDE_NEW].wall_ns);
}

/* A zero reading (a clock that did not tick) counts as one nanosecond. */
static double log_ratio(int metric, const struct probe_slice slices[SIDES])
{
    double base = probe_metrics[metric].value(&slices[SIDE_BASE]);
    double new = probe_metrics[metric].value(&slices[SIDE_NEW]);
    return log(fmax(new, 1)) - log(fmax(base, 1));
}

void pair_ratio_of_sums(struct cell_pair *pair)
{
    for (int m = 0; m < PROBE_METRIC_COUNT; m++)
        pair->log_ratio[m] = log_ratio(m, pair->work);
}

void pair_ratio_of_turns(struct cell_pair *pair, struct probe_slice (*turns)[SIDES], int n)
{
    double ratios[PAIR_TURNS_MAX];
    assert(n <= PAIR_TURNS_MAX);
    for (int m = 0; m < PROBE_METRIC_COUNT; m++) {
        for (int i = 0; i < n; i++)
            ratios[i] = log_ratio(m, turns[i]);
        pair->log_ratio[m] = stats_hodges_lehmann(ratios, n);
    }
    for (int i = 0; i < n; i++)
        for (int s = 0; s < SIDES; s++)
            probe_slice_add(&pair->work[s], &turns[i][s]);
}

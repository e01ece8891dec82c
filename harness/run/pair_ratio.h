/* The number of a pair, from what its turns took: one log ratio a metric, the new side's over the base's.
 */
#ifndef CUPEL_RUN_PAIR_RATIO_H
#define CUPEL_RUN_PAIR_RATIO_H

#include "harness/result/cell.h"

enum { PAIR_TURNS_MAX = 20 };

/* Wall time of the side that took longer, or less long. */
double pair_slower_ns(const struct probe_slice slices[SIDES]);
double pair_faster_ns(const struct probe_slice slices[SIDES]);

/* The ratio of the sums that the pair has already. */
void pair_ratio_of_sums(struct cell_pair *pair);

/* The Hodges-Lehmann estimate over n turns, at most PAIR_TURNS_MAX; adds them to the pair's sums. */
void pair_ratio_of_turns(struct cell_pair *pair, struct probe_slice (*turns)[SIDES], int n);

#endif

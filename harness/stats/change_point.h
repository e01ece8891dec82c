/* Where a series changes its level: the best split, held against the best splits of the same values
 * in random order, and then the same within its parts.
 *
 *     struct stats_change_rule rule = stats_change_default;
 *     rule.min_shift = log(1.05);
 *     struct stats_change *c = mem_alloc(MEM_BASE, stats_change_room(n, &rule) * sizeof *c);
 *     int found = stats_change_points(logs, n, &rule, 0.95, c);
 *
 * Statistic. For every split that leaves min_segment values on both sides the rank sum of the first
 * part, less its mean, over its standard deviation under permutation (ties included); the largest
 * absolute one counts. Ranks, because one spike must not make a change. p = (1 + permutations with at
 * least that maximum) / (1 + permutations): as the maximum itself is permuted, nothing has to be
 * corrected for the choice of the split (Hunter and Otava test the split that they have just chosen by
 * a t-test, and alarm on 10 % of unchanged series at a nominal 1 %).
 * Where a change is: the least sum of absolute deviations from the medians of both sides, in the part and at
 * the end once more between its neighbours.
 * Source: Pettitt 1979 (Applied Statistics 28, 126), with the standardised rank sum of James, James &
 * Siegmund 1987 (Biometrika 74, 71); p: Phipson & Smyth 2010; parts: binary segmentation (Vostrikova 1981).
 *
 * What is promised. The whole series is tested at alpha, and a part at alpha times its share of the
 * values: parts that do not overlap spend alpha together. When the values of each true segment are
 * exchangeable (any distribution, any tails) and splits are found where they are, the probability of
 * one false change point or more is at most alpha. A split found some values off leaves strangers at
 * the edge of a part; fewer than min_segment of them seldom make a change of their own.
 *
 * What is not. Neighbouring values that are alike (autocorrelation) are not exchangeable: at a lag-1
 * correlation of 0.5, 50 values, alpha 1 %, one series in four alarms. block > 1 permutes whole blocks
 * of values instead, which leaves the likeness within a block in place: choose it several times as long as
 * the likeness lasts, and have at least eight blocks. Figures: README.md here; tests/stats hold them.
 */
#ifndef CUPEL_STATS_CHANGE_POINT_H
#define CUPEL_STATS_CHANGE_POINT_H

#include "harness/stats/interval.h"

#include <stdint.h>

struct stats_change_rule {
    double alpha;     /* probability of a false change in the whole series; above 0, below 0.5 */
    double min_shift; /* smaller ones are taken out again, the smallest first; unit of the values */
    int min_segment;  /* values on each side of a split, at least 2. Of 2 m values none can be found
                       * when 2 / C(2 m, m) > alpha: 5 is the least that can at 1 % */
    int block;        /* values permuted together, 1: each by itself */
    int permutations; /* at least so many; more when a small level needs them */
    uint64_t seed;    /* the same seed, the same p */
};

/* alpha 0.01, min_shift 0, min_segment 5, block 1, 9999 permutations, seed 1 */
extern const struct stats_change_rule stats_change_default;

/* The best split of a series, and how rare one so good is. */
struct stats_split {
    int index;   /* of the first value after it, by the statistic; 0: too few values for a split */
    double z, p; /* the statistic, > 0 when what follows is higher; z 0 and p 1: no difference */
};

/* v[n], finite, n <= STATS_MAX. All permutations are made. */
struct stats_split stats_change_test(const double *v, int n, const struct stats_change_rule *rule);

struct stats_change {
    int index;         /* of the first value after the change */
    int before, after; /* values from the change before, and up to the next */
    double z, p;       /* of the part in which it was found */
    struct stats_interval
        shift; /* after less before (rank_sum.h), as if the place had been known */
};

/* How many there can be. */
int stats_change_room(int n, const struct stats_change_rule *rule);

/* v[n], finite, n <= STATS_MAX, oldest first: logarithms where ratios matter. Changes by index, room
 * for stats_change_room of them; gives their number. level: of the shift's bounds. */
int stats_change_points(const double *v, int n, const struct stats_change_rule *rule, double level,
                        struct stats_change *out);

#endif

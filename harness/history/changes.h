/* Where a series of the history changed.
 *
 *     struct change c[CHANGES_MAX];
 *     int found = changes_find(&series, &stats_change_default, c);
 *
 * Exact metrics: wherever a value is not the one before it. Others: change points of the logarithms
 * (stats/change_point.h) of the last STATS_MAX points. Times never decide by themselves: advisory.
 */
#ifndef CUPEL_HISTORY_CHANGES_H
#define CUPEL_HISTORY_CHANGES_H

#include "harness/history/series.h"
#include "harness/stats/change_point.h"

/* Coverage of the interval of a ratio. */
#define CHANGES_LEVEL 0.95
enum { CHANGES_MAX = STATS_MAX };

struct change {
    int index;                   /* of the first point after it */
    double before, after;        /* medians of the segments; exact: the two values */
    struct stats_interval ratio; /* after over before, by the shift of the logarithms */
    double p;                    /* NAN: exact */
};

/* min_shift is that of logarithms. Room for CHANGES_MAX; gives how many. */
int changes_find(const struct series *s, const struct stats_change_rule *rule, struct change *out);

/* Lag-1 autocorrelation of the values about their segments' medians, when it is above what independent
 * values show (two standard errors) and 0.2; else 0: the rate of false alarms holds. */
double changes_likeness(const struct series *s, const struct change *c, int n);

#endif

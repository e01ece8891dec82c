#include "harness/stats/interval.h"

#include <math.h>

enum stats_direction stats_direction(double difference, double p, double level)
{
    if (!(p <= 1 - level) || difference == 0)
        return STATS_UNDECIDED;
    return difference < 0 ? STATS_LOWER : STATS_HIGHER;
}

struct stats_interval stats_interval_exp(struct stats_interval log_ratio)
{
    return (struct stats_interval){
        .estimate = exp(log_ratio.estimate),
        .low = exp(log_ratio.low),
        .high = exp(log_ratio.high),
        .coverage = log_ratio.coverage,
    };
}

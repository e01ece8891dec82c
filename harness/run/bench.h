/* Commands side by side: in each round every command runs once, in an order drawn anew, until the
 * intervals are narrow enough or the time is up.
 *
 *     struct bench_group g = {.commands = commands, .n = 2, .rule = rule};
 *     bool ok = bench_measure(&g, &campaign, e);      // also false: what was measured is in g
 *     ... g.benchmarks[i], bench_ratio(&g, i) ...
 *     bench_done(&g);
 */
#ifndef CUPEL_RUN_BENCH_H
#define CUPEL_RUN_BENCH_H

#include "harness/result/benchmark.h"
#include "harness/run/campaign.h"

enum { BENCH_COMMANDS_MAX = 64 };

struct bench_command {
    struct plan_cell cell;      /* the base side is the command; argv is what is run */
    struct plan_cell against;   /* the first command and this one, for their comparison */
    const char *const *prepare; /* run before each of its runs; NULL: nothing */
};

struct bench_rule {
    int min, max;      /* rounds; 2 <= min <= max <= STATS_MAX */
    int warm_up;       /* rounds that are thrown away */
    int64_t budget_ns; /* no round begins later, once there are `min` */
    double
        precision; /* enough when every half-width is below this share, at 10 rounds or more; 0: never */
    int metric; /* whose intervals that are */
};

struct bench_group {
    const struct bench_command *commands;
    int n;
    struct bench_rule rule;
    struct benchmark *benchmarks; /* one a command; whole rounds only */
    int rounds;
    double half_width; /* of the widest interval at the end, as a share; NAN: no interval yet */
};

/* Ends by the rule, or by an error: as external_run, or MISMATCH between outputs. */
bool bench_measure(struct bench_group *g, struct campaign *c, struct err *e) MUST_CHECK;
void bench_done(struct bench_group *g);

/* The level of each interval, such that all n - 1 ratios of a group hold together at 95 % (Bonferroni). */
double bench_level(const struct bench_group *g);

/* Time of command i over that of the first: Hodges-Lehmann over the rounds, exact bounds at bench_level.
 * At least one round. */
struct stats_interval bench_ratio(const struct bench_group *g, int i);

#endif

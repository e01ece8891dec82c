/* The curves of a history: a benchmark's metric over time.
 *
 *     struct series_query q = {.benchmark = "headline/micro/pool", .side = "new"};
 *     struct series_list all;
 *     if (series_read(h, &q, &all, arena, e)) ... all.v[0 .. all.n - 1]
 *
 * What was measured on different machines, of different work (settings, input data) or under different
 * labels is never one series.
 */
#ifndef CUPEL_HISTORY_SERIES_H
#define CUPEL_HISTORY_SERIES_H

#include "harness/base/arena.h"
#include "harness/base/err.h"
#include "harness/base/opt.h"
#include "harness/history/history.h"

#include <stdbool.h>

/* A benchmark's metric over time: same side and label, same work, same machine. */
struct series_point {
    const char *commit, *branch, *time;
    double value, lower, upper; /* NAN: no such bound */
    int n;
};

struct series {
    const char *benchmark, *side, *label, *work, *metric, *unit, *machine;
    const char *cpu; /* the machine's CPU model, or "" */
    bool is_exact;
    struct series_point *points; /* by time, then as they were added */
    int count;
};

struct series_list {
    struct series *v;
    int n;
    int machines; /* how many different ones are among them */
};

/* Which series; NULL or n 0: all. */
struct series_query {
    const char *benchmark;    /* a name, or a pattern with * and ? */
    const char *machine;      /* how its fingerprint begins */
    struct opt_texts metrics; /* names; "timing": cpu, net and wall; "exact": all that are; "all" */
    const char *side;         /* "base", "new", "ratio" or "all" */
};

/* By benchmark, side, label, work, metric and machine. Texts live in the arena. Error: no benchmark of that
 * name (the message tells near ones), or nothing else fits; damaged. */
bool series_read(struct history *h, const struct series_query *query, struct series_list *out,
                 struct arena *a, struct err *e) MUST_CHECK;

#endif

/* The kernel under the ceilings of its machine: operations a second against operations a byte. From the
 * "ceilings" record of a run and the sides' nanoseconds a bar-backtest.
 *
 *     struct roofline r;
 *     if (roofline_of(f, arena, &r)) ... r.flops_per_s, r.points[i].flops_per_s.estimate
 *
 * What a bar-backtest takes is counted by hand, from the code (roofline.c has the rows with their sources): bar by
 * bar accounting, which every layer's result is equal to. `events` looks at trades only and does less than that: its
 * points are nominal, the operations of the bar by bar way over the time taken, and may stand above the roof.
 */
#ifndef CUPEL_REPORTS_ROOFLINE_H
#define CUPEL_REPORTS_ROOFLINE_H

#include "reports/speed.h"

enum { ROOFLINE_LEVELS = 4 };

struct roofline_level {
    const char *name;                  /* "L1" */
    double bytes_per_s, working_bytes; /* NAN: not measured */
};

struct roofline_point {
    const char *name;
    double intensity; /* operations a byte that is loaded */
    struct stats_interval flops_per_s;
    bool nominal;
    int pairs;
    double bar_ns, instructions; /* a bar-backtest; instructions NAN: not counted */
};

struct roofline {
    double flops_per_s; /* the most */
    const char *flops_by;
    double clock_ghz;
    struct roofline_level level[ROOFLINE_LEVELS]; /* from the fastest */
    struct roofline_point *points;
    int count;
};

/* What one bar of one backtest takes, counted from the code. */
struct roofline_work {
    const char *way;     /* of accounting */
    double flops, bytes; /* a bar-backtest */
    const char *source;  /* of the count */
};

/* Of a side with these layers ("a,b"; "all" is spelt out in records). */
const struct roofline_work *roofline_work_of(const char *layers, bool *nominal);

/* False: the file has no ceilings, or no side says how fast it was. */
bool roofline_of(const struct model_file *f, struct arena *a, struct roofline *out);

#endif

/* What `cupel bench` says of its groups: a table for all, a sentence a comparison, warnings. */
#ifndef CUPEL_CMD_BENCH_TABLE_H
#define CUPEL_CMD_BENCH_TABLE_H

#include "harness/base/str.h"
#include "harness/cmd/table.h"
#include "harness/run/bench.h"

struct bench_shown {
    struct table table;
    struct text sentences;
    bool compares; /* the table has columns of ratios */
    bool is_below; /* a command took less than what starting a process was measured to take */
};

/* compares: are there groups of several commands? */
void bench_table_begin(struct bench_shown *shown, const struct bench_group *like);

/* A measured group: at least one round. Its warnings go to the log at once. */
void bench_table_add(struct bench_shown *shown, const struct bench_group *g,
                     const struct probe_slice *overhead);
/* "takes 2.10 ms, of which the start of a process is about 40 %"; where the start, which is measured apart and
 * before, is no part of it, that instead. */
const char *bench_table_start(struct arena *a, double median_ns, double overhead_ns);

void bench_table_end(struct bench_shown *shown, const struct probe_slice *overhead, bool shell,
                     FILE *out);

#endif

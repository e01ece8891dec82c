/* One command's runs: what each took, and their record; two commands' runs as pairs of a cell.
 *
 *     struct benchmark b;
 *     benchmark_init(&b, &cell);                        // the cell's base is the command
 *     benchmark_add(&b, &run);   ...
 *     result_writer_add(&w, benchmark_record(&b, true), e);
 *     benchmark_done(&b);
 */
#ifndef CUPEL_RESULT_BENCHMARK_H
#define CUPEL_RESULT_BENCHMARK_H

#include "harness/result/cell.h"
#include "harness/stats/interval.h"

/* What the system accounts of a run beside its two clocks. */
enum benchmark_usage {
    BENCHMARK_USER,
    BENCHMARK_SYSTEM,
    BENCHMARK_RSS, /* peak of the largest process */
    BENCHMARK_MINOR_FAULTS,
    BENCHMARK_MAJOR_FAULTS,
    BENCHMARK_VOLUNTARY,
    BENCHMARK_INVOLUNTARY,
    BENCHMARK_USAGES
};

struct benchmark_usage_row {
    const char *name; /* of the record's member */
    const char *title;
    const char *unit; /* "ns", "bytes", "count" */
};

extern const struct benchmark_usage_row benchmark_usages[BENCHMARK_USAGES];

struct benchmark_run {
    struct probe_slice slice;
    double usage[BENCHMARK_USAGES]; /* NAN: not available */
    int exit, signal;               /* exit status, -1 when it was ended by the signal (else 0) */
    int left;                       /* processes that it left running, in no figure */
    int position;                   /* in its round, from 0 */
};

struct benchmark {
    struct benchmark_run *runs;
    struct cell_result result; /* its base side: the runs as pairs; statistics are taken of it */
    int capacity;
};

/* cell: id, name, scale, and the command as its base side; must live as long. */
void benchmark_init(struct benchmark *b, const struct plan_cell *cell);
void benchmark_done(struct benchmark *b);
void benchmark_add(struct benchmark *b, const struct benchmark_run *run);

/* The harness's own share of every run, in both clocks. */
void benchmark_set_overhead(struct benchmark *b, const struct probe_slice *overhead);

int benchmark_count(const struct benchmark *b);

/* Median with its exact bounds by order statistics; the runs are of one process each. */
struct stats_interval benchmark_median(const struct benchmark *b, int metric, double level);

/* Of a usage over the runs; NAN where one run lacks it. */
struct benchmark_spread {
    double median, mean, min, max;
};
struct benchmark_spread benchmark_spread(const struct benchmark *b, enum benchmark_usage usage);

/* The first run's wall time over the median of the others', and whether it is far off them: beyond all
 * others, and with a modified z-score (stats/describe.h) beyond 3.5. NAN with fewer than four. */
double benchmark_first_run(const struct benchmark *b, bool *is_off);

/* Runs by wall time that are outliers, those that failed, those that left processes running. */
int benchmark_outliers(const struct benchmark *b);
int benchmark_failures(const struct benchmark *b);
int benchmark_left(const struct benchmark *b);

/* A "benchmark" record. parameters: object name -> value, owned from here. Owner: the caller. */
struct json *benchmark_record(const struct benchmark *b, struct json *parameters, bool complete);

/* Runs of the same rounds as pairs: *out is a cell to which record_comparison and record_contrast may be
 * applied. cell: as that of a comparison of the two. Owner: the caller, cell_done. */
void benchmark_pairs(const struct benchmark *base, const struct benchmark *new,
                     const struct plan_cell *cell, struct cell_result *out);

#endif

/* What a gate can judge, one const row a metric: its name, unit and kind, where it is read, what margin
 * it has when nobody says another. Scenarios, the command line, baselines, exporters and
 * `cupel list metrics` all go by these rows.
 *
 *     int id = metric_find("fsyncs");
 *     printf("%s, in %s\n", metric_rows[id].title, metric_rows[id].unit);
 */
#ifndef CUPEL_PLAN_METRIC_H
#define CUPEL_PLAN_METRIC_H

#include <stdbool.h>

/* Timing is judged by pairs of processes and intervals; an exact metric is the same in every run of the
 * same code on the same input, and judged as a number. */
enum metric_kind { METRIC_TIMING, METRIC_EXACT };

enum metric_source {
    METRIC_OF_CLOCKS,   /* the slices: probe_metrics, the row of the same number */
    METRIC_OF_COUNTS,   /* what the kernel counted (`key`) */
    METRIC_OF_TOTALS,   /* what the worker saw around the body (`key`, probe/totals.h) */
    METRIC_OF_VALGRIND, /* callgrind, one run */
};

/* id, name, unit, title, kind, source, key, default margin in per cent, spread in per cent */
#define METRICS(X)                                                                                 \
    X(CPU, "cpu", "ns", "CPU time", TIMING, CLOCKS, NULL, 10, 0)                                   \
    X(NET, "net", "ns", "wall less queueing", TIMING, CLOCKS, NULL, 10, 0)                         \
    X(WALL, "wall", "ns", "wall time", TIMING, CLOCKS, NULL, 10, 0)                                \
    X(ALLOCATED_BYTES, "allocated-bytes", "bytes", "allocated bytes", EXACT, TOTALS,               \
      "body_allocated", 0, 0)                                                                      \
    X(ALLOCATIONS, "allocations", "calls", "allocations", EXACT, TOTALS, "body_allocations", 0, 0) \
    X(OPENS, "opens", "calls", "opened files", EXACT, COUNTS, "opens", 0, 0)                       \
    X(READS, "reads", "calls", "reads", EXACT, COUNTS, "reads", 0, 0)                              \
    X(WRITES, "writes", "calls", "writes", EXACT, COUNTS, "writes", 0, 0)                          \
    X(FSYNCS, "fsyncs", "calls", "fsyncs", EXACT, COUNTS, "fsyncs", 0, 0)                          \
    X(BYTES_WRITTEN, "bytes-written", "bytes", "bytes written", EXACT, COUNTS, "bytes_written", 0, \
      0)                                                                                           \
    X(INSTRUCTIONS, "instructions", "instructions", "instructions", EXACT, VALGRIND, NULL, 0.1,    \
      0.05)

enum metric_id {
#define METRIC_ENUM(id, ...) METRIC_##id,
    METRICS(METRIC_ENUM)
#undef METRIC_ENUM
        METRIC_COUNT
};

struct metric {
    const char *name, *unit, *title;
    enum metric_kind kind;
    enum metric_source source;
    const char *key;
    double margin_percent; /* more of new than of base fails; the default */
    double spread_percent; /* what runs of one side may differ by and still be exact */
};

/* What runs of one side told of an exact metric: the smallest and the largest. */
struct metric_range {
    bool available;
    double low, high;
    char reason[200]; /* why it is not available; "" */
};

extern const struct metric metric_rows[METRIC_COUNT];

int metric_find(const char *name); /* enum metric_id; -1: there is none */

#endif

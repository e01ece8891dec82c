/* Readings around a measured slice, taken in the process that does the work.
 *
 *     struct probe p;
 *     probe_open(&p);                       // in the measuring process: after a fork, open anew
 *     probe_begin(&p, &r);  body();  probe_end(&p, &r, &slice);
 *     double ns = probe_metrics[PROBE_CPU].value(&slice);
 *
 * Between begin and end nothing is allocated, formatted or printed. begin reads the clocks from the
 * dearest to the cheapest and end in the opposite order, so that wall and CPU clock stand next to
 * the body.
 */
#ifndef CUPEL_PROBE_PROBE_H
#define CUPEL_PROBE_PROBE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct probe_reading {
    int64_t wall_ns;     /* CLOCK_MONOTONIC */
    int64_t cpu_ns;      /* CLOCK_PROCESS_CPUTIME_ID: all threads of this process */
    int64_t children_ns; /* CPU time of children that were waited for, and of the watched ones */
    int64_t delay_ns;    /* time the MAIN thread was runnable but waited for a CPU */
};

/* One slice's differences. cpu_ns is that of the process, of the children that it waited for within
 * the slice, and of those that live on and are watched (probe_watch). */
struct probe_slice {
    int64_t cpu_ns, wall_ns, delay_ns;
};

/* Where the clocks come from: the system, or a script (mock.h). */
struct probe_source {
    int64_t (*wall_ns)(void *context);
    int64_t (*cpu_ns)(void *context);
    int64_t (*children_ns)(void *context);
    int64_t (*delay_ns)(void *context);
    void *context;
};

/* The children that live now and were not yet waited for: fills out[0..max), returns how many. */
typedef int probe_pids(const void *context, pid_t *out, int max);

enum { PROBE_PIDS_MAX = 1024 };

struct probe {
    struct probe_source source;
    probe_pids *pids; /* NULL: no child is watched */
    const void *pids_context;
    int schedstat_fd; /* kept open: a slice costs one pread and no open; -1 when absent */
};

/* Never fails: without /proc/self/schedstat delay_ns is 0 and probe_has_delay says false ("net" is
 * then the same as "wall", and must not be used to decide). Not to be copied. */
void probe_open(struct probe *p);
void probe_open_source(struct probe *p, const struct probe_source *source);
void probe_close(struct probe *p);
bool probe_has_delay(const struct probe *p);

/* From now on children_ns also holds the CPU clocks of these children, as they stand. The sum has no
 * step when one ends and is waited for: what leaves the one part enters the other. Costs a system
 * call per child and reading. pids NULL: none. */
void probe_watch(struct probe *p, probe_pids *pids, const void *context);

void probe_begin(struct probe *p, struct probe_reading *begin);
void probe_end(struct probe *p, const struct probe_reading *begin, struct probe_slice *out);

/* Adds b to a: the slices of one side, where the sum is the pair's number. */
void probe_slice_add(struct probe_slice *a, const struct probe_slice *b);

enum probe_better { PROBE_LOWER, PROBE_HIGHER };

struct probe_metric {
    const char *name, *unit, *title;
    enum probe_better better;
    bool gateable;           /* may decide a verdict */
    bool needs_confirmation; /* a FAIL counts only when a second, independent run fails too */
    double (*value)(const struct probe_slice *slice);
};

enum { PROBE_CPU, PROBE_NET, PROBE_WALL, PROBE_METRIC_COUNT };
extern const struct probe_metric probe_metrics[PROBE_METRIC_COUNT];
const struct probe_metric *probe_metric_find(const char *name); /* NULL when there is none */

/* What an empty slice costs, i.e. the harness's own share of every slice, per metric. */
struct probe_cost {
    double median_ns, min_ns;
};
void probe_overhead(struct probe *p, struct probe_cost out[PROBE_METRIC_COUNT]);

#endif

/* perf events through libpfm4, counted for the process and the children that it starts later.
 *
 * Hardware events count user mode only, whatever the privilege, so that root and others compare.
 * Software events are a cross-check: page faults and context switches are right only when the
 * kernel's part is counted too, and are "forbidden" otherwise; getrusage has the true ones.
 * What cannot be opened is a row with a sentence, not an error.
 */
#ifndef CUPEL_PROBE_PERF_H
#define CUPEL_PROBE_PERF_H

#include "harness/probe/totals.h"

#include <stddef.h>
#include <stdint.h>

/* Counted together, all of a group or none, so that their ratios are of the same moments. None has more
 * events than the four counters that any PMU of the last years has. */
enum perf_group { PERF_HARDWARE, PERF_CACHE, PERF_STALLS, PERF_SOFTWARE, PERF_GROUPS };

struct perf_event_row {
    const char *name, *unit;
    const char *code; /* libpfm4's name */
    enum perf_group group;
    bool with_kernel;
};

enum { PERF_EVENTS = 13 };
extern const struct perf_event_row perf_events[PERF_EVENTS];

/* What is made of two events of a group: one over the other. */
struct perf_rate_row {
    const char *name, *unit;
    const char *over, *under; /* names of events */
};

enum { PERF_RATES = 4 };
extern const struct perf_rate_row perf_rates[PERF_RATES];

/* The system's counters, or a test's. */
struct perf_source {
    /* A descriptor, or -errno. leader: the group's first descriptor, -1 for the first event. */
    int (*open)(void *context, const struct perf_event_row *event, int leader);
    /* Fills words with {events, time enabled, time running, one value an event}; returns how many
     * words, or -errno. */
    int (*read)(void *context, int leader, uint64_t *words, int max);
    void (*close)(void *context, int fd);
    void *context;
};

struct perf {
    struct perf_source source;
    int fd[PERF_EVENTS]; /* or -errno */
    int leader[PERF_GROUPS];
};

struct perf_reading {
    bool ok[PERF_GROUPS];
    uint64_t enabled[PERF_GROUPS], running[PERF_GROUPS]; /* ns */
    uint64_t value[PERF_EVENTS];
};

extern const struct perf_source perf_system;

void perf_open(struct perf *p, const struct perf_source *source);
void perf_read(const struct perf *p, struct perf_reading *out);
void perf_close(struct perf *p);

/* The rows of one run: events, the share of the time in which the hardware counted ("pmu_share", the least
 * of the groups), rates. Counters that shared the hardware with others ran only part of the time: value =
 * counted * enabled / running, the kernel documentation's estimate. A rate is of what was counted: both
 * its events ran at the same times. */
void perf_totals(const struct perf *p, const struct perf_reading *begin,
                 const struct perf_reading *end, struct probe_totals *out);

/* "not supported by this machine", "forbidden: perf_event_paranoid is 2", ... */
void perf_reason(int number, char *out, size_t size);

#endif

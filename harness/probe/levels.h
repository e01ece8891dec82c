/* How much memory is held at this moment: by each component, by the heap, by the processes.
 *
 *     struct levels l;
 *     struct levels_reading now;
 *     levels_open(&l, 0);
 *     levels_read(&l, &now);          // now.bytes[LEVELS_RSS], levels_name(LEVELS_RSS)
 *
 * Reads in a few tens of microseconds and allocates nothing, so that a thread may do it beside the work.
 */
#ifndef CUPEL_PROBE_LEVELS_H
#define CUPEL_PROBE_LEVELS_H

#include "harness/base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum {
    LEVELS_ALLOCATED, /* jemalloc: by the program, in size classes */
    LEVELS_RESIDENT,  /* jemalloc: pages of the heap that are in memory */
    LEVELS_RSS,       /* of the process and of all that descends from it (tree.h) */
    LEVELS_COMPONENT, /* from here on one a component (base/mem.h), of this process */
    LEVELS_COUNT = LEVELS_COMPONENT + MEM_COMPONENT_COUNT
};

struct levels {
    pid_t root; /* 0: this process; else only the RSS below that one is told */
    int (*control)(const char *, void *, size_t *, void *, size_t); /* mallctl; NULL: none */
};

struct levels_reading {
    double bytes[LEVELS_COUNT]; /* NAN: cannot be had */
    int processes;
};

void levels_open(struct levels *l, pid_t root);
void levels_read(const struct levels *l, struct levels_reading *out);

/* The most there was since mem_peaks_begin (components) or the start of the process (RSS of this one
 * alone): true peaks, whatever was sampled. NAN for the rest. */
void levels_peaks(const struct levels *l, struct levels_reading *out);

/* "allocated", "resident", "rss", "bundle pool". */
const char *levels_name(int level);

/* Is it told of such a root at all? */
bool levels_has(const struct levels *l, int level);

#endif

/* Time, CPUs and disks of the machine, for those who run slices. */
#ifndef CUPEL_PROBE_MACHINE_H
#define CUPEL_PROBE_MACHINE_H

#include "harness/base/err.h"

#include <stdint.h>

/* CLOCK_MONOTONIC: for progress, deadlines and slices. */
int64_t probe_now_ns(void);

/* The CPUs that this process may use, ascending: fills out[0..max), returns how many there are
 * (which may be more than max); 0 when the system does not say. */
int probe_allowed_cpus(int *out, int max);

/* Binds the calling process to one CPU. Children inherit that: pin only work with one worker. */
bool probe_pin(int cpu, struct err *e) MUST_CHECK;

/* Lets the calling process use these CPUs (of probe_allowed_cpus) again. */
bool probe_allow(const int *cpus, int n, struct err *e) MUST_CHECK;

/* Writes back everything dirty on the file system that holds the folder (syncfs), so that one
 * side's pages are not flushed in the other side's slice. Call it between slices, untimed. */
bool probe_sync_dir(const char *path, struct err *e) MUST_CHECK;

#endif

/* jemalloc's heap profile of this process: who allocated what, by call stack.
 *
 *     MALLOC_CONF=prof:true,prof_accum:true,lg_prof_sample:10     when the process was started
 *     if (!heap_dump(heap_control(), "/tmp/x", e)) ...            a file of the format heap_v2
 */
#ifndef CUPEL_PROBE_HEAP_H
#define CUPEL_PROBE_HEAP_H

#include "harness/base/err.h"

#include <stddef.h>

typedef int heap_mallctl(const char *name, void *old, size_t *old_size, void *new, size_t new_size);

/* jemalloc's mallctl, of whatever this process is linked to; NULL: it does not use jemalloc. */
heap_mallctl *heap_control(void);

/* Could it keep one, if it were started so? Error: the sentence why not. control: of heap_control, or a
 * test's. */
bool heap_is_supported(heap_mallctl *control, struct err *e) MUST_CHECK;

/* Writes what was sampled since the start of the process. Error: as above; it was not started for it; the
 * file cannot be written. */
bool heap_dump(heap_mallctl *control, const char *path, struct err *e) MUST_CHECK;

#endif

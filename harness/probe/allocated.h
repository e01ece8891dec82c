/* What a body allocates, added up over the slices of a run: the harness's own work between slices is not
 * in it, so that it is the same in every run of the same code on the same input.
 *
 *     struct allocated a;
 *     allocated_open(&a);
 *     allocated_begin(&a);  body();  allocated_end(&a);
 *     allocated_put(&a, &totals);          // "body_allocated", "body_allocations"
 */
#ifndef CUPEL_PROBE_ALLOCATED_H
#define CUPEL_PROBE_ALLOCATED_H

#include "harness/probe/totals.h"

#include <stdint.h>

struct allocated {
    const uint64_t *thread; /* jemalloc's counter of this thread; NULL: reason says why */
    const char *reason;
    uint64_t begin_bytes, begin_calls;
    uint64_t bytes; /* of this thread, as size classes, by whoever allocates */
    uint64_t calls; /* of base/mem.h, by any thread */
};

void allocated_open(struct allocated *a);
void allocated_begin(struct allocated *a);
void allocated_end(struct allocated *a);
void allocated_put(const struct allocated *a, struct probe_totals *out);

#endif

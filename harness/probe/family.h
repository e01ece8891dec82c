/* A family of totals: rows that are opened, begun and ended together. To add one, write such a
 * record in a file of its own and add it to the table in totals.c. */
#ifndef CUPEL_PROBE_FAMILY_H
#define CUPEL_PROBE_FAMILY_H

#include "harness/probe/totals.h"

#include <stddef.h>
#include <stdint.h>

struct probe_family {
    size_t state_size;
    void (*open)(void *state);  /* state is zeroed */
    void (*begin)(void *state); /* no allocation: it stands next to the measured work */
    void (*end)(void *state, struct probe_totals *out);
    void (*close)(void *state); /* NULL: nothing to close */
};

extern const struct probe_family probe_family_io, probe_family_usage, probe_family_jemalloc,
    probe_family_perf, probe_family_resident, probe_family_components;

/* Where jemalloc counts the bytes that this thread allocated; NULL with the reason why not. */
const uint64_t *probe_jemalloc_allocated(const char **reason);

void probe_totals_put(struct probe_totals *out, const char *name, const char *unit, double value);
void probe_totals_miss(struct probe_totals *out, const char *name, const char *unit,
                       const char *reason);

#endif

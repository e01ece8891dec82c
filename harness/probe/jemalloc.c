/* jemalloc's own accounts: bytes the calling thread allocated and freed (exact at once), its peak,
 * and the heap's level at the end. Size classes are counted, not requests. */
#define _GNU_SOURCE
#include "harness/probe/family.h"

#include <dlfcn.h>
#include <string.h>

typedef int mallctl_fn(const char *name, void *old, size_t *old_size, void *new, size_t new_size);

enum { ALLOCATED, DEALLOCATED, PEAK, HEAP, RESIDENT, COUNTS };

static const char *const names[COUNTS] = {
    [ALLOCATED] = "thread_allocated", [DEALLOCATED] = "thread_deallocated", [PEAK] = "thread_peak",
    [HEAP] = "heap_allocated",        [RESIDENT] = "heap_resident",
};

struct jemalloc {
    mallctl_fn *control; /* NULL: reason says why */
    const char *reason;
    uint64_t *allocated, *deallocated; /* jemalloc's counters of this thread */
    uint64_t begin_allocated, begin_deallocated;
};

static bool get(const struct jemalloc *j, const char *name, void *out, size_t size)
{
    size_t got = size;
    return j->control(name, out, &got, NULL, 0) == 0 && got == size;
}

/* Found at run time, so that a preloaded jemalloc is seen and a build without it still links. */
static void jemalloc_open(void *state)
{
    struct jemalloc *j = state;
    void *found = dlsym(RTLD_DEFAULT, "mallctl");
    if (!found) {
        j->reason = "this process does not use jemalloc";
        return;
    }
    memcpy(&j->control, &found, sizeof found); /* C has no cast from object to function pointer */
    if (get(j, "thread.allocatedp", &j->allocated, sizeof(void *)) &&
        get(j, "thread.deallocatedp", &j->deallocated, sizeof(void *)))
        return;
    j->control = NULL;
    j->reason = "this jemalloc was built without statistics";
}

const uint64_t *probe_jemalloc_allocated(const char **reason)
{
    struct jemalloc j = {0};
    jemalloc_open(&j);
    *reason = j.reason;
    return j.control ? j.allocated : NULL;
}

static void jemalloc_begin(void *state)
{
    struct jemalloc *j = state;
    if (!j->control)
        return;
    j->control("thread.peak.reset", NULL, NULL, NULL, 0);
    j->begin_allocated = *j->allocated;
    j->begin_deallocated = *j->deallocated;
}

_Static_assert(sizeof(size_t) == sizeof(uint64_t), "jemalloc's stats are size_t");

static void put_level(struct jemalloc *j, int row, const char *control, struct probe_totals *out)
{
    uint64_t value = 0;
    if (get(j, control, &value, sizeof value))
        probe_totals_put(out, names[row], "bytes", (double)value);
    else
        probe_totals_miss(out, names[row], "bytes", "this jemalloc does not keep it");
}

static void jemalloc_end(void *state, struct probe_totals *out)
{
    struct jemalloc *j = state;
    if (!j->control) {
        for (int i = 0; i < COUNTS; i++)
            probe_totals_miss(out, names[i], "bytes", j->reason);
        return;
    }
    uint64_t allocated = *j->allocated - j->begin_allocated;
    uint64_t deallocated = *j->deallocated - j->begin_deallocated;
    probe_totals_put(out, names[ALLOCATED], "bytes", (double)allocated);
    probe_totals_put(out, names[DEALLOCATED], "bytes", (double)deallocated);
    put_level(j, PEAK, "thread.peak.read", out);
    uint64_t epoch = 1; /* the stats are those of the last epoch: start a new one */
    j->control("epoch", NULL, NULL, &epoch, sizeof epoch);
    put_level(j, HEAP, "stats.allocated", out);
    put_level(j, RESIDENT, "stats.resident", out);
}

const struct probe_family probe_family_jemalloc = {
    .state_size = sizeof(struct jemalloc),
    .open = jemalloc_open,
    .begin = jemalloc_begin,
    .end = jemalloc_end,
};

#include "harness/probe/allocated.h"

#include "harness/base/mem.h"
#include "harness/probe/family.h"

static uint64_t calls_now(void)
{
    uint64_t calls = 0;
    for (int i = 0; i < MEM_COMPONENT_COUNT; i++)
        calls += mem_counts((enum mem_component)i).allocations;
    return calls;
}

void allocated_open(struct allocated *a)
{
    *a = (struct allocated){0};
    a->thread = probe_jemalloc_allocated(&a->reason);
}

void allocated_begin(struct allocated *a)
{
    a->begin_calls = calls_now();
    a->begin_bytes = a->thread ? *a->thread : 0;
}

void allocated_end(struct allocated *a)
{
    a->bytes += a->thread ? *a->thread - a->begin_bytes : 0;
    a->calls += calls_now() - a->begin_calls;
}

void allocated_put(const struct allocated *a, struct probe_totals *out)
{
    if (a->thread)
        probe_totals_put(out, "body_allocated", "bytes", (double)a->bytes);
    else
        probe_totals_miss(out, "body_allocated", "bytes", a->reason);
    probe_totals_put(out, "body_allocations", "calls", (double)a->calls);
}

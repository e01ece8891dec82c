#include "harness/profile/heap.h"

#include <math.h>
#include <string.h>

enum { INLINED = 32 };

double heap_scaled(double bytes, double objects, double rate)
{
    if (!(bytes > 0 && objects > 0))
        return 0;
    return rate > 1 ? bytes / (1 - exp(-bytes / objects / rate)) : bytes;
}

static const struct heap_mapping *mapping_at(const struct heap_profile *h, uint64_t address)
{
    for (int i = 0; i < h->mapping_count; i++)
        if (address >= h->mappings[i].start && address < h->mappings[i].end)
            return &h->mappings[i];
    return NULL;
}

static bool is_allocator(const struct heap_mapping *m)
{
    return m && strstr(m->path, "libjemalloc");
}

/* Appends what is called from one address. A return address may be the first of the next function: the
 * call stands before it. */
static int add_frames(const struct heap_profile *h, uint64_t address,
                      const struct heap_namer *namer, struct stacks *into, int *out, int room)
{
    struct stacks_frame frames[INLINED];
    const struct heap_mapping *m = mapping_at(h, address - 1);
    int n = m && m->path[0] ? namer->frames(namer->context, m->path,
                                            address - 1 - m->start + m->offset, frames, INLINED)
                            : 0;
    if (n == 0)
        frames[n++] = (struct stacks_frame){.name = STACKS_UNKNOWN, .file = "", .module = ""};
    n = n < room ? n : room;
    for (int i = 0; i < n; i++)
        out[i] = stacks_frame(into, &frames[i]);
    return n;
}

static void add_stack(const struct heap_profile *h, const struct heap_stack *s, uint64_t weight,
                      const struct heap_namer *namer, struct stacks *into)
{
    int frames[STACKS_DEPTH_MAX], depth = 0, leaf = 0;
    while (leaf < s->depth && is_allocator(mapping_at(h, s->addresses[leaf] - 1)))
        leaf++;
    for (int i = s->depth - 1; i >= leaf; i--)
        depth +=
            add_frames(h, s->addresses[i], namer, into, frames + depth, STACKS_DEPTH_MAX - depth);
    stacks_add(into, frames, depth, weight);
}

void heap_stacks(const struct heap_profile *h, enum heap_what what, const struct heap_namer *namer,
                 struct stacks *into)
{
    for (int i = 0; i < h->stack_count; i++) {
        const struct heap_stack *s = &h->stacks[i];
        double bytes = heap_scaled((double)s->bytes[what], (double)s->objects[what], h->rate);
        if (bytes >= 0.5)
            add_stack(h, s, (uint64_t)(bytes + 0.5), namer, into);
    }
}

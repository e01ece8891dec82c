#include "harness/profile/heap.h"

#include <math.h>
#include <string.h>

enum { DEPTH_MAX = 256 };

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

/* A return address may be the first of the next function: the call stands before it. */
static int place_of(const struct heap_profile *h, uint64_t address, struct places *places)
{
    const struct heap_mapping *m = mapping_at(h, address - 1);
    int image = images_number(&places->images, m ? m->path : "");
    return places_number(places, image, m ? address - 1 - m->start + m->offset : 0);
}

static void add_stack(const struct heap_profile *h, const struct heap_stack *s, uint64_t weight,
                      struct names *names, struct stacks *into)
{
    int places[DEPTH_MAX], n = 0, leaf = 0;
    while (leaf < s->depth && is_allocator(mapping_at(h, s->addresses[leaf] - 1)))
        leaf++;
    for (int i = leaf; i < s->depth && n < DEPTH_MAX; i++)
        places[n++] = place_of(h, s->addresses[i], names_places(names));
    names_add(names, places, n, weight, into);
}

void heap_stacks(const struct heap_profile *h, enum heap_what what, struct names *names,
                 struct stacks *into)
{
    for (int i = 0; i < h->stack_count; i++) {
        const struct heap_stack *s = &h->stacks[i];
        double bytes = heap_scaled((double)s->bytes[what], (double)s->objects[what], h->rate);
        if (bytes >= 0.5)
            add_stack(h, s, (uint64_t)(bytes + 0.5), names, into);
    }
}

#include "harness/profile/hits.h"

#include "harness/base/mem.h"

static int child(struct hits *t, int parent, int place)
{
    int n = pairs_number(&t->children, (uint64_t)parent, (uint64_t)place, t->count);
    if (n < t->count)
        return n;
    if (t->count == t->capacity) {
        t->capacity = t->capacity ? 2 * t->capacity : 256;
        t->nodes = mem_resize(MEM_BASE, t->nodes, (size_t)t->capacity * sizeof *t->nodes);
    }
    t->nodes[t->count] = (struct hits_node){.place = place, .parent = parent};
    return t->count++;
}

void hits_add(struct hits *t, const int *places, int n)
{
    int node = -1;
    for (int i = n - 1; i >= 0; i--)
        node = child(t, node, places[i]);
    if (node >= 0)
        t->nodes[node].samples++;
}

void hits_done(struct hits *t)
{
    mem_free(MEM_BASE, t->nodes);
    pairs_done(&t->children);
    *t = (struct hits){0};
}

#include "harness/flame/functions.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Is this the frame's first place on the way from the root? Depth is at most STACKS_DEPTH_MAX. */
static bool is_outermost(const struct stacks *s, int node)
{
    int frame = s->nodes[node].frame;
    for (int up = s->nodes[node].parent; up > 0; up = s->nodes[up].parent)
        if (s->nodes[up].frame == frame)
            return false;
    return true;
}

void functions_sums(const struct stacks *s, const uint64_t *node_self, const uint64_t *node_total,
                    uint64_t *self, uint64_t *total)
{
    for (int i = 1; i < s->node_count; i++) {
        self[s->nodes[i].frame] += node_self[i];
        if (is_outermost(s, i))
            total[s->nodes[i].frame] += node_total[i];
    }
}

/* qsort has no context: rows carry what they are sorted by. */
struct sortable {
    struct functions_row row;
    const char *name;
};

static int by_self(const void *left, const void *right)
{
    const struct sortable *a = left, *b = right;
    if (a->row.self != b->row.self)
        return a->row.self < b->row.self ? 1 : -1;
    if (a->row.total != b->row.total)
        return a->row.total < b->row.total ? 1 : -1;
    int order = strcmp(a->name, b->name);
    return order ? order : a->row.frame - b->row.frame;
}

static int collect(const struct stacks *s, const uint64_t *self, const uint64_t *total,
                   struct sortable *into)
{
    int n = 0;
    for (int f = 0; f < s->frame_count; f++)
        if (total[f] > 0)
            into[n++] = (struct sortable){
                {f, self[f], total[f]},
                s->frames[f].name
            };
    return n;
}

struct functions_row *functions_table(const struct stacks *s, struct arena *a, int *count)
{
    struct arena scratch = {0};
    uint64_t *node_self = ARENA_NEW(&scratch, uint64_t, s->node_count + 1);
    uint64_t *node_total = ARENA_NEW(&scratch, uint64_t, s->node_count + 1);
    uint64_t *self = ARENA_NEW(&scratch, uint64_t, s->frame_count + 1);
    uint64_t *total = ARENA_NEW(&scratch, uint64_t, s->frame_count + 1);
    struct sortable *sorted = ARENA_NEW(&scratch, struct sortable, s->frame_count + 1);
    for (int i = 0; i < s->node_count; i++) {
        node_self[i] = s->nodes[i].self;
        node_total[i] = s->nodes[i].total;
    }
    functions_sums(s, node_self, node_total, self, total);
    *count = collect(s, self, total, sorted);
    qsort(sorted, (size_t)*count, sizeof *sorted, by_self);
    struct functions_row *rows = *count ? ARENA_NEW(a, struct functions_row, *count) : NULL;
    for (int i = 0; i < *count; i++)
        rows[i] = sorted[i].row;
    arena_done(&scratch);
    return rows;
}

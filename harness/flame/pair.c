#include "harness/flame/pair.h"

#include <assert.h>
#include <string.h>

struct matching {
    struct stacks
        keys; /* frames only: names and files' own names, numbered as those of the union */
    struct stacks *all;
};

static int by_names(void *context, const struct stacks *from, int frame)
{
    struct matching *m = context;
    const struct stacks_frame *f = &from->frames[frame];
    const char *slash = strrchr(f->file, '/');
    int number = stacks_frame(
        &m->keys, &(struct stacks_frame){.name = f->name, .file = slash ? slash + 1 : f->file});
    if (number == m->all->frame_count)
        stacks_frame(m->all, f);
    assert(m->keys.frame_count == m->all->frame_count);
    return number;
}

static int *merge(struct matching *m, const struct stacks *side)
{
    int *node_of = mem_alloc(MEM_BASE, (size_t)side->node_count * sizeof *node_of);
    stacks_merge_as(m->all, side, by_names, m, node_of);
    return node_of;
}

/* Several nodes of a side may have become one. */
static void spread(struct flame_pair *p, enum flame_side side, const struct stacks *s, int *node_of)
{
    p->self[side] = ARENA_NEW(&p->all.arena, uint64_t, p->all.node_count);
    p->total[side] = ARENA_NEW(&p->all.arena, uint64_t, p->all.node_count);
    p->whole[side] = stacks_total(s);
    for (int i = 0; i < s->node_count; i++) {
        p->self[side][node_of[i]] += s->nodes[i].self;
        p->total[side][node_of[i]] += s->nodes[i].total;
    }
    mem_free(MEM_BASE, node_of);
}

void flame_pair_init(struct flame_pair *p, const struct stacks *before, const struct stacks *after)
{
    assert(before->unit == after->unit);
    *p = (struct flame_pair){.all.unit = before->unit};
    struct matching m = {.all = &p->all};
    int *of_before = merge(&m, before), *of_after = merge(&m, after);
    spread(p, FLAME_BEFORE, before, of_before);
    spread(p, FLAME_AFTER, after, of_after);
    stacks_done(&m.keys);
}

void flame_pair_done(struct flame_pair *p)
{
    stacks_done(&p->all);
    *p = (struct flame_pair){0};
}

double flame_pair_share(const struct flame_pair *p, enum flame_side side, uint64_t weight)
{
    return p->whole[side] ? (double)weight / (double)p->whole[side] : 0;
}

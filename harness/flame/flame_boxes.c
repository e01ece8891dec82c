#include "harness/flame/flame_boxes.h"

#include <stdlib.h>
#include <string.h>

struct laying {
    struct flame_boxes *b;
    const struct stacks *s;
    const double *share;
    double least;
    struct arena scratch;
};

struct child {
    const char *name, *file;
    int node;
};

static int by_name(const void *left, const void *right)
{
    const struct child *a = left, *b = right;
    int order = strcmp(a->name, b->name);
    order = order ? order : strcmp(a->file, b->file);
    return order ? order : a->node - b->node;
}

/* The children that are wide enough, sorted; what is not is counted. NULL: none. */
static struct child *children_of(struct laying *l, int node, int *count)
{
    const struct stacks_node *nodes = l->s->nodes;
    int n = 0;
    for (int c = nodes[node].first_child; c >= 0; c = nodes[c].next_sibling)
        n += l->share[c] >= l->least;
    struct child *children = ARENA_NEW(&l->scratch, struct child, n + 1);
    *count = 0;
    for (int c = nodes[node].first_child; c >= 0; c = nodes[c].next_sibling) {
        const struct stacks_frame *f = &l->s->frames[nodes[c].frame];
        if (l->share[c] >= l->least)
            children[(*count)++] = (struct child){f->name, f->file, c};
        else
            l->b->left_out_share += l->share[c];
    }
    qsort(children, (size_t)n, sizeof *children, by_name);
    return children;
}

/* As deep as the tree is: STACKS_DEPTH_MAX. */
static void lay(struct laying *l, int node, int depth, double start)
{
    struct flame_boxes *b = l->b;
    int count;
    b->box[b->count++] = (struct flame_box){node, depth, start, l->share[node]};
    b->rows = depth >= b->rows ? depth + 1 : b->rows;
    struct arena_mark mark = arena_mark(&l->scratch);
    struct child *children = children_of(l, node, &count);
    for (int i = 0; i < count; i++) {
        lay(l, children[i].node, depth + 1, start);
        start += l->share[children[i].node];
    }
    arena_release(&l->scratch, mark);
}

void flame_boxes_lay(struct flame_boxes *b, const struct stacks *s, const double *share,
                     double least)
{
    *b = (struct flame_boxes){0};
    struct laying l = {.b = b, .s = s, .share = share, .least = least};
    int with_share = 0, drawn = 0;
    for (int i = 0; i < s->node_count; i++) {
        with_share += share[i] > 0;
        drawn += share[i] >= least;
    }
    if (s->node_count == 0 || !(share[0] > 0))
        return;
    b->box = ARENA_NEW(&b->arena, struct flame_box, drawn + 1);
    lay(&l, 0, 0, 0);
    b->left_out = with_share - b->count;
    arena_done(&l.scratch);
}

void flame_boxes_done(struct flame_boxes *b)
{
    arena_done(&b->arena);
    *b = (struct flame_boxes){0};
}

#include "harness/flame/stacks.h"

#include "harness/base/rng.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

enum { FIRST_CAPACITY = 64, NONE = -1 };

/* ---- hash tables of numbers -------------------------------------------------------------------- */

/* Open addressing; a slot holds a number + 1, so that zeroed memory is an empty table. */
static void put(struct stacks_index *index, uint64_t hash, int number)
{
    uint64_t mask = (uint64_t)index->size - 1, at = hash & mask;
    while (index->slots[at] != 0)
        at = (at + 1) & mask;
    index->slots[at] = number + 1;
    index->used++;
}

typedef uint64_t number_hash(const struct stacks *s, int number);

/* Room for one more: at most half of the slots are taken. */
static void make_room(const struct stacks *s, struct stacks_index *index, number_hash *hash)
{
    if (2 * (index->used + 1) <= index->size)
        return;
    int numbers = index->used;
    mem_free(MEM_BASE, index->slots);
    index->size = index->size ? 2 * index->size : 2 * FIRST_CAPACITY;
    index->slots = mem_alloc_zero(MEM_BASE, (size_t)index->size * sizeof *index->slots);
    index->used = 0;
    for (int i = 0; i < numbers; i++)
        put(index, hash(s, i), i);
}

/* ---- frames ------------------------------------------------------------------------------------ */

static uint64_t text_hash(uint64_t hash, const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        hash = (hash ^ *p) * 0x100000001b3u; /* FNV-1a */
    return rng_mix(hash + 1);
}

static uint64_t frame_hash(const struct stacks_frame *f)
{
    return text_hash(text_hash(text_hash(0xcbf29ce484222325u, f->name), f->file), f->module);
}

static uint64_t numbered_frame_hash(const struct stacks *s, int number)
{
    return frame_hash(&s->frames[number]);
}

static bool same_frame(const struct stacks_frame *a, const struct stacks_frame *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->file, b->file) == 0 &&
           strcmp(a->module, b->module) == 0;
}

static int new_frame(struct stacks *s, const struct stacks_frame *f)
{
    if (s->frame_count == s->frame_capacity) {
        s->frame_capacity = s->frame_capacity ? 2 * s->frame_capacity : FIRST_CAPACITY;
        s->frames = mem_resize(MEM_BASE, s->frames, (size_t)s->frame_capacity * sizeof *s->frames);
    }
    s->frames[s->frame_count] = (struct stacks_frame){
        .name = arena_text(&s->arena, f->name),
        .file = arena_text(&s->arena, f->file),
        .module = arena_text(&s->arena, f->module),
        .line = f->line,
    };
    return s->frame_count++;
}

int stacks_frame(struct stacks *s, const struct stacks_frame *frame)
{
    struct stacks_frame whole = {
        .name = frame->name && *frame->name ? frame->name : STACKS_UNKNOWN,
        .file = frame->file ? frame->file : "",
        .module = frame->module ? frame->module : "",
        .line = frame->line,
    };
    make_room(s, &s->frame_index, numbered_frame_hash);
    uint64_t hash = frame_hash(&whole), mask = (uint64_t)s->frame_index.size - 1;
    for (uint64_t at = hash & mask; s->frame_index.slots[at]; at = (at + 1) & mask)
        if (same_frame(&s->frames[s->frame_index.slots[at] - 1], &whole))
            return s->frame_index.slots[at] - 1;
    int number = new_frame(s, &whole);
    put(&s->frame_index, hash, number);
    return number;
}

/* ---- nodes ------------------------------------------------------------------------------------- */

static uint64_t place_hash(int parent, int frame)
{
    return rng_mix((uint64_t)(uint32_t)parent << 32 | (uint32_t)frame);
}

static uint64_t numbered_node_hash(const struct stacks *s, int number)
{
    return place_hash(s->nodes[number].parent, s->nodes[number].frame);
}

static int new_node(struct stacks *s, int parent, int frame)
{
    if (s->node_count == s->node_capacity) {
        s->node_capacity = s->node_capacity ? 2 * s->node_capacity : FIRST_CAPACITY;
        s->nodes = mem_resize(MEM_BASE, s->nodes, (size_t)s->node_capacity * sizeof *s->nodes);
    }
    int number = s->node_count++;
    s->nodes[number] = (struct stacks_node){.frame = frame,
                                            .parent = parent,
                                            .first_child = NONE,
                                            .next_sibling = NONE,
                                            .last_child = NONE};
    if (parent == NONE)
        return number;
    struct stacks_node *above = &s->nodes[parent];
    if (above->last_child == NONE)
        above->first_child = number;
    else
        s->nodes[above->last_child].next_sibling = number;
    above->last_child = number;
    return number;
}

/* The place of this frame below the parent, made where it is not there yet. */
static int place(struct stacks *s, int parent, int frame)
{
    make_room(s, &s->node_index, numbered_node_hash);
    uint64_t hash = place_hash(parent, frame), mask = (uint64_t)s->node_index.size - 1;
    for (uint64_t at = hash & mask; s->node_index.slots[at]; at = (at + 1) & mask) {
        const struct stacks_node *node = &s->nodes[s->node_index.slots[at] - 1];
        if (node->parent == parent && node->frame == frame)
            return s->node_index.slots[at] - 1;
    }
    int number = new_node(s, parent, frame);
    put(&s->node_index, hash, number);
    return number;
}

static int root(struct stacks *s)
{
    return place(s, NONE, NONE);
}

void stacks_add(struct stacks *s, const int *frames, int depth, uint64_t weight)
{
    if (weight == 0)
        return;
    int node = root(s), cut = depth > STACKS_DEPTH_MAX ? depth - STACKS_DEPTH_MAX : 0;
    s->nodes[node].total += weight;
    for (int i = cut; i < depth; i++) {
        assert(frames[i] >= 0 && frames[i] < s->frame_count);
        node = place(s, node, frames[i]);
        s->nodes[node].total += weight;
    }
    s->nodes[node].self += weight;
}

void stacks_done(struct stacks *s)
{
    mem_free(MEM_BASE, s->frames);
    mem_free(MEM_BASE, s->nodes);
    mem_free(MEM_BASE, s->frame_index.slots);
    mem_free(MEM_BASE, s->node_index.slots);
    arena_done(&s->arena);
    *s = (struct stacks){.unit = s->unit};
}

/* ---- two trees --------------------------------------------------------------------------------- */

static int same_in_all(void *context, const struct stacks *b, int frame)
{
    return stacks_frame(context, &b->frames[frame]);
}

void stacks_merge_as(struct stacks *a, const struct stacks *b, stacks_same *same, void *context,
                     int *node_of)
{
    assert(a->unit == b->unit && a != b);
    if (b->node_count == 0)
        return;
    size_t frames = (size_t)b->frame_count, nodes = (size_t)b->node_count;
    int *frame_of = mem_alloc(MEM_BASE, (frames + 1) * sizeof *frame_of);
    int *own = node_of ? node_of : mem_alloc(MEM_BASE, nodes * sizeof *own);
    for (size_t i = 0; i < frames; i++)
        frame_of[i] = same(context, b, (int)i);
    for (size_t i = 0; i < nodes; i++) {
        const struct stacks_node *from = &b->nodes[i];
        own[i] =
            from->parent == NONE ? root(a) : place(a, own[from->parent], frame_of[from->frame]);
        a->nodes[own[i]].self += from->self;
        a->nodes[own[i]].total += from->total;
    }
    mem_free(MEM_BASE, frame_of);
    if (!node_of)
        mem_free(MEM_BASE, own);
}

void stacks_merge(struct stacks *a, const struct stacks *b)
{
    stacks_merge_as(a, b, same_in_all, a, NULL);
}

/* ---- reading ----------------------------------------------------------------------------------- */

uint64_t stacks_total(const struct stacks *s)
{
    return s->node_count ? s->nodes[0].total : 0;
}

int stacks_depth(const struct stacks *s, int node)
{
    int depth = 0;
    for (; s->nodes[node].parent != NONE; node = s->nodes[node].parent)
        depth++;
    return depth;
}

/* The next node in the order of the tree: below, beside, or beside what is above. depth is that of the node. */
static int next_node(const struct stacks *s, int node, int *depth)
{
    if (s->nodes[node].first_child != NONE) {
        (*depth)++;
        return s->nodes[node].first_child;
    }
    while (node != NONE && s->nodes[node].next_sibling == NONE) {
        node = s->nodes[node].parent;
        (*depth)--;
    }
    return node == NONE ? NONE : s->nodes[node].next_sibling;
}

void stacks_each(const struct stacks *s, stacks_visit *visit, void *context)
{
    int frames[STACKS_DEPTH_MAX], depth = 0;
    for (int node = s->node_count ? 0 : NONE; node != NONE; node = next_node(s, node, &depth)) {
        if (depth > 0)
            frames[depth - 1] = s->nodes[node].frame;
        if (s->nodes[node].self > 0)
            visit(context, frames, depth, s->nodes[node].self);
    }
}

const char *stacks_unit_word(enum stacks_unit unit)
{
    static const char *const words[] = {[STACKS_SAMPLES] = "samples",
                                        [STACKS_NANOSECONDS] = "nanoseconds",
                                        [STACKS_BYTES] = "bytes",
                                        [STACKS_INSTRUCTIONS] = "instructions"};
    return words[unit];
}

/* Call stacks with weights, as a tree: what a sampler fills and every drawing of a profile reads.
 *
 *     struct stacks s = {.unit = STACKS_SAMPLES};
 *     int frames[] = {stacks_frame(&s, &main_frame), stacks_frame(&s, &step_frame)};
 *     stacks_add(&s, frames, 2, 1);                // root first
 *     stacks_done(&s);
 *
 * A frame is a function, not a line of it: the same function in the same module is one frame, whatever
 * it was doing. Zero with a unit is a valid empty tree. Not for several threads.
 */
#ifndef CUPEL_FLAME_STACKS_H
#define CUPEL_FLAME_STACKS_H

#include "harness/base/arena.h"

#include <stddef.h>
#include <stdint.h>

enum stacks_unit { STACKS_SAMPLES, STACKS_NANOSECONDS, STACKS_BYTES, STACKS_INSTRUCTIONS };

/* file "" and line 0: not known. module: the program or shared object, without its folder. */
struct stacks_frame {
    const char *name, *file, *module;
    int line; /* of the function's definition */
};

/* A place in the tree: this frame, called from the parent's. Links are indices, -1: none. */
struct stacks_node {
    int frame, parent; /* of the root, node 0: both -1 */
    int first_child, next_sibling, last_child;
    uint64_t self, total; /* weight of the stacks that end here; of those that pass or end here */
};

enum { STACKS_DEPTH_MAX = 512 }; /* deeper stacks keep the part nearest the leaf */

struct stacks {
    enum stacks_unit unit;
    struct arena arena;
    struct stacks_frame *frames;
    int frame_count, frame_capacity;
    struct stacks_node
        *nodes; /* parents before children; [0] is the root once anything was added */
    int node_count, node_capacity;
    struct stacks_index { /* a hash table of numbers, private */
        int *slots, size, used;
    } frame_index, node_index;
};

void stacks_done(struct stacks *s);

/* The number of this frame, the same for equal name, file and module. Copies the texts. */
int stacks_frame(struct stacks *s, const struct stacks_frame *frame);

/* Adds weight to the stack of these frames, root first; depth 0 adds to the root alone, weight 0
 * nothing at all. */
void stacks_add(struct stacks *s, const int *frames, int depth, uint64_t weight);

/* Adds all of b to a: profiles of several runs. Units must be equal. */
void stacks_merge(struct stacks *a, const struct stacks *b);

/* The same, with the frames of b as `same` (called once a frame, with a number in b) says they are numbered in a.
 * node_of[b->node_count]: where each node of b came to stand in a; NULL: not wanted. */
typedef int stacks_same(void *context, const struct stacks *b, int frame);
void stacks_merge_as(struct stacks *a, const struct stacks *b, stacks_same *same, void *context,
                     int *node_of);

uint64_t stacks_total(const struct stacks *s); /* the root's */

/* Every stack that has weight of its own, once, in the order of the tree: frames root first. */
typedef void stacks_visit(void *context, const int *frames, int depth, uint64_t self);
void stacks_each(const struct stacks *s, stacks_visit *visit, void *context);

/* A node's depth: 0 for the root. */
int stacks_depth(const struct stacks *s, int node);

/* What a frame without a name, and a stack without frames, are called. */
#define STACKS_UNKNOWN "[unknown]"
#define STACKS_EMPTY   "[no stack]"

const char *stacks_unit_word(enum stacks_unit unit); /* "samples", "nanoseconds", ... */

#endif

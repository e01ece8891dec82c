/* How often each stack of places was seen: a tree, a node for a place called from its parent's.
 *
 *     hits_add(&t, places, n);           // leaf first, as unwinding finds them
 *     for (int i = 0; i < t.count; i++) if (t.nodes[i].samples) ...
 */
#ifndef CUPEL_PROFILE_HITS_H
#define CUPEL_PROFILE_HITS_H

#include "harness/profile/pairs.h"

#include <stdint.h>

struct hits_node {
    int place, parent; /* parent -1: nothing called it */
    uint64_t samples;  /* of stacks that end here */
};

struct hits {
    struct hits_node *nodes;
    int count, capacity;
    struct pairs children;
};

void hits_add(struct hits *t, const int *places, int n);
void hits_done(struct hits *t);

#endif

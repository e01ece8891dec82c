/* Who allocates in one side, as pictures: jemalloc's heap profile of a run of its own, with names. */
#ifndef CUPEL_PROFILE_PROFILE_HEAP_H
#define CUPEL_PROFILE_PROFILE_HEAP_H

#include "harness/profile/heap.h"
#include "harness/run/pair.h"

struct profile_heap {
    struct stacks stacks[HEAP_KINDS]; /* bytes */
    char unable[300];                 /* why there is none here; "" */
};

/* Error: the side fails, in its own words; INTERRUPTED. Owner: the caller, profile_heap_done, after an
 * error too. */
bool profile_heap_of(struct profile_heap *h, const struct plan_side *side, struct pair_runner *r,
                     struct err *e) MUST_CHECK;
void profile_heap_done(struct profile_heap *h);

#endif

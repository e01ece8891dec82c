/* Who allocates: jemalloc's heap profile of one side, in a run of its own, as stacks of bytes.
 *
 *     struct heap_profile h;
 *     if (heap_of_side(&h, &cell->new, &runner, e))
 *         heap_stacks(&h, HEAP_ALLOCATED, &namer, &stacks);    // stacks.unit: STACKS_BYTES
 *     heap_done(&h);
 *
 * jemalloc samples one allocation in so many bytes; figures are scaled up as its own jeprof does. The
 * worker alone, not its child processes.
 */
#ifndef CUPEL_PROFILE_HEAP_H
#define CUPEL_PROFILE_HEAP_H

#include "harness/flame/stacks.h"
#include "harness/run/pair.h"

/* At the end of the work, before it is released; and since the start, given back or not. */
enum heap_what { HEAP_HELD, HEAP_ALLOCATED, HEAP_KINDS };

struct heap_stack {
    const uint64_t *addresses; /* of return, the innermost first */
    int depth;
    uint64_t objects[HEAP_KINDS], bytes[HEAP_KINDS]; /* as sampled */
};

struct heap_mapping {
    uint64_t start, end, offset; /* offset: in the file */
    const char *path;            /* "": none */
};

struct heap_profile {
    struct arena arena;
    double rate; /* bytes a sample */
    struct heap_stack *stacks;
    struct heap_mapping *mappings;
    int stack_count, mapping_count;
};

/* Error: UNSUPPORTED (the sentence says why); the side fails in its own words; INTERRUPTED.
 * Owner: the caller, heap_done, after an error too. */
bool heap_of_side(struct heap_profile *h, const struct plan_side *side, struct pair_runner *r,
                  struct err *e) MUST_CHECK;
void heap_done(struct heap_profile *h);

/* The text of a dump, format heap_v2. name: for messages, which name the line. */
bool heap_parse(struct heap_profile *h, struct str text, const char *name,
                struct err *e) MUST_CHECK;

/* What a sample of this many objects and bytes stands for (jeprof, AdjustSamples): a sample of size s is
 * taken with the probability 1 - exp(-s / rate). */
double heap_scaled(double bytes, double objects, double rate);

/* Names a place in a file: the function, and those inlined there, the outermost first; returns how many. */
struct heap_namer {
    int (*frames)(void *context, const char *path, uint64_t offset, struct stacks_frame *out,
                  int max);
    void *context;
};

/* Adds all stacks. jemalloc's own frames are left out. */
void heap_stacks(const struct heap_profile *h, enum heap_what what, const struct heap_namer *namer,
                 struct stacks *into);

#endif

/* Numbers 0, 1, 2, ... for different keys, in the order in which they come first: which columns a set of
 * combinations needs. Open addressing, a power of two at most half full; no allocation but the arena's,
 * since this stands in the timed span of every symbol.
 */
#ifndef CUPEL_NUMERICS_KEY_SET_H
#define CUPEL_NUMERICS_KEY_SET_H

#include "harness/base/arena.h"

#include <stdint.h>

struct key {
    uint64_t a, b;
};

struct key_set {
    struct key *keys; /* [count], by number */
    int *slots;       /* number + 1, 0: free */
    uint64_t mask;
    int count;
};

struct key_set key_set_new(int most, struct arena *a); /* for at most so many different keys */

/* The key's number: the old count where it is new. */
int key_set_add(struct key_set *s, struct key key);

#endif

/* A number for each pair of whole numbers: what was met before is found again.
 *
 *     struct pairs p = {0};
 *     int n = pairs_number(&p, image, offset, count);     // == count: new
 *     pairs_done(&p);
 *
 * Zero is a valid empty table. Not for several threads.
 */
#ifndef CUPEL_PROFILE_PAIRS_H
#define CUPEL_PROFILE_PAIRS_H

#include "harness/base/arena.h"

#include <stdint.h>

struct pairs_item;

struct pairs {
    struct pairs_item *items;
    struct arena arena;
};

/* The number that this pair was given; -1: none. */
int pairs_find(const struct pairs *p, uint64_t a, uint64_t b);

/* The same; a pair that has none is given `fresh`. */
int pairs_number(struct pairs *p, uint64_t a, uint64_t b, int fresh);

/* Gives it this one, whatever it had. */
void pairs_set(struct pairs *p, uint64_t a, uint64_t b, int number);

int pairs_count(const struct pairs *p);
void pairs_done(struct pairs *p);

#endif

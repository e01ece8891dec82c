/* Two profiles on one tree: what differences are made of.
 *
 *     struct flame_pair p;
 *     flame_pair_init(&p, &before, &after);
 *     double share = flame_pair_share(&p, FLAME_AFTER, p.total[FLAME_AFTER][node]);
 *     flame_pair_done(&p);
 *
 * A function is the same in both when its name and its file's own name are: the folders and modules of
 * two builds differ.
 */
#ifndef CUPEL_FLAME_PAIR_H
#define CUPEL_FLAME_PAIR_H

#include "harness/flame/stacks.h"

enum flame_side { FLAME_BEFORE, FLAME_AFTER };

struct flame_pair {
    struct stacks all;            /* the union; its weights are the sums of both */
    uint64_t *self[2], *total[2]; /* [side][node of all] */
    uint64_t whole[2];            /* of each side: its root's total */
};

/* Units must be equal. Copies all: the two may end before the pair. */
void flame_pair_init(struct flame_pair *p, const struct stacks *before, const struct stacks *after);
void flame_pair_done(struct flame_pair *p);

/* 0..1 of that side's whole; 0 of an empty one. */
double flame_pair_share(const struct flame_pair *p, enum flame_side side, uint64_t weight);

#endif

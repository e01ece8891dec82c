/* The function table of a profile: what each function took itself, and with all that it called.
 *
 *     int count;
 *     struct functions_row *rows = functions_table(&stacks, &arena, &count);
 *     printf("%s %llu\n", stacks.frames[rows[0].frame].name, rows[0].self);
 */
#ifndef CUPEL_FLAME_FUNCTIONS_H
#define CUPEL_FLAME_FUNCTIONS_H

#include "harness/flame/stacks.h"

struct functions_row {
    int frame; /* of the stacks */
    uint64_t self,
        total; /* weight; a stack that a function is in several times counts once in total */
};

/* One row for every function with weight, by self, then total (most first), then name. NULL and 0 when there
 * is none. Owner: the arena. */
struct functions_row *functions_table(const struct stacks *s, struct arena *a, int *count);

/* The same sums for any weights of the tree's nodes: adds to self[frame] and total[frame], frame_count long. */
void functions_sums(const struct stacks *s, const uint64_t *node_self, const uint64_t *node_total,
                    uint64_t *self, uint64_t *total);

#endif

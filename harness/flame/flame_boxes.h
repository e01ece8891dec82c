/* Where the frames of a tree stand in a flame graph: the layout, before anything is drawn.
 *
 *     struct flame_boxes b;
 *     flame_boxes_lay(&b, &stacks, share_of_node, 0.0005);
 *     for (int i = 0; i < b.count; i++) draw(b.box[i].depth, b.box[i].start, b.box[i].share);
 *     flame_boxes_done(&b);
 *
 * Siblings stand by name, so that two profiles of one program look alike.
 */
#ifndef CUPEL_FLAME_FLAME_BOXES_H
#define CUPEL_FLAME_FLAME_BOXES_H

#include "harness/flame/stacks.h"

#define FLAME_BOXES_LEAST 0.0005 /* narrower frames are left out */

struct flame_box {
    int node, depth;     /* depth 0: the root */
    double start, share; /* of the width, 0..1 */
};

struct flame_boxes {
    struct flame_box
        *box;        /* a parent, then its children with all that is theirs; [0] is the root */
    int count, rows; /* rows: the greatest depth, and one */
    int left_out;    /* nodes with a share that are not drawn */
    double left_out_share; /* what stands above none of those drawn */
    struct arena arena;
};

/* share[node], of the width: the root's is 1, and no node's is less than its children's together. An empty
 * tree, or a root without a share, has no boxes. */
void flame_boxes_lay(struct flame_boxes *b, const struct stacks *s, const double *share,
                     double least);
void flame_boxes_done(struct flame_boxes *b);

#endif

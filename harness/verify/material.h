/* The market data of a verification: a copy of the user's bundle, and another one with the same
 * symbols and dates but other prices, which can take its place. The bundle itself is only read.
 *
 *     struct material m;
 *     if (!material_open(&m, "data/mag7", 0, NULL, arena, e)) ...
 *     ... run over m.bundle ... material_swap(&m, e) ... run over m.bundle, which is another now ...
 *     material_close(&m);
 */
#ifndef CUPEL_VERIFY_MATERIAL_H
#define CUPEL_VERIFY_MATERIAL_H

#include "harness/base/arena.h"
#include "harness/base/err.h"

#include <stdbool.h>

struct material {
    char *root;                       /* of all folders here */
    const char *bundle, *replacement; /* folders of market data */
    const char *store;                /* a place for results; material_new_store */
    bool swapped, synthetic;
    long times;                           /* distinct bar times */
    long longest;                         /* bars of the asset that has most */
    const char *first_half, *second_half; /* "FROM:TO" as settings take it */
};

/* A new folder of this process below `work` (NULL: $TMPDIR or /var/tmp), in the arena; NULL on error. */
char *material_root(const char *work, struct arena *a, struct err *e) MUST_CHECK;

/* Makes a folder of its own below `work` (NULL: $TMPDIR or /var/tmp). last: only the last so many bar
 * times are copied; 0: all. Error: also fewer than 16 bar times. Texts live in the arena. */
bool material_open(struct material *m, const char *dir, long last, const char *work,
                   struct arena *a, struct err *e) MUST_CHECK;
void material_close(struct material *m); /* removes what it made */

/* The other bundle takes the place of `bundle`, as a replaced folder does; again: back. */
bool material_swap(struct material *m, struct err *e) MUST_CHECK;
bool material_reset(struct material *m, struct err *e) MUST_CHECK; /* the copy is in its place */

/* Empties the store. */
bool material_new_store(const struct material *m, struct err *e) MUST_CHECK;

#endif

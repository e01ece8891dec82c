/* Addresses of code, numbered: a file and an offset in it. What is found out about one (its unwind
 * rule, its function) is found out once.
 *
 *     int n = places_number(&places, image, offset);
 *     const struct cfi_rule *rule = places_rule(&places, n);
 */
#ifndef CUPEL_PROFILE_PLACES_H
#define CUPEL_PROFILE_PLACES_H

#include "harness/profile/cfi.h"
#include "harness/profile/images.h"
#include "harness/profile/pairs.h"

#include <stdbool.h>
#include <stdint.h>

struct place {
    int image;
    uint64_t offset; /* 0 where the image is no file */
    bool asked;      /* for its rule */
    const struct cfi_rule *rule;
};

struct places {
    struct images images;
    struct pairs numbers;
    struct arena arena;
    struct place *places;
    int count, capacity;
};

int places_number(struct places *all, int image, uint64_t offset);

/* NULL: its unwind tables say nothing. */
const struct cfi_rule *places_rule(struct places *all, int place);

void places_done(struct places *all);

#endif

/* What a set of layers may find when it runs: one row, one state. Each tries the set on a subject and
 * holds all that comes of it against the base's (no layers, one process, nothing stored).
 */
#ifndef CUPEL_VERIFY_STATES_H
#define CUPEL_VERIFY_STATES_H

#include "harness/verify/material.h"
#include "harness/verify/passage.h"

/* The base's outcomes, made when first needed. */
struct references {
    struct outcome plain;    /* over the bundle */
    struct outcome updated;  /* the bundle replaced half way */
    struct outcome replaced; /* over the replacement */
    bool has_plain, has_updated, has_replaced;
};

void references_done(struct references *r);

struct trial {
    struct material *material;
    const struct bt_settings *settings; /* the subject's, one worker */
    struct references *references;
    uint64_t layers;   /* accepted */
    uint64_t universe; /* layers that the set's opposite is made of */
    long workers;
    long passages; /* counted up */
    uint64_t used; /* layers added that did something (passage.h) */
};

struct state {
    const char *name, *what;
    bool (*run)(struct trial *t, struct err *e);
};

extern const struct state states[]; /* a table that no name ends */

/* Error: MISMATCH, with the first difference; or what kept it from running. The material is as it was
 * before, also after an error. */
bool state_try(const struct state *state, struct trial *t, struct err *e) MUST_CHECK;

#endif

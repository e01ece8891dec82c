/* What places are called: files, unwind rules and symbols that were read once, kept for as many samplers
 * as come one after the other. (To read those of cupel and its libraries takes a tenth of a second.)
 *
 *     struct names *names = names_new();
 *     ... sampler_open(pid, &(struct sampler_options){.names = names}, e) ... sampler_close ...
 *     names_free(names);
 *
 * For one sampler at a time, and files that do not change meanwhile.
 */
#ifndef CUPEL_PROFILE_NAMES_H
#define CUPEL_PROFILE_NAMES_H

#include "harness/flame/stacks.h"
#include "harness/profile/places.h"
#include "harness/profile/whose.h"

struct names;

struct names *names_new(void);
void names_free(struct names *names); /* NULL is fine */

struct places *names_places(struct names *names);

enum names_stack {
    NAMES_WHOLE,  /* a function of the system was at its root: nothing above is missing */
    NAMES_CUT,    /* none was */
    NAMES_OUTSIDE /* not added: the rule leaves it out */
};

/* The stack of these places, leaf first, with `samples` samples: its functions, those that were inlined
 * as frames of their own. Functions of the system at its root are left out if there are others, and of
 * unknown functions of one module, one below the other, all but one. counts: NULL: every stack does. */
enum names_stack names_add(struct names *names, const int *places, int n, uint64_t samples,
                           whose_rule *counts, struct stacks *into);

#endif

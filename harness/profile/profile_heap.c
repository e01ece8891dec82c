#include "harness/profile/profile_heap.h"

#include "harness/profile/names.h"
#include "harness/run/interrupt.h"

#include <stdio.h>
#include <string.h>

static void name_all(struct profile_heap *h, const struct heap_profile *found)
{
    struct names *names = names_new();
    for (int k = 0; k < HEAP_KINDS; k++)
        heap_stacks(found, (enum heap_what)k, names, &h->stacks[k]);
    names_free(names);
}

bool profile_heap_of(struct profile_heap *h, const struct plan_side *side, struct pair_runner *r,
                     struct err *e)
{
    struct heap_profile found = {0};
    *h = (struct profile_heap){
        .stacks = {{.unit = STACKS_BYTES}, {.unit = STACKS_BYTES}}
    };
    bool ok = heap_of_side(&found, side, r, e);
    if (ok) {
        name_all(h, &found);
    } else if (strstr(e->text, "not supported here")) {
        snprintf(h->unable, sizeof h->unable, "%.*s", (int)sizeof h->unable - 1, e->text);
        ok = interrupt_none(e);
    }
    heap_done(&found);
    return ok;
}

void profile_heap_done(struct profile_heap *h)
{
    for (int k = 0; k < HEAP_KINDS; k++)
        stacks_done(&h->stacks[k]);
}

#include "harness/profile/profile_heap.h"

#include "harness/profile/names.h"
#include "harness/profile/symbols.h"
#include "harness/run/interrupt.h"

#include <stdio.h>
#include <string.h>

struct naming {
    struct names *names;
    struct arena texts;
};

static int frames_at(void *context, const char *path, uint64_t offset, struct stacks_frame *out,
                     int max)
{
    struct naming *n = context;
    struct stacks_frame frames[SYMBOLS_INLINED];
    struct places *places = names_places(n->names);
    int place = places_number(places, images_number(&places->images, path), offset);
    int found = symbols_at(places, place, &n->texts, frames);
    int kept = found < max ? found : max;
    memcpy(out, frames, (size_t)kept * sizeof *out);
    return kept;
}

static void name_all(struct profile_heap *h, const struct heap_profile *found)
{
    struct naming naming = {.names = names_new()};
    const struct heap_namer namer = {frames_at, &naming};
    for (int k = 0; k < HEAP_KINDS; k++)
        heap_stacks(found, (enum heap_what)k, &namer, &h->stacks[k]);
    arena_done(&naming.texts);
    names_free(naming.names);
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
    } else if (e->code == ERR_UNSUPPORTED) {
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

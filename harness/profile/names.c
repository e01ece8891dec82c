#include "harness/profile/names.h"

#include "harness/base/mem.h"
#include "harness/profile/images.h"
#include "harness/profile/symbols.h"
#include "harness/profile/unwind.h"

#include <string.h>

struct named {
    struct stacks_frame *frames; /* the outermost first */
    int n;                       /* 0: not yet looked for */
    bool is_start, is_unknown;
};

struct names {
    struct places places;
    struct arena arena;
    struct named *named; /* by place */
    int count;
};

struct names *names_new(void)
{
    return mem_alloc_zero(MEM_BASE, sizeof(struct names));
}

void names_free(struct names *names)
{
    if (!names)
        return;
    mem_free(MEM_BASE, names->named);
    arena_done(&names->arena);
    places_done(&names->places);
    mem_free(MEM_BASE, names);
}

struct places *names_places(struct names *names)
{
    return &names->places;
}

static void reserve(struct names *names)
{
    int n = names->places.count;
    if (n <= names->count)
        return;
    names->named = mem_resize(MEM_BASE, names->named, (size_t)n * sizeof *names->named);
    memset(names->named + names->count, 0, (size_t)(n - names->count) * sizeof *names->named);
    names->count = n;
}

static const struct named *name_of(struct names *names, int place)
{
    struct named *named = &names->named[place];
    if (named->n > 0)
        return named;
    struct stacks_frame frames[SYMBOLS_INLINED];
    named->n = symbols_at(&names->places, place, &names->arena, frames);
    named->is_start = symbols_is_start(&frames[0]);
    named->is_unknown = symbols_is_unknown(&frames[0]);
    named->frames = ARENA_NEW(&names->arena, struct stacks_frame, named->n);
    memcpy(named->frames, frames, (size_t)named->n * sizeof *frames);
    return named;
}

static bool is_same(const struct stacks_frame *a, const struct stacks_frame *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->module, b->module) == 0 &&
           strcmp(a->file, b->file) == 0;
}

/* Root first, of places[0..first); returns how many. */
static int collect(struct names *names, const int *places, int first,
                   const struct stacks_frame **frames)
{
    int depth = 0;
    for (int i = first - 1; i >= 0; i--) {
        const struct named *named = name_of(names, places[i]);
        for (int k = 0; k < named->n; k++)
            if (!named->is_unknown || depth == 0 || !is_same(frames[depth - 1], &named->frames[k]))
                frames[depth++] = &named->frames[k];
    }
    return depth;
}

/* A process that is being made has no function yet. */
static bool is_kernel_alone(const struct stacks_frame *const *frames, int n)
{
    return n == 1 && strcmp(frames[0]->name, IMAGES_KERNEL) == 0;
}

enum names_stack names_add(struct names *names, const int *places, int n, uint64_t samples,
                           whose_rule *counts, struct stacks *into)
{
    const struct stacks_frame *frames[(UNWIND_MAX + 1) * SYMBOLS_INLINED];
    int numbers[(UNWIND_MAX + 1) * SYMBOLS_INLINED], first = n;
    reserve(names);
    while (first > 0 && name_of(names, places[first - 1])->is_start)
        first--;
    int depth = collect(names, places, first > 0 ? first : n, frames);
    if (counts && !counts(frames, depth))
        return NAMES_OUTSIDE;
    for (int i = 0; i < depth; i++)
        numbers[i] = stacks_frame(into, frames[i]);
    stacks_add(into, numbers, depth, samples);
    return first < n || is_kernel_alone(frames, depth) ? NAMES_WHOLE : NAMES_CUT;
}

#include "harness/profile/places.h"

#include "harness/base/mem.h"

int places_number(struct places *all, int image, uint64_t offset)
{
    offset = all->images.images[image].is_file ? offset : 0;
    int n = pairs_number(&all->numbers, (uint64_t)image, offset, all->count);
    if (n < all->count)
        return n;
    if (all->count == all->capacity) {
        all->capacity = all->capacity ? 2 * all->capacity : 256;
        all->places =
            mem_resize(MEM_BASE, all->places, (size_t)all->capacity * sizeof *all->places);
    }
    all->places[all->count] = (struct place){.image = image, .offset = offset};
    return all->count++;
}

const struct cfi_rule *places_rule(struct places *all, int place)
{
    struct place *p = &all->places[place];
    uint64_t address;
    if (!p->asked && images_address(&all->images, p->image, p->offset, &address))
        p->rule = cfi_rule(images_open(&all->images, p->image), address, &all->arena);
    p->asked = true;
    return p->rule;
}

void places_done(struct places *all)
{
    mem_free(MEM_BASE, all->places);
    pairs_done(&all->numbers);
    arena_done(&all->arena);
    images_done(&all->images);
    *all = (struct places){0};
}

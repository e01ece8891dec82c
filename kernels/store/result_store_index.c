#include "kernels/store/result_store_index.h"

#include "harness/base/mem.h"
#include "harness/base/rng.h"

#include <string.h>

enum { FIRST_ROOM = 16, FILTER_LOG2 = 21, FILTER_BITS = 4 };

struct place_filter {
    uint64_t words[(1 << FILTER_LOG2) / 64];
};

/* Eight bytes at a time through splitmix64's finaliser. */
uint64_t place_key(const char *id)
{
    size_t n = strlen(id);
    uint64_t h = n;
    for (size_t i = 0; i < n; i += 8) {
        uint64_t word = 0;
        memcpy(&word, id + i, n - i < 8 ? n - i : 8);
        h = rng_mix(h ^ word);
    }
    return h;
}

static struct place_slot *slot_of(const struct place_table *t, uint64_t key)
{
    uint32_t mask = t->room - 1, i = (uint32_t)key & mask;
    while (t->slots[i].place.segment && t->slots[i].key != key)
        i = (i + 1) & mask;
    return &t->slots[i];
}

static void grow(struct place_table *t)
{
    struct place_table old = *t;
    t->room = old.room ? 2 * old.room : FIRST_ROOM;
    t->slots = mem_alloc_zero(MEM_RESULTS, t->room * sizeof *t->slots);
    for (uint32_t i = 0; i < old.room; i++)
        if (old.slots[i].place.segment)
            *slot_of(t, old.slots[i].key) = old.slots[i];
    mem_free(MEM_RESULTS, old.slots);
}

struct place place_find(const struct place_table *t, uint64_t key)
{
    return t->room ? slot_of(t, key)->place : (struct place){0};
}

void place_put(struct place_table *t, uint64_t key, struct place place)
{
    if (t->n >= t->room / 5 * 4)
        grow(t);
    struct place_slot *slot = slot_of(t, key);
    t->n += slot->place.segment == 0;
    *slot = (struct place_slot){key, place};
}

void place_done(struct place_table *t)
{
    mem_free(MEM_RESULTS, t->slots);
    *t = (struct place_table){0};
}

struct place_filter *place_filter_new(void)
{
    return mem_alloc_zero(MEM_RESULTS, sizeof(struct place_filter));
}

void place_filter_free(struct place_filter *f)
{
    mem_free(MEM_RESULTS, f);
}

/* Bit numbers by double hashing (Kirsch & Mitzenmacher 2006). */
bool place_filter_seen(struct place_filter *f, uint64_t key)
{
    uint64_t a = key, step = rng_mix(key) | 1, missing = 0;
    for (int i = 0; i < FILTER_BITS; i++, a += step) {
        uint64_t *word = &f->words[(a & ((1u << FILTER_LOG2) - 1)) / 64], bit = 1ull << (a % 64);
        missing |= ~*word & bit;
        *word |= bit;
    }
    return missing == 0;
}

#include "harness/profile/pairs.h"

#define HASH_FUNCTION(key, bytes, hash) (hash) = mixed((const uint64_t *)(key))
#define uthash_malloc(bytes)            mem_alloc(MEM_BASE, bytes)
#define uthash_free(p, bytes)           mem_free(MEM_BASE, p)
#include <uthash.h>

/* Both numbers go into the high half of a product, the golden ratio's digits its factor. */
static unsigned mixed(const uint64_t key[2])
{
    uint64_t x = (key[0] + 1) * 0x9E3779B97F4A7C15U ^ key[1];
    return (unsigned)(x * 0x9E3779B97F4A7C15U >> 32);
}

struct pairs_item {
    uint64_t key[2];
    int number;
    UT_hash_handle hh;
};

static struct pairs_item *item_of(const struct pairs *p, const uint64_t key[2])
{
    struct pairs_item *item;
    HASH_FIND(hh, p->items, key, 2 * sizeof *key, item);
    return item;
}

static struct pairs_item *made(struct pairs *p, uint64_t a, uint64_t b, int number)
{
    const uint64_t key[2] = {a, b};
    struct pairs_item *item = item_of(p, key);
    if (item)
        return item;
    item = ARENA_NEW(&p->arena, struct pairs_item, 1);
    *item = (struct pairs_item){
        .key = {a, b},
          .number = number
    };
    HASH_ADD(hh, p->items, key, sizeof item->key, item);
    return item;
}

int pairs_find(const struct pairs *p, uint64_t a, uint64_t b)
{
    const struct pairs_item *item = item_of(p, (const uint64_t[]){a, b});
    return item ? item->number : -1;
}

int pairs_number(struct pairs *p, uint64_t a, uint64_t b, int fresh)
{
    return made(p, a, b, fresh)->number;
}

void pairs_set(struct pairs *p, uint64_t a, uint64_t b, int number)
{
    made(p, a, b, number)->number = number;
}

int pairs_count(const struct pairs *p)
{
    return (int)HASH_COUNT(p->items);
}

void pairs_done(struct pairs *p)
{
    HASH_CLEAR(hh, p->items);
    arena_done(&p->arena);
    *p = (struct pairs){0};
}

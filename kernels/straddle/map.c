#include "kernels/straddle/map.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "kernels/cache/hash.h"

#include <string.h>

#define uthash_malloc(bytes)            mem_alloc(MEM_BASE, bytes)
#define uthash_free(p, bytes)           mem_free(MEM_BASE, p)
#define HASH_FUNCTION(key, bytes, hash) (hash) = (unsigned)cache_hash(key, bytes)
#include <uthash.h>

struct item {
    UT_hash_handle hh;
    uint64_t value[]; /* then the key */
};

struct map {
    struct item *items;
    size_t value_bytes; /* whole units of alignment */
    size_t kept_bytes;
    struct arena arena;
};

struct map *map_new(size_t value_bytes)
{
    struct map *m = mem_alloc_zero(MEM_BASE, sizeof *m);
    m->value_bytes = (value_bytes + sizeof(uint64_t) - 1) / sizeof(uint64_t) * sizeof(uint64_t);
    return m;
}

void map_free(struct map *m)
{
    if (!m)
        return;
    HASH_CLEAR(hh, m->items);
    arena_done(&m->arena);
    mem_free(MEM_BASE, m);
}

static struct item *find(const struct map *m, const void *key, size_t n)
{
    struct item *item;
    HASH_FIND(hh, m->items, key, n, item);
    return item;
}

void *map_put(struct map *m, const void *key, size_t n)
{
    struct item *item = find(m, key, n);
    if (item)
        return item->value;
    size_t bytes = sizeof *item + m->value_bytes + n;
    item = arena_alloc(&m->arena, bytes);
    char *own = (char *)item->value + m->value_bytes;
    memcpy(own, key, n);
    HASH_ADD_KEYPTR(hh, m->items, own, n, item);
    m->kept_bytes += bytes;
    return item->value;
}

const void *map_find(const struct map *m, const void *key, size_t n)
{
    const struct item *item = find(m, key, n);
    return item ? item->value : NULL;
}

const char *map_keep(struct map *m, const char *text, size_t n)
{
    m->kept_bytes += n + 1;
    return str_copy(&m->arena, (struct str){text, n});
}

size_t map_bytes(const struct map *m)
{
    size_t handles = HASH_COUNT(m->items) * sizeof(UT_hash_handle); /* in kept_bytes too */
    return sizeof *m + m->kept_bytes + HASH_OVERHEAD(hh, m->items) - handles;
}

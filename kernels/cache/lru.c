#include "kernels/cache/lru.h"

#include "harness/base/mem.h"

#include <assert.h>
#include <string.h>

#define uthash_malloc(bytes)  mem_alloc(MEM_BASE, bytes)
#define uthash_free(p, bytes) mem_free(MEM_BASE, p)
#include <uthash.h>

/* An entry is `live` (found by its key, in the list of recency) or, once removed while pinned, only
 * found by its value, until the last unpin. Either way its bytes count. */
struct entry {
    UT_hash_handle by_key, by_value;
    struct entry *newer, *older;
    void *value;
    size_t bytes, key_bytes;
    uint64_t pins;
    bool live;
    unsigned char key[];
};

struct lru {
    struct entry *keys, *values;
    struct entry *newest, *oldest;
    struct lru_stats stats;
    size_t pinned_entries, pinned_bytes;
    lru_drop_fn *drop;
    void *owner;
};

struct lru *lru_new(struct lru_limits limits, lru_drop_fn *drop, void *owner)
{
    struct lru *c = mem_alloc_zero(MEM_BASE, sizeof *c);
    c->stats.limits = limits;
    c->drop = drop;
    c->owner = owner;
    return c;
}

static void list_remove(struct lru *c, struct entry *entry)
{
    *(entry->newer ? &entry->newer->older : &c->newest) = entry->older;
    *(entry->older ? &entry->older->newer : &c->oldest) = entry->newer;
}

static void list_add_newest(struct lru *c, struct entry *entry)
{
    entry->newer = NULL;
    entry->older = c->newest;
    *(c->newest ? &c->newest->newer : &c->oldest) = entry;
    c->newest = entry;
}

static struct entry *find_key(const struct lru *c, const void *key, size_t key_bytes)
{
    struct entry *entry;
    HASH_FIND(by_key, c->keys, key, key_bytes, entry);
    return entry;
}

static struct entry *find_value(const struct lru *c, const void *value)
{
    struct entry *entry;
    HASH_FIND(by_value, c->values, &value, sizeof value, entry);
    return entry;
}

static void pin(struct lru *c, struct entry *entry)
{
    if (entry->pins++ > 0)
        return;
    c->pinned_entries++;
    c->pinned_bytes += entry->bytes;
}

static void destroy(struct lru *c, struct entry *entry)
{
    HASH_DELETE(by_value, c->values, entry);
    c->stats.entries--;
    c->stats.bytes -= entry->bytes;
    void *value = entry->value;
    mem_free(MEM_BASE, entry);
    c->drop(value, c->owner);
}

static void take_out(struct lru *c, struct entry *entry)
{
    HASH_DELETE(by_key, c->keys, entry); // NOLINT: uthash knows that the entry is in the table
    list_remove(c, entry);
    entry->live = false;
    if (entry->pins == 0)
        destroy(c, entry);
}

void lru_free(struct lru *c)
{
    if (!c)
        return;
    assert(c->pinned_entries == 0);
    lru_clear(c);
    mem_free(MEM_BASE, c);
}

void *lru_get(struct lru *c, const void *key, size_t key_bytes)
{
    struct entry *entry = find_key(c, key, key_bytes);
    if (!entry) {
        c->stats.misses++;
        return NULL;
    }
    c->stats.hits++;
    pin(c, entry);
    list_remove(c, entry);
    list_add_newest(c, entry);
    return entry->value;
}

static bool within(size_t held, size_t more, size_t limit)
{
    return limit == 0 || (more <= limit && held <= limit - more);
}

static void evict_until_room(struct lru *c, size_t bytes)
{
    const struct lru_stats *s = &c->stats;
    struct entry *entry = c->oldest;
    while (!within(s->entries, 1, s->limits.entries) || !within(s->bytes, bytes, s->limits.bytes)) {
        while (entry->pins > 0)
            entry = entry->newer;
        struct entry *next = entry->newer;
        c->stats.evictions++;
        take_out(c, entry);
        entry = next;
    }
}

static struct entry *entry_new(const void *key, size_t key_bytes, void *value, size_t bytes)
{
    struct entry *entry = mem_alloc_zero(MEM_BASE, sizeof *entry + key_bytes);
    memcpy(entry->key, key, key_bytes);
    entry->key_bytes = key_bytes;
    entry->value = value;
    entry->bytes = bytes;
    entry->live = true;
    return entry;
}

bool lru_put(struct lru *c, const void *key, size_t key_bytes, void *value, size_t value_bytes)
{
    assert(value && !find_value(c, value));
    /* Asked before anything leaves, so that a refusal changes nothing. */
    if (!within(c->pinned_entries, 1, c->stats.limits.entries) ||
        !within(c->pinned_bytes, value_bytes, c->stats.limits.bytes)) {
        c->stats.refusals++;
        return false;
    }
    lru_remove(c, key, key_bytes);
    evict_until_room(c, value_bytes);
    struct entry *entry = entry_new(key, key_bytes, value, value_bytes);
    HASH_ADD_KEYPTR(by_key, c->keys, entry->key, key_bytes, entry);
    HASH_ADD_KEYPTR(by_value, c->values, &entry->value, sizeof entry->value, entry);
    list_add_newest(c, entry);
    c->stats.entries++;
    c->stats.bytes += value_bytes;
    pin(c, entry);
    return true;
}

void lru_unpin(struct lru *c, void *value)
{
    struct entry *entry = find_value(c, value);
    assert(entry && entry->pins > 0);
    if (--entry->pins > 0)
        return;
    c->pinned_entries--;
    c->pinned_bytes -= entry->bytes;
    if (!entry->live)
        destroy(c, entry);
}

bool lru_remove(struct lru *c, const void *key, size_t key_bytes)
{
    struct entry *entry = find_key(c, key, key_bytes);
    if (entry)
        take_out(c, entry);
    return entry != NULL;
}

void lru_clear(struct lru *c)
{
    while (c->oldest)
        take_out(c, c->oldest);
}

struct lru_stats lru_stats(const struct lru *c)
{
    return c->stats;
}

#include "kernels/cache/lru.h"

#include "harness/base/mem.h"
#include "kernels/cache/hash.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

#define uthash_malloc(bytes)            mem_alloc(MEM_BASE, bytes)
#define uthash_free(p, bytes)           mem_free(MEM_BASE, p)
#define HASH_FUNCTION(key, bytes, hash) (hash) = (unsigned)cache_hash(key, bytes)
#include <uthash.h>

enum tier { ORDINARY, KEPT, TIERS };

/* An entry is `live` (found by its key, in the list of recency) or, once removed while pinned, only
 * found by its value, until the last unpin. Either way its bytes count. */
struct entry {
    UT_hash_handle by_key, by_value;
    struct entry *newer,
        *older; /* in its tier; `newer` also links entries that wait to be dropped */
    void *value;
    size_t bytes, key_bytes;
    uint64_t pins;
    enum tier tier;
    bool live;
    unsigned char key[];
};

struct order {
    struct entry *newest, *oldest;
};

struct size {
    size_t entries, bytes;
};

struct lru {
    pthread_mutex_t lock;
    struct entry *keys, *values;
    struct order order[TIERS];
    struct lru_stats stats;
    struct size pinned;    /* of both tiers */
    struct size kept_idle; /* live and not pinned, of the kept tier */
    struct entry *left;    /* left the tables, to be dropped once the lock is open; oldest first */
    struct entry **left_end;
    lru_drop_fn *drop;
    void *owner;
};

struct lru *lru_new(struct lru_limits limits, lru_drop_fn *drop, void *owner)
{
    struct lru *c = mem_alloc_zero(MEM_BASE, sizeof *c);
    pthread_mutex_init(&c->lock, NULL);
    c->stats.limits = limits;
    c->drop = drop;
    c->owner = owner;
    c->left_end = &c->left;
    return c;
}

/* ---- the lock --------------------------------------------------------------------------------- */

static void lock(struct lru *c)
{
    pthread_mutex_lock(&c->lock);
}

/* A drop may take long, or call this cache. */
static void unlock_and_drop(struct lru *c)
{
    struct entry *left = c->left;
    c->left = NULL;
    c->left_end = &c->left;
    pthread_mutex_unlock(&c->lock);
    for (struct entry *next; left; left = next) {
        next = left->newer;
        c->drop(left->value, c->owner);
        mem_free(MEM_BASE, left);
    }
}

/* ---- parts, all under the lock ---------------------------------------------------------------- */

static void size_add(struct size *s, const struct entry *entry)
{
    s->entries++;
    s->bytes += entry->bytes;
}

static void size_sub(struct size *s, const struct entry *entry)
{
    s->entries--;
    s->bytes -= entry->bytes;
}

static void list_remove(struct lru *c, struct entry *entry)
{
    struct order *order = &c->order[entry->tier];
    *(entry->newer ? &entry->newer->older : &order->newest) = entry->older;
    *(entry->older ? &entry->older->newer : &order->oldest) = entry->newer;
}

static void list_add_newest(struct lru *c, struct entry *entry)
{
    struct order *order = &c->order[entry->tier];
    entry->newer = NULL;
    entry->older = order->newest;
    *(order->newest ? &order->newest->newer : &order->oldest) = entry;
    order->newest = entry;
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

static bool is_idle_kept(const struct entry *entry)
{
    return entry->tier == KEPT && entry->live && entry->pins == 0;
}

static void pin(struct lru *c, struct entry *entry)
{
    if (is_idle_kept(entry))
        size_sub(&c->kept_idle, entry);
    if (entry->pins++ == 0)
        size_add(&c->pinned, entry);
}

static void leave(struct lru *c, struct entry *entry)
{
    HASH_DELETE(by_value, c->values, entry);
    c->stats.entries--;
    c->stats.bytes -= entry->bytes;
    if (entry->tier == KEPT) {
        c->stats.kept_entries--;
        c->stats.kept_bytes -= entry->bytes;
    }
    entry->newer = NULL;
    *c->left_end = entry;
    c->left_end = &entry->newer;
}

static void take_out(struct lru *c, struct entry *entry)
{
    if (is_idle_kept(entry))
        size_sub(&c->kept_idle, entry);
    HASH_DELETE(by_key, c->keys, entry); // NOLINT: uthash knows that the entry is in the table
    list_remove(c, entry);
    entry->live = false;
    if (entry->pins == 0)
        leave(c, entry);
}

static void take_out_all(struct lru *c)
{
    for (int tier = 0; tier < TIERS; tier++)
        while (c->order[tier].oldest)
            take_out(c, c->order[tier].oldest);
}

/* ---- room ------------------------------------------------------------------------------------- */

static bool within(size_t held, size_t more, size_t limit)
{
    return limit == 0 || (more <= limit && held <= limit - more);
}

static bool has_room(const struct lru *c, struct size held, size_t bytes)
{
    return within(held.entries, 1, c->stats.limits.entries) &&
           within(held.bytes, bytes, c->stats.limits.bytes);
}

/* What stays whatever is evicted for an entry of that tier, and once the old one of its key left. */
static struct size staying(const struct lru *c, enum tier tier, const struct entry *old)
{
    struct size s = c->pinned;
    if (tier == KEPT)
        return s;
    s.entries += c->kept_idle.entries;
    s.bytes += c->kept_idle.bytes;
    if (old && is_idle_kept(old))
        size_sub(&s, old);
    return s;
}

static void evict_until_room(struct lru *c, enum tier tier, size_t bytes)
{
    const struct lru_stats *s = &c->stats;
    for (enum tier from = ORDINARY; from <= tier; from++)
        for (struct entry *entry = c->order[from].oldest, *next; entry; entry = next) {
            if (has_room(c, (struct size){s->entries, s->bytes}, bytes))
                return;
            next = entry->newer;
            if (entry->pins > 0)
                continue;
            c->stats.evictions++;
            take_out(c, entry);
        }
}

static struct entry *entry_new(enum tier tier, const void *key, size_t key_bytes, void *value,
                               size_t bytes)
{
    struct entry *entry = mem_alloc_zero(MEM_BASE, sizeof *entry + key_bytes);
    memcpy(entry->key, key, key_bytes);
    entry->key_bytes = key_bytes;
    entry->value = value;
    entry->bytes = bytes;
    entry->tier = tier;
    return entry;
}

static void come(struct lru *c, struct entry *entry)
{
    HASH_ADD_KEYPTR(by_key, c->keys, entry->key, entry->key_bytes, entry);
    HASH_ADD_KEYPTR(by_value, c->values, &entry->value, sizeof entry->value, entry);
    list_add_newest(c, entry);
    entry->live = true;
    c->stats.entries++;
    c->stats.bytes += entry->bytes;
    if (entry->tier == KEPT) {
        c->stats.kept_entries++;
        c->stats.kept_bytes += entry->bytes;
    }
    entry->pins = 1;
    size_add(&c->pinned, entry);
}

static bool put(struct lru *c, struct entry *entry)
{
    struct entry *old = find_key(c, entry->key, entry->key_bytes);
    assert(!find_value(c, entry->value));
    /* Asked before anything leaves, so that a refusal changes nothing. */
    if (!has_room(c, staying(c, entry->tier, old), entry->bytes)) {
        c->stats.refusals++;
        return false;
    }
    if (old)
        take_out(c, old);
    evict_until_room(c, entry->tier, entry->bytes);
    come(c, entry);
    return true;
}

static bool put_in_tier(struct lru *c, struct entry *entry)
{
    lock(c);
    bool ok = put(c, entry);
    unlock_and_drop(c);
    if (!ok)
        mem_free(MEM_BASE, entry);
    return ok;
}

/* ---- the interface ---------------------------------------------------------------------------- */

void lru_free(struct lru *c)
{
    if (!c)
        return;
    assert(c->pinned.entries == 0);
    lru_clear(c);
    pthread_mutex_destroy(&c->lock);
    mem_free(MEM_BASE, c);
}

const void *lru_get(struct lru *c, const void *key, size_t key_bytes)
{
    lock(c);
    struct entry *entry = find_key(c, key, key_bytes);
    ++*(entry ? &c->stats.hits : &c->stats.misses);
    if (entry) {
        pin(c, entry);
        list_remove(c, entry);
        list_add_newest(c, entry);
    }
    pthread_mutex_unlock(&c->lock);
    return entry ? entry->value : NULL;
}

bool lru_put(struct lru *c, const void *key, size_t key_bytes, void *value, size_t value_bytes)
{
    return put_in_tier(c, entry_new(ORDINARY, key, key_bytes, value, value_bytes));
}

bool lru_put_kept(struct lru *c, const void *key, size_t key_bytes, void *value, size_t value_bytes)
{
    return put_in_tier(c, entry_new(KEPT, key, key_bytes, value, value_bytes));
}

void lru_unpin(struct lru *c, const void *value)
{
    lock(c);
    struct entry *entry = find_value(c, value);
    assert(entry && entry->pins > 0);
    if (--entry->pins == 0) {
        size_sub(&c->pinned, entry);
        if (!entry->live)
            leave(c, entry);
        else if (entry->tier == KEPT)
            size_add(&c->kept_idle, entry);
    }
    unlock_and_drop(c);
}

bool lru_remove(struct lru *c, const void *key, size_t key_bytes)
{
    lock(c);
    struct entry *entry = find_key(c, key, key_bytes);
    bool found = entry != NULL;
    if (found)
        take_out(c, entry);
    unlock_and_drop(c);
    return found;
}

void lru_clear(struct lru *c)
{
    lock(c);
    take_out_all(c);
    unlock_and_drop(c);
}

struct lru_stats lru_stats(struct lru *c)
{
    lock(c);
    struct lru_stats stats = c->stats;
    pthread_mutex_unlock(&c->lock);
    return stats;
}

void lru_each(struct lru *c, lru_each_fn *visit, void *context)
{
    lock(c);
    for (int tier = 0; tier < TIERS; tier++)
        for (const struct entry *entry = c->order[tier].newest; entry; entry = entry->older)
            visit(context, entry->key, entry->key_bytes, entry->value, entry->bytes);
    pthread_mutex_unlock(&c->lock);
}

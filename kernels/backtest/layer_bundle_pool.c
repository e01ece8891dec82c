/* bundle-pool: bundles stay open, the least recently used closes first (setting
 * max_bundle_pool_size).
 *
 * A pooled bundle is handed out only while its folder's version is what it was when it was opened:
 * time of change, size and inode of its three files, of which the manifest holds the generation. That
 * is three stats a look-up and no read. Only when the version is another is the content hashed: data
 * that were edited in place are an error that names them; a replaced bundle is opened anew; one that
 * was merely touched has the content that it had, so that caches which are keyed by content stay good.
 */
#include "kernels/backtest/run.h"

#include "kernels/backtest/cached.h"

#include <string.h>

struct pooled {
    struct bundle *bundle;
    struct bt_lease beneath;
    struct bundle_version version;
};

struct state {
    struct lru *pool; /* by folder */
    size_t most;
    uint64_t stale, touched; /* other versions met; of these, with the content of before */
};

static void drop(void *value, void *owner)
{
    (void)owner;
    struct pooled *p = value;
    bt_lease_end(&p->beneath);
    mem_free(MEM_BUNDLES, p);
}

static bool init(void *state, const struct bt_plan *plan, struct err *e)
{
    (void)e;
    struct state *s = state;
    s->most = (size_t)plan->bundles_max;
    return true;
}

static void done(void *state)
{
    struct state *s = state;
    lru_free(s->pool);
}

/* Opens what the folder holds now. Hands out the pool's entry, or the bundle alone when all places
 * of the pool are taken by bundles in use. */
static bool open_into(struct state *s, const struct bt_bundle_link *self, struct bt_run *run,
                      struct bundle_version now, struct bundle **out, struct bt_lease *lease,
                      struct err *e)
{
    const char *dir = run->plan.bundle_dir;
    if (!BT_CALL(self->next, run, out, lease, e))
        return false;
    struct pooled *p = mem_alloc(MEM_BUNDLES, sizeof *p);
    *p = (struct pooled){*out, *lease, now};
    if (lru_put(s->pool, dir, strlen(dir), p, sizeof *p))
        *lease = bt_lease_of_entry(s->pool, p);
    else
        mem_free(MEM_BUNDLES, p);
    return true;
}

/* The folder's files are not those that the pool knows. */
static bool reopen(struct state *s, const struct bt_bundle_link *self, struct bt_run *run,
                   const struct pooled *old, struct bundle_version now, struct bundle **out,
                   struct bt_lease *lease, struct err *e)
{
    const char *dir = run->plan.bundle_dir;
    char content[SHA256_HEX];
    memcpy(content, bundle_info(old->bundle)->content, sizeof content);
    s->stale++;
    lru_unpin(s->pool, old);
    lru_remove(s->pool, dir, strlen(dir));
    if (!open_into(s, self, run, now, out, lease, e)) /* the base verifies what has changed */
        return false;
    s->touched += strcmp(content, bundle_info(*out)->content) == 0;
    return true;
}

static bool bundle_bundle_pool(const struct bt_bundle_link *self, struct bt_run *run,
                               struct bundle **out, struct bt_lease *lease, struct err *e)
{
    struct state *s = self->state;
    const char *dir = run->plan.bundle_dir;
    struct bundle_version now; /* taken before opening: a change in between is seen next time */
    if (!bundle_version(dir, &now, e))
        return false;
    if (!s->pool)
        s->pool = lru_new((struct lru_limits){.entries = s->most}, drop, NULL);
    const struct pooled *p = lru_get(s->pool, dir, strlen(dir));
    if (!p)
        return open_into(s, self, run, now, out, lease, e);
    if (!bundle_version_equal(p->version, now))
        return reopen(s, self, run, p, now, out, lease, e);
    *out = p->bundle;
    *lease = bt_lease_of_entry(s->pool, p);
    return true;
}

/* An entry that was found but is stale is a miss. */
static int caches(const void *state, struct cache_stats *out, int max)
{
    const struct state *s = state;
    if (max < 1)
        return 0;
    out[0] = cache_stats_of(s->pool, (struct cache_stats){.name = "bundle-pool",
                                                          .counts = "bundle_pool",
                                                          .setting = "max_bundle_pool_size",
                                                          .kind = CACHE_LISTS,
                                                          .entry_limit = s->most});
    out[0].hits -= s->stale;
    out[0].misses += s->stale;
    return 1;
}

/* Every bundle is opened anew. */
static void clear(void *state)
{
    struct state *s = state;
    if (s->pool)
        lru_clear(s->pool);
}

static int statistics(const void *state, struct kernel_count *out, int max)
{
    const struct state *s = state;
    struct cache_stats stats;
    if (max < 5 || caches(state, &stats, 1) < 1)
        return 0;
    out[0] = (struct kernel_count){"bundle_pool_hits", stats.hits};
    out[1] = (struct kernel_count){"bundle_pool_misses", stats.misses};
    out[2] = (struct kernel_count){"bundle_pool_stale", s->stale};
    out[3] = (struct kernel_count){"bundle_pool_touched", s->touched};
    out[4] = (struct kernel_count){"bundle_pool_evictions", stats.evictions};
    return 5;
}

const struct bt_layer bt_layer_bundle_pool = {
    .name = "bundle-pool",
    .why = "bundle opened per backtest -> LRU of open bundles, checked by version",
    .wrap = {.bundle = bundle_bundle_pool},
    .family = BT_BUNDLE_POOLING,
    .state_size = sizeof(struct state),
    .init = init,
    .done = done,
    .statistics = statistics,
    .caches = caches,
    .clear = clear,
};

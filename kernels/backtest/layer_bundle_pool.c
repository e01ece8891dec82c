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
    struct bt_cached pool; /* by folder; a bundle of another version is no hit */
    uint64_t touched;      /* of those, with the content of before */
};

static void drop(void *value, void *owner)
{
    (void)owner;
    struct pooled *p = value;
    bt_lease_end(&p->beneath);
    mem_free(MEM_BUNDLES, p);
}

static const struct bt_cache cache = {
    .name = "bundle-pool",
    .counts = "bundle_pool",
    .setting = "max_bundle_pool_size",
    .kind = CACHE_LISTS,
    .told = {"bundle_pool_hits", "bundle_pool_misses", "bundle_pool_evictions"},
    .drop = drop,
};

static bool init(void *state, const struct bt_plan *plan, struct err *e)
{
    (void)e;
    bt_cached_begin(state, &cache, (struct lru_limits){.entries = (size_t)plan->bundles_max});
    return true;
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
    if (lru_put(s->pool.lru, dir, strlen(dir), p, sizeof *p))
        *lease = bt_lease_of_entry(s->pool.lru, p);
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
    s->pool.not_hits++;
    lru_unpin(s->pool.lru, old);
    lru_remove(s->pool.lru, dir, strlen(dir));
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
    const struct pooled *p = lru_get(bt_cached_lru(&s->pool), dir, strlen(dir));
    if (!p)
        return open_into(s, self, run, now, out, lease, e);
    if (!bundle_version_equal(p->version, now))
        return reopen(s, self, run, p, now, out, lease, e);
    *out = p->bundle;
    *lease = bt_lease_of_entry(s->pool.lru, p);
    return true;
}

static int statistics(const void *state, struct kernel_count *out, int max)
{
    const struct state *s = state;
    int n = bt_cached_statistics(state, out, max);
    if (max < n + 2)
        return n;
    out[n++] = (struct kernel_count){"bundle_pool_stale", s->pool.not_hits};
    out[n++] = (struct kernel_count){"bundle_pool_touched", s->touched};
    return n;
}

const struct bt_layer bt_layer_bundle_pool = {
    .name = "bundle-pool",
    .why = "bundle opened per backtest -> LRU of open bundles, checked by version",
    .wrap = {.bundle = bundle_bundle_pool},
    .family = BT_BUNDLE_POOLING,
    .state_size = sizeof(struct state),
    .init = init,
    .done = bt_cached_done,
    .statistics = statistics,
    .caches = bt_cached_caches,
    .clear = bt_cached_clear,
};

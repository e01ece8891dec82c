/* bundle-pool: bundles stay open, the least recently used closes first.
 *
 * A pooled bundle is handed out only while its folder's version (one stat) is what it was when it
 * was opened; a replaced bundle is opened anew.
 */
#include "kernels/backtest/run.h"

#include "kernels/cache/lru.h"

#include <string.h>

struct pooled {
    struct bundle *bundle;
    struct bt_lease beneath;
    struct bundle_version version;
};

struct state {
    struct lru *pool; /* by folder */
    size_t most;
    uint64_t stale;
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

static void end_pooled(void *pool, void *pooled)
{
    lru_unpin(pool, pooled);
}

/* The pooled bundle if it is still what the folder holds, else NULL. */
static struct pooled *fresh(struct state *s, const char *dir, struct bundle_version now)
{
    struct pooled *p = lru_get(s->pool, dir, strlen(dir));
    if (!p || bundle_version_equal(p->version, now))
        return p;
    s->stale++;
    lru_unpin(s->pool, p);
    lru_remove(s->pool, dir, strlen(dir));
    return NULL;
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
    struct pooled *p = fresh(s, dir, now);
    if (!p) {
        struct bundle *opened;
        if (!BT_CALL(self->next, run, &opened, lease, e))
            return false;
        p = mem_alloc_zero(MEM_BUNDLES, sizeof *p);
        *p = (struct pooled){opened, *lease, now};
        if (!lru_put(s->pool, dir, strlen(dir), p, sizeof *p)) {
            mem_free(MEM_BUNDLES, p);
            *out = opened;
            return true;
        }
    }
    *out = p->bundle;
    *lease = (struct bt_lease){end_pooled, s->pool, p};
    return true;
}

static int statistics(const void *state, struct kernel_count *out, int max)
{
    const struct state *s = state;
    struct lru_stats stats = s->pool ? lru_stats(s->pool) : (struct lru_stats){0};
    if (max < 3)
        return 0;
    out[0] = (struct kernel_count){"bundle_pool_hits", stats.hits - s->stale};
    out[1] = (struct kernel_count){"bundle_pool_misses", stats.misses + s->stale};
    out[2] = (struct kernel_count){"bundle_pool_stale", s->stale};
    return 3;
}

const struct bt_layer bt_layer_bundle_pool = {
    .name = "bundle-pool",
    .why = "bundle opened per backtest -> LRU of open bundles, checked by version",
    .wrap = {.bundle = bundle_bundle_pool},
    .state_size = sizeof(struct state),
    .init = init,
    .done = done,
    .statistics = statistics,
};

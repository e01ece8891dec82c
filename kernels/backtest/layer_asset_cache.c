/* asset-cache: the asset list of a bundle is asked of SQLite once and then answered from an LRU by
 * entries (setting lru_maxsize).
 *
 * The key is the bundle's content, which the list is a part of: one list serves every handle and
 * every folder of the same data, and new data have another.
 */
#include "kernels/backtest/run.h"

#include "kernels/backtest/cached.h"

#include <string.h>

/* One block: the list, then its texts. */
struct list {
    int n;
    struct bundle_asset v[];
};

struct state {
    struct lru *cache; /* by content */
    size_t most;
};

static void drop(void *value, void *owner)
{
    (void)owner;
    mem_free(MEM_ASSETS, value);
}

static bool init(void *state, const struct bt_plan *plan, struct err *e)
{
    (void)e;
    struct state *s = state;
    s->most = (size_t)plan->asset_lists_max;
    return true;
}

static void done(void *state)
{
    struct state *s = state;
    lru_free(s->cache);
}

static struct list *list_new(struct bt_assets assets, size_t *bytes)
{
    size_t texts = 0, head = sizeof(struct list) + (size_t)assets.n * sizeof *assets.v;
    for (int i = 0; i < assets.n; i++)
        texts += strlen(assets.v[i].symbol) + 1;
    struct list *list = mem_alloc(MEM_ASSETS, *bytes = head + texts);
    char *text = (char *)list + head;
    list->n = assets.n;
    for (int i = 0; i < assets.n; i++) {
        size_t n = strlen(assets.v[i].symbol) + 1;
        list->v[i] = assets.v[i];
        list->v[i].symbol = memcpy(text, assets.v[i].symbol, n);
        text += n;
    }
    return list;
}

/* What the slot beneath gives, and a copy of it in the cache where that has room. */
static bool fetch(struct state *s, const struct bt_assets_link *self, struct bt_run *run,
                  struct bundle *bundle, struct bt_assets *out, struct bt_lease *lease,
                  struct err *e)
{
    size_t bytes;
    if (!BT_CALL(self->next, run, bundle, out, lease, e))
        return false;
    struct list *list = list_new(*out, &bytes);
    if (!lru_put(s->cache, bundle_info(bundle)->content, SHA256_HEX - 1, list, bytes)) {
        mem_free(MEM_ASSETS, list);
        return true;
    }
    bt_lease_end(lease);
    *out = (struct bt_assets){list->v, list->n};
    *lease = bt_lease_of_entry(s->cache, list);
    return true;
}

static bool same(struct bt_assets a, struct bt_assets b)
{
    bool ok = a.n == b.n;
    for (int i = 0; ok && i < a.n; i++)
        ok = a.v[i].id == b.v[i].id && strcmp(a.v[i].symbol, b.v[i].symbol) == 0 &&
             a.v[i].first_time == b.v[i].first_time && a.v[i].last_time == b.v[i].last_time &&
             a.v[i].rows == b.v[i].rows;
    return ok;
}

static bool check(const struct bt_assets_link *self, struct bt_run *run, struct bundle *bundle,
                  struct bt_assets cached, struct err *e)
{
    struct bt_assets fresh;
    struct bt_lease lease;
    if (!BT_CALL(self->next, run, bundle, &fresh, &lease, e))
        return false;
    bool ok = same(cached, fresh);
    bt_lease_end(&lease);
    return ok || err_set(e, ERR_MISMATCH,
                         "cache asset-cache: content %.12s: the entry differs from a fresh one",
                         bundle_info(bundle)->content);
}

static bool assets_asset_cache(const struct bt_assets_link *self, struct bt_run *run,
                               struct bundle *bundle, struct bt_assets *out, struct bt_lease *lease,
                               struct err *e)
{
    struct state *s = self->state;
    if (!s->cache)
        s->cache = lru_new((struct lru_limits){.entries = s->most}, drop, NULL);
    const struct list *list = lru_get(s->cache, bundle_info(bundle)->content, SHA256_HEX - 1);
    if (!list)
        return fetch(s, self, run, bundle, out, lease, e);
    *out = (struct bt_assets){list->v, list->n};
    *lease = bt_lease_of_entry(s->cache, list);
    if (!run->plan.check_caches || check(self, run, bundle, *out, e))
        return true;
    bt_lease_end(lease);
    return false;
}

static int caches(const void *state, struct cache_stats *out, int max)
{
    const struct state *s = state;
    if (max < 1)
        return 0;
    out[0] = cache_stats_of(s->cache, (struct cache_stats){.name = "asset-cache",
                                                           .counts = "asset_cache",
                                                           .setting = "lru_maxsize",
                                                           .kind = CACHE_LISTS,
                                                           .entry_limit = s->most});
    return 1;
}

static void clear(void *state)
{
    struct state *s = state;
    if (s->cache)
        lru_clear(s->cache);
}

static int statistics(const void *state, struct kernel_count *out, int max)
{
    struct cache_stats stats;
    if (max < 3 || caches(state, &stats, 1) < 1)
        return 0;
    out[0] = (struct kernel_count){"asset_cache_hits", stats.hits};
    out[1] = (struct kernel_count){"asset_cache_misses", stats.misses};
    out[2] = (struct kernel_count){"asset_cache_evictions", stats.evictions};
    return 3;
}

const struct bt_layer bt_layer_asset_cache = {
    .name = "asset-cache",
    .why = "asset list asked of SQLite per backtest -> LRU of lists by content",
    .wrap = {.assets = assets_asset_cache},
    .family = BT_CACHING,
    .state_size = sizeof(struct state),
    .init = init,
    .done = done,
    .statistics = statistics,
    .caches = caches,
    .clear = clear,
};

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

static void drop(void *value, void *owner)
{
    (void)owner;
    mem_free(MEM_ASSETS, value);
}

static const struct bt_cache cache = {
    .name = "asset-cache",
    .counts = "asset_cache",
    .setting = "lru_maxsize",
    .kind = CACHE_LISTS,
    .told = {"asset_cache_hits", "asset_cache_misses", "asset_cache_evictions"},
    .drop = drop,
};

static bool init(void *state, const struct bt_plan *plan, struct err *e)
{
    (void)e;
    bt_cached_begin(state, &cache, (struct lru_limits){.entries = (size_t)plan->asset_lists_max});
    return true;
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
static bool fetch(struct bt_cached *s, const struct bt_assets_link *self, struct bt_run *run,
                  struct bundle *bundle, struct bt_assets *out, struct bt_lease *lease,
                  struct err *e)
{
    size_t bytes;
    if (!BT_CALL(self->next, run, bundle, out, lease, e))
        return false;
    struct list *list = list_new(*out, &bytes);
    if (!lru_put(s->lru, bundle_info(bundle)->content, SHA256_HEX - 1, list, bytes)) {
        mem_free(MEM_ASSETS, list);
        return true;
    }
    bt_lease_end(lease);
    *out = (struct bt_assets){list->v, list->n};
    *lease = bt_lease_of_entry(s->lru, list);
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
    struct bt_cached *s = self->state;
    const struct list *list =
        lru_get(bt_cached_lru(s), bundle_info(bundle)->content, SHA256_HEX - 1);
    if (!list)
        return fetch(s, self, run, bundle, out, lease, e);
    *out = (struct bt_assets){list->v, list->n};
    *lease = bt_lease_of_entry(s->lru, list);
    if (!run->plan.check_caches || check(self, run, bundle, *out, e))
        return true;
    bt_lease_end(lease);
    return false;
}

const struct bt_layer bt_layer_asset_cache = {
    .name = "asset-cache",
    .why = "asset list asked of SQLite per backtest -> LRU of lists by content",
    .wrap = {.assets = assets_asset_cache},
    .family = BT_CACHING,
    .state_size = sizeof(struct bt_cached),
    .init = init,
    .done = bt_cached_done,
    .statistics = bt_cached_statistics,
    .caches = bt_cached_caches,
    .clear = bt_cached_clear,
};

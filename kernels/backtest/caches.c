#include "kernels/backtest/caches.h"

#include "kernels/cache/advice.h"

#include <stdio.h>
#include <string.h>

static void take(const struct kernel_count *counts, int n, const char *cache, const char *what,
                 uint64_t *out)
{
    char name[64];
    snprintf(name, sizeof name, "%s_%s", cache, what);
    for (int i = 0; i < n; i++)
        if (strcmp(counts[i].name, name) == 0)
            *out = counts[i].value;
}

/* Caches that are asked only for what another layer does not have at hand, in a run with workers. */
static const struct {
    const char *cache;
    enum bt_layer_index by;
} covered[] = {
    {"bundle-pool", BT_LAYER_shared_bundle},
};

static const char *covered_by(const struct bt_run *run, const char *cache)
{
    for (size_t i = 0; i < sizeof covered / sizeof *covered; i++)
        if (run->plan.workers > 1 && run->layers >> covered[i].by & 1 &&
            strcmp(cache, covered[i].cache) == 0)
            return bt_layers[covered[i].by]->name;
    return NULL;
}

int bt_run_caches(const struct bt_run *run, struct cache_stats *out, int max)
{
    struct kernel_count counts[KERNEL_COUNTS_MAX];
    int n = bt_run_counts(run, counts, KERNEL_COUNTS_MAX);
    int caches = bt_layers_caches(bt_layers, BT_LAYERS, run->layers, run->states, out, max);
    for (int i = 0; i < caches; i++) {
        out[i].covered_by = covered_by(run, out[i].name);
        take(counts, n, out[i].counts, "hits", &out[i].hits);
        take(counts, n, out[i].counts, "misses", &out[i].misses);
        take(counts, n, out[i].counts, "evictions", &out[i].evictions);
        take(counts, n, out[i].counts, "refusals", &out[i].refusals);
    }
    return caches;
}

bool bt_run_clear_caches(struct bt_run *run, const char *name, struct err *e)
{
    return bt_layers_clear(bt_layers, BT_LAYERS, run->layers, run->states, name, e);
}

void bt_run_print_caches(const struct bt_run *run, bool advice, struct text *out)
{
    struct cache_stats caches[BT_CACHES_MAX];
    int n = bt_run_caches(run, caches, BT_CACHES_MAX);
    for (int i = 0; i < n; i++) {
        cache_stats_print(&caches[i], out);
        if (advice)
            cache_advise(&caches[i], out);
    }
    if (n == 0)
        text_puts(out, "no caches are on\n");
}

/* shared-bundle: the parent opens the bundle, and what caches there are fill, before workers are
 * forked; these find it in their memory, copy on write.
 *
 * An SQLite handle must not cross a fork: the asset list's is closed before. In a worker the bundle is
 * handed out while the folder's version (one stat) is what it was when the parent opened it.
 */
#include "kernels/backtest/run.h"

#include "kernels/backtest/run_compute.h"
#include "kernels/pool/pool.h"

#include <stdlib.h>

struct state {
    struct bundle *bundle; /* held since the workers were forked */
    struct bt_lease lease;
    struct bundle_version version;
    uint64_t shared, stale;
};

static void done(void *state)
{
    struct state *s = state;
    bt_lease_end(&s->lease);
}

/* Where there is no fork(2) a worker cannot inherit anything. */
static bool available(struct err *e)
{
    const char *none = getenv("CUPEL_NO_FORK");
    return !(none && *none) ||
           err_input(e, "layer shared-bundle needs fork(2), which is not there (CUPEL_NO_FORK is "
                        "set): switch it off; each worker then opens the bundle itself");
}

static bool hold(struct state *s, struct bt_run *run, struct err *e)
{
    struct bundle_version now;
    if (!bundle_version(run->plan.bundle_dir, &now, e))
        return false;
    if (s->bundle && bundle_version_equal(s->version, now))
        return true;
    bt_lease_end(&s->lease);
    s->bundle = NULL;
    s->version = now;
    return BT_CALL(run->ops.bundle, run, &s->bundle, &s->lease, e);
}

static bool warm_shared_bundle(const struct bt_warm_link *self, struct bt_run *run, int range,
                               struct pool *pool, struct err *e)
{
    struct state *s = self->state;
    pid_t one;
    if (pool_pids(pool, &one, 1) > 0) /* they were forked before and stay */
        return true;
    if (!hold(s, run, e) || !bt_warm_up(run, range, s->bundle, e))
        return false;
    bundle_close_assets(s->bundle);
    return BT_CALL(self->next, run, range, pool, e);
}

static bool bundle_shared_bundle(const struct bt_bundle_link *self, struct bt_run *run,
                                 struct bundle **out, struct bt_lease *lease, struct err *e)
{
    struct state *s = self->state;
    struct bundle_version now;
    if (!s->bundle)
        return BT_CALL(self->next, run, out, lease, e);
    if (!bundle_version(run->plan.bundle_dir, &now, e))
        return false;
    if (!bundle_version_equal(s->version, now)) {
        s->stale++;
        return BT_CALL(self->next, run, out, lease, e);
    }
    s->shared++;
    *out = s->bundle;
    *lease = (struct bt_lease){0};
    return true;
}

static int statistics(const void *state, struct kernel_count *out, int max)
{
    const struct state *s = state;
    if (max < 2)
        return 0;
    out[0] = (struct kernel_count){"bundles_shared", s->shared};
    out[1] = (struct kernel_count){"bundles_shared_stale", s->stale};
    return 2;
}

const struct bt_layer bt_layer_shared_bundle = {
    .name = "shared-bundle",
    .why = "each worker opens its own bundle -> forked from a parent that holds it",
    .rank = 1, /* above bundle-pool, which then is asked only when the shared one is stale */
    .wrap = {.bundle = bundle_shared_bundle, .warm = warm_shared_bundle},
    .state_size = sizeof(struct state),
    .done = done,
    .statistics = statistics,
    .available = available,
};

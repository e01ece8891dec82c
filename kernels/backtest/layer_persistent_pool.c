/* persistent-pool: worker processes stay from batch to batch, and their caches with them.
 */
#include "kernels/backtest/run.h"

static bool disband_persistent_pool(const struct bt_disband_link *self, struct bt_run *run,
                                    struct pool *pool, struct err *e)
{
    (void)self;
    (void)run;
    (void)pool;
    (void)e;
    return true;
}

const struct bt_layer bt_layer_persistent_pool = {
    .name = "persistent-pool",
    .why = "workers made per batch -> kept between batches and ranges",
    .replace = {.disband = disband_persistent_pool},
};

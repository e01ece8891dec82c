/* Memory of the results of jobs: blocks that are used again when all results in them are gone.
 *
 *     bt_results_new(plan, &pool, range, items, n, results);
 *     ... bt_result_free(results[k]) ...    // the last of a block gives it back
 *     bt_result_pool_done(&pool);
 */
#ifndef CUPEL_BACKTEST_RESULT_POOL_H
#define CUPEL_BACKTEST_RESULT_POOL_H

#include "kernels/backtest/result.h"

/* Memory that was given back, for the next job: fresh pages cost more than a fast backtest. Zero: none
 * yet. Must outlive the results that were made from it. */
struct bt_result_pool {
    struct bt_result_block *spare;
    size_t spare_bytes; /* at most 32 MiB, what is more goes back */
};

/* Those of a job, out[n], in blocks of up to a huge page, each of which goes back to the pool with the
 * last of its results; their rows are not written yet. */
void bt_results_new(const struct bt_plan *plan, struct bt_result_pool *pool, int range,
                    const struct bt_item *items, int n, struct bt_result **out);
void bt_result_pool_done(struct bt_result_pool *pool);

/* One of the block's results is gone. */
void bt_result_pool_release(struct bt_result_block *block);

#endif

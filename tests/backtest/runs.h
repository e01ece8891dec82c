/* Runs of the backtest kernel through its record, as the harness does them. */
#ifndef CUPEL_TESTS_BACKTEST_RUNS_H
#define CUPEL_TESTS_BACKTEST_RUNS_H

#include "kernels/backtest/layers.h"
#include "kernels/backtest/plan.h"
#include "kernels/backtest/run.h"
#include "kernels/kernel.h"

#include <stdint.h>

#define LAYER_BIT(name) LAYER_##name = 1 << BT_LAYER_##name,
enum {
    LAYERS_NONE = 0,
    BT_SWITCH_LAYERS(LAYER_BIT) LAYERS_ALL = (1 << BT_SWITCHES) - 1,
    /* Change no bit of a metric, nor how many backtests are a job: one. */
    LAYERS_EXACT = LAYERS_ALL & ~(LAYER_events | LAYER_simd | LAYER_share_indicators),
};
#undef LAYER_BIT

/* The short ones of the first layers. */
enum {
    CHECKPOINT_CACHE = LAYER_checkpoint_cache,
    BATCH_WRITE = LAYER_batch_write,
    BUNDLE_POOL = LAYER_bundle_pool,
    PRE_GROUP = LAYER_pre_group,
    ASSET_CACHE = LAYER_asset_cache,
    ARRAY_RETURN = LAYER_array_return,
    HISTORY_CACHE = LAYER_history_cache,
    LAYER_SETS = 128 /* of the first seven */
};

/* The parameters of a backtest, "5-20". */
const char *run_id(const struct bt_plan *plan, long backtest); /* until the next call */
void run_key(const struct bt_plan *plan, long backtest, char out[BT_KEY_TEXT]);

/* The next set that the kernel accepts, `set` itself when it is one. */
uint64_t run_accepted(uint64_t set);

/* Backtests lo..hi-1 (hi < 0: to the end) in a run of its own, released without finish when `torn`,
 * as a kill would leave it. A complete run gives its digest. state_dir NULL: no store. */
struct run_part {
    const struct bt_settings *settings;
    uint64_t layers;
    const char *state_dir;
    long lo, hi;
    bool torn;
};

/* Fails the test on any error. digest may be NULL. */
void run_part(struct run_part part, struct kernel_digest *digest);

/* The same results, as the harness decides it (result/agree.h); or not. */
void assert_agree(const struct kernel_digest *found, const struct kernel_digest *expected);
void assert_differ(const struct kernel_digest *found, const struct kernel_digest *other);

/* A whole run; what it returns lives until the next call. */
const struct kernel_digest *run_whole(const struct bt_settings *settings, uint64_t layers,
                                      const char *state_dir);

/* The count of that name in an open run. */
uint64_t run_count_in(const struct bt_run *run, const char *name);

/* The count of that name in the run of the last run_part, before it was released. */
uint64_t run_count(const char *name);

#endif

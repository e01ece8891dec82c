/* Runs of the backtest kernel through its record, as the harness does them. */
#ifndef CUPEL_TESTS_BACKTEST_RUNS_H
#define CUPEL_TESTS_BACKTEST_RUNS_H

#include "kernels/backtest/settings.h"
#include "kernels/kernel.h"

#include <stdint.h>

enum {
    LAYERS_NONE = 0,
    CHECKPOINT_CACHE = 1,
    BATCH_WRITE = 2,
    BUNDLE_POOL = 4,
    PRE_GROUP = 8,
    ASSET_CACHE = 16,
    ARRAY_RETURN = 32,
    HISTORY_CACHE = 64
};
enum { LAYERS_ALL = 127, LAYER_SETS = 128 };

/* The next set that the kernel accepts, `set` itself when it is one; LAYER_SETS: none. */
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

/* Fails the test on any error. hex may be NULL. */
void run_part(struct run_part part, char hex[KERNEL_DIGEST_HEX]);

/* A whole run; returns its digest in a text that lives until the next call. */
const char *run_whole(const struct bt_settings *settings, uint64_t layers, const char *state_dir);

/* The count of that name in the run of the last run_part, before it was released. */
uint64_t run_count(const char *name);

#endif

#include "kernels/backtest/backtest.h"

#include "kernels/backtest/parts.h"
#include "kernels/backtest/run.h"

#include <limits.h>

static const struct kernel_layer switches[] = {
#define SWITCH(layer) {bt_layer_##layer.name, bt_layer_##layer.why, &bt_layer_##layer.rel_err},
    BT_SWITCH_LAYERS(SWITCH)
#undef SWITCH
};

static bool resolve_backtest(uint64_t layers, struct err *e)
{
    return bt_layers_agree(bt_layers, BT_SWITCHES, layers, e);
}

static long width_backtest(const void *settings)
{
    const struct bt_settings *s = settings;
    return s->workers < 0 ? LONG_MAX : s->workers;
}

static void *prepare_backtest(const struct kernel_case *c, struct err *e)
{
    struct bt_run_target target = {.store = c->state_dir, .resume = true};
    return bt_run_open(c->settings, c->layers, target, e);
}

static long jobs_backtest(const void *ctx)
{
    const struct bt_run *run = ctx;
    return bt_plan_backtests(&run->plan);
}

/* Jobs are cut where the layers' blocks and the workers' batches end. */
static long grain_backtest(const void *ctx)
{
    return bt_run_slice(ctx);
}

static bool step_backtest(void *ctx, long lo, long hi, struct err *e)
{
    return bt_run_step(ctx, lo, hi, e);
}

static bool finish_backtest(void *ctx, struct err *e)
{
    return bt_run_finish(ctx, e);
}

static bool digest_backtest(void *ctx, struct kernel_digest *out, struct err *e)
{
    return bt_run_digest(ctx, out, e);
}

static int counts_backtest(const void *ctx, struct kernel_count *out, int max)
{
    return bt_run_counts(ctx, out, max);
}

static int pids_backtest(const void *ctx, pid_t *out, int max)
{
    return bt_run_pids(ctx, out, max);
}

static void release_backtest(void *ctx)
{
    bt_run_close(ctx);
}

const struct kernel kernel_backtest = {
    .abi = CUPEL_KERNEL_ABI,
    .name = "backtest",
    .summary = "parameter sweeps of trading strategies over market data",
    .cut = KERNEL_ONCE,
    .options = bt_options,
    .settings_size = sizeof(struct bt_settings),
    .layers = switches,
    .layer_count = BT_SWITCHES,
    .resolve = resolve_backtest,
    .width = width_backtest,
    .prepare = prepare_backtest,
    .jobs = jobs_backtest,
    .grain = grain_backtest,
    .step = step_backtest,
    .finish = finish_backtest,
    .digest = digest_backtest,
    .counts = counts_backtest,
    .pids = pids_backtest,
    .release = release_backtest,
    .parts = bt_parts,
    .part_count = BT_PARTS,
};

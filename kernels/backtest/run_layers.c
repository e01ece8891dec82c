#include "kernels/backtest/run_layers.h"

/* Where what is left needs what was taken away, the base alone. */
static bool resolve_exact(struct bt_run *run, struct err *e)
{
    uint64_t set = run->layers;
    for (int i = 0; i < BT_LAYERS; i++)
        if (bt_layers[i]->rel_err > 0)
            set &= ~((uint64_t)1 << i);
    struct err unused;
    set = bt_layers_agree(bt_layers, BT_LAYERS, set, &unused) ? set : 0;
    return bt_resolve(bt_layers, BT_LAYERS, set, run->states, &run->arena, &run->exact_ops, e);
}

/* The results of a block are in memory together, at most so many rows where there are many symbols, but
 * enough of them to pay for the tables. Where lists are wanted they take memory by the bar: one
 * backtest after the other. Where there is a store, keeping a result costs more than computing it, and
 * large blocks would gain next to nothing. */
static long block_most(const struct bt_run *run, bool stores)
{
    const long rows = 1L << 21, least = 512;
    bool lists = run->plan.trades || run->plan.snapshots != BT_NO_SNAPSHOTS;
    if (lists || stores)
        return lists ? 1 : least;
    long most = rows / run->plan.symbol_count;
    return most < least ? least : most < BT_BLOCK_MAX ? most : BT_BLOCK_MAX;
}

bool bt_run_begin_layers(struct bt_run *run, bool stores, struct err *e)
{
    long most = block_most(run, stores);
    run->block = 1;
    for (int i = 0; i < BT_LAYERS; i++) {
        const struct bt_layer *layer = bt_layers[i];
        if (!(run->layers >> i & 1))
            continue;
        if (layer->block > run->block)
            run->block = layer->block < most ? layer->block : most;
        run->states[i] = arena_alloc(&run->arena, layer->state_size + 1);
        run->begun[i] = true;
        if (layer->init && !layer->init(run->states[i], &run->plan, e))
            return err_prefix(e, "layer %s", layer->name);
    }
    return bt_resolve(bt_layers, BT_LAYERS, run->layers, run->states, &run->arena, &run->ops, e) &&
           resolve_exact(run, e);
}

/* Outer layers hold what inner ones handed out, so that they end first. */
void bt_run_end_layers(struct bt_run *run)
{
    for (;;) {
        int last = -1;
        for (int i = 0; i < BT_LAYERS; i++)
            if (run->begun[i] && (last < 0 || bt_layers[i]->rank >= bt_layers[last]->rank))
                last = i;
        if (last < 0)
            return;
        if (bt_layers[last]->done)
            bt_layers[last]->done(run->states[last]);
        run->begun[last] = false;
    }
}

void bt_job_ends(struct bt_run *run)
{
    for (int i = 0; i < BT_LAYERS; i++)
        if (run->begun[i] && bt_layers[i]->job_end)
            bt_layers[i]->job_end(run->states[i]);
}

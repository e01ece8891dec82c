#include "kernels/backtest/run.h"

#include "kernels/backtest/session.h"

#include <stdlib.h>
#include <string.h>

/* ---- life ------------------------------------------------------------------------------------- */

static bool begin_layers(struct bt_run *run, struct err *e)
{
    run->block = 1;
    for (int i = 0; i < BT_LAYERS; i++) {
        const struct bt_layer *layer = bt_layers[i];
        if (!(run->layers >> i & 1))
            continue;
        if (layer->block > run->block)
            run->block = layer->block < BT_BLOCK_MAX ? layer->block : BT_BLOCK_MAX;
        run->states[i] = arena_alloc(&run->arena, layer->state_size + 1);
        run->begun[i] = true;
        if (layer->init && !layer->init(run->states[i], &run->plan, e))
            return err_prefix(e, "layer %s", layer->name);
    }
    return bt_resolve(bt_layers, BT_LAYERS, run->layers, run->states, &run->arena, &run->ops, e);
}

/* Outer layers hold what inner ones handed out, so that they end first. */
static void end_layers(struct bt_run *run)
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

static bool open_run(struct bt_run *run, const struct bt_settings *settings,
                     struct bt_run_target target, struct err *e)
{
    if (!bt_plan_make(settings, &run->arena, &run->plan, e))
        return false;
    run->results = ARENA_NEW(&run->arena, struct bt_result *, bt_plan_backtests(&run->plan));
    if (run->plan.workers > 1)
        run->layers |= (uint64_t)1 << BT_LAYER_workers;
    if (!begin_layers(run, e))
        return false;
    return !target.store || (bt_session_open(run, target, e) && bt_session_resume(run, e));
}

struct bt_run *bt_run_open(const struct bt_settings *settings, uint64_t layers,
                           struct bt_run_target target, struct err *e)
{
    struct bt_run *run = mem_alloc_zero(MEM_BASE, sizeof *run);
    run->layers = layers;
    run->lock = -1;
    if (!open_run(run, settings, target, e)) {
        bt_run_close(run);
        return NULL;
    }
    run->counts = (struct bt_counts){0};
    run->io_before = io_counts_now();
    return run;
}

void bt_run_close(struct bt_run *run)
{
    if (!run)
        return;
    end_layers(run);
    bt_session_close(run);
    for (long i = 0; run->results && i < bt_plan_backtests(&run->plan); i++)
        bt_result_free(run->results[i]);
    text_done(&run->notes);
    arena_done(&run->scratch);
    arena_done(&run->arena);
    mem_free(MEM_BASE, run);
}

bool bt_run_step(struct bt_run *run, long lo, long hi, struct err *e)
{
    return BT_CALL(run->ops.exec, run, lo, hi, e);
}

long bt_run_slice(const struct bt_run *run)
{
    enum { A_WORKER = 256 }; /* enough that starting it does not count */
    return run->plan.workers > 1 ? run->plan.workers * A_WORKER : run->block;
}

bool bt_run_finish(struct bt_run *run, struct err *e)
{
    for (int r = 0; run->store && r < run->plan.range_count; r++)
        if (!BT_CALL(run->ops.flush, run, &run->plan.ranges[r], e))
            return false;
    return true;
}

const struct bt_result *bt_run_result(const struct bt_run *run, long backtest)
{
    return run->results[backtest];
}

/* ---- counts ----------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    enum io_op op;
} io_names[] = {
    {"opens",   IO_OPEN  },
    {"reads",   IO_READ  },
    {"writes",  IO_WRITE },
    {"fsyncs",  IO_SYNC  },
    {"renames", IO_RENAME},
    {"maps",    IO_MAP   },
};

enum { IO_NAMES = sizeof io_names / sizeof *io_names };

/* Input and output: a worker's are in io_counts_now already (pool.h), all others of_workers adds. */
static int io_part(const struct bt_run *run, struct kernel_count *out)
{
    struct io_counts now = io_counts_now();
    int n = 0;
    for (; n < IO_NAMES; n++) {
        enum io_op op = io_names[n].op;
        out[n] = (struct kernel_count){io_names[n].name, now.calls[op] - run->io_before.calls[op]};
    }
    out[n++] = (struct kernel_count){"bytes_read", now.bytes_read - run->io_before.bytes_read};
    out[n++] =
        (struct kernel_count){"bytes_written", now.bytes_written - run->io_before.bytes_written};
    return n;
}

static int own_part(const struct bt_run *run, struct kernel_count *out)
{
    int n = 0;
#define OWN_COUNT(field, label) out[n++] = (struct kernel_count){label, run->counts.field};
    BT_COUNTS(OWN_COUNT)
#undef OWN_COUNT
    return n;
}

int bt_run_counts(const struct bt_run *run, struct kernel_count *out, int max)
{
    struct kernel_count all[2 * KERNEL_COUNTS_MAX];
    int io = io_part(run, all), n = io;
    n += own_part(run, all + n);
    for (int i = 0; i < BT_LAYERS; i++)
        if (run->layers >> i & 1 && bt_layers[i]->statistics && n < KERNEL_COUNTS_MAX)
            n += bt_layers[i]->statistics(run->states[i], all + n, KERNEL_COUNTS_MAX - n);
    for (int i = io; i < n; i++)
        all[i].value += run->of_workers[i];
    n = n < max ? n : max;
    memcpy(out, all, (size_t)n * sizeof *out);
    return n;
}

/* ---- one job ---------------------------------------------------------------------------------- */

static int compare_asset(const void *symbol, const void *asset)
{
    return strcmp(symbol, ((const struct bundle_asset *)asset)->symbol);
}

/* The ids that the plan's symbols have in this bundle, which may not be the one that the run began
 * with any more. Its list is in byte order of the symbols: bundle_assets checks that. */
static bool find_ids(const struct bt_run *run, const struct bundle *bundle, struct bt_assets assets,
                     uint32_t *ids, struct err *e)
{
    for (int s = 0; s < run->plan.symbol_count; s++) {
        const char *symbol = run->plan.symbols[s];
        const struct bundle_asset *found =
            assets.n ? bsearch(symbol, assets.v, (size_t)assets.n, sizeof *found, compare_asset)
                     : NULL;
        if (!found || found->id >= (uint64_t)bundle_info(bundle)->assets)
            return err_input(e, "%s: no symbol %s any more", run->plan.bundle_dir, symbol);
        ids[s] = found->id;
    }
    return true;
}

static bool compute_symbol(struct bt_run *run, const struct bt_job *job, struct bt_slice *slice,
                           int symbol, struct bt_result **results, struct err *e)
{
    struct bt_bars bars;
    struct bt_lease lease;
    struct arena_mark mark = arena_mark(&run->scratch);
    slice->asset = slice->wanted[symbol];
    if (!BT_CALL(run->ops.group, run, slice, &bars, &lease, e))
        return false;
    bars.of = slice;
    struct bt_outcome *outs = ARENA_NEW(&run->scratch, struct bt_outcome, job->n);
    for (int k = 0; k < job->n; k++)
        outs[k].row = &results[k]->rows[symbol];
    bool ok = BT_CALL(run->ops.evaluate, run, job, &bars, outs, e);
    bt_lease_end(&lease);
    arena_release(&run->scratch, mark);
    run->counts.bar_backtests += (uint64_t)bars.n * (uint64_t)job->n;
    return ok || err_prefix(e, "%s", run->plan.symbols[symbol]);
}

static bool compute_over(struct bt_run *run, const struct bt_job *job, struct bundle *bundle,
                         struct bt_result **results, struct err *e)
{
    struct bt_assets assets;
    struct bt_lease lease;
    if (!BT_CALL(run->ops.assets, run, bundle, &assets, &lease, e))
        return false;
    uint32_t *ids = ARENA_NEW_RAW(&run->scratch, uint32_t, run->plan.symbol_count);
    bool ok = find_ids(run, bundle, assets, ids, e);
    bt_lease_end(&lease);
    struct bt_slice slice = {.bundle = bundle,
                             .wanted = ids,
                             .wanted_count = run->plan.symbol_count,
                             .from = job->range->from,
                             .to = job->range->to};
    for (int s = 0; ok && s < run->plan.symbol_count; s++)
        ok = compute_symbol(run, job, &slice, s, results, e);
    return ok;
}

bool bt_compute(struct bt_run *run, const struct bt_job *job, struct bt_result **results,
                struct err *e)
{
    struct bundle *bundle;
    struct bt_lease lease;
    if (!BT_CALL(run->ops.bundle, run, &bundle, &lease, e))
        return false;
    for (int k = 0; k < job->n; k++) {
        results[k] = bt_result_new(&run->plan, job->backtests[k]);
        memcpy(results[k]->content, bundle_info(bundle)->content, SHA256_HEX);
    }
    bool ok = compute_over(run, job, bundle, results, e);
    bt_lease_end(&lease);
    arena_reset(&run->scratch);
    for (int k = 0; !ok && k < job->n; k++)
        bt_result_free(results[k]);
    run->counts.backtests += ok ? (uint64_t)job->n : 0;
    return ok;
}

bool bt_write_checkpoint(struct bt_run *run, const struct checkpoint *doc, struct err *e)
{
    run->counts.checkpoint_writes++;
    return checkpoint_write(doc, run->checkpoint_path, e);
}

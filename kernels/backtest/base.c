/* The plainest correct code for every slot: what a competent engineer writes first, never slowed
 * down and never tuned. Every layer is held to these results. The slots that compute: base_numbers.c.
 */
#include "kernels/backtest/base.h"

#include "kernels/backtest/base_load.h"
#include "kernels/backtest/blocks.h"
#include "kernels/backtest/result_write.h"
#include "kernels/backtest/run_compute.h"
#include "kernels/pool/pool.h"

/* ---- the store and the market data ------------------------------------------------------------ */

static void end_checkpoint(void *owner, void *doc)
{
    (void)owner;
    checkpoint_free(doc);
}

static bool checkpoint_base(const struct bt_checkpoint_link *self, struct bt_run *run,
                            struct checkpoint **doc, struct bt_lease *lease, struct err *e)
{
    (void)self;
    *doc = checkpoint_read(run->checkpoint_path, e);
    *lease = (struct bt_lease){*doc ? end_checkpoint : NULL, NULL, *doc};
    run->counts.checkpoint_reads++;
    return *doc != NULL;
}

static void end_bundle(void *owner, void *bundle)
{
    (void)owner;
    bundle_close(bundle);
}

/* What changed since the plan verified it is verified before it gives numbers, once per change. */
static bool verify_changed(struct bt_run *run, struct err *e)
{
    struct bundle_version now;
    const char *dir = run->plan.bundle_dir;
    if (!bundle_version(dir, &now, e))
        return false;
    if (bundle_version_equal(now, run->verified))
        return true;
    if (!bundle_verify(dir, e))
        return false;
    run->verified = now;
    return true;
}

static bool bundle_base(const struct bt_bundle_link *self, struct bt_run *run, struct bundle **out,
                        struct bt_lease *lease, struct err *e)
{
    (void)self;
    *lease = (struct bt_lease){0};
    *out = NULL;
    if (!verify_changed(run, e))
        return false;
    *out = bundle_open(run->plan.bundle_dir, e);
    *lease = (struct bt_lease){*out ? end_bundle : NULL, NULL, *out};
    run->counts.bundle_opens++;
    return *out != NULL;
}

static bool assets_base(const struct bt_assets_link *self, struct bt_run *run,
                        struct bundle *bundle, struct bt_assets *out, struct bt_lease *lease,
                        struct err *e)
{
    (void)self;
    struct bundle_asset *v = NULL;
    int n = 0;
    run->counts.asset_lists++;
    if (!bundle_assets(bundle, &run->scratch, &v, &n, e))
        return false;
    *out = (struct bt_assets){v, n};
    *lease = (struct bt_lease){0};
    return true;
}

/* ---- bars and series -------------------------------------------------------------------------- */

static struct bt_col row_field(const struct bar_row *rows, size_t offset)
{
    const char *p = (const char *)rows + offset;
    return (struct bt_col){(const int64_t *)(const void *)p, sizeof *rows / sizeof(int64_t)};
}

static bool group_base(const struct bt_group_link *self, struct bt_run *run,
                       const struct bt_slice *slice, struct bt_bars *out, struct bt_lease *lease,
                       struct err *e)
{
    (void)self;
    (void)e;
    long total, n = 0;
    const struct bar_row *all = bundle_rows(slice->bundle, &total);
    struct bar_row *rows = ARENA_NEW_RAW(&run->scratch, struct bar_row, total);
    for (long i = 0; i < total; i++)
        if (all[i].asset == slice->asset && all[i].time >= slice->from && all[i].time <= slice->to)
            rows[n++] = all[i];
    run->counts.rows_scanned += (uint64_t)total;
    *out = (struct bt_bars){
        .n = n,
        .largest = bundle_info(slice->bundle)->largest_tick,
        .field =
            {
                    [BT_TIME] = row_field(rows, offsetof(struct bar_row, time)),
                    [BT_OPEN] = row_field(rows, offsetof(struct bar_row, open)),
                    [BT_HIGH] = row_field(rows, offsetof(struct bar_row, high)),
                    [BT_LOW] = row_field(rows, offsetof(struct bar_row, low)),
                    [BT_CLOSE] = row_field(rows, offsetof(struct bar_row, close)),
                    },
    };
    *lease = (struct bt_lease){0};
    return true;
}

static bool history_base(const struct bt_history_link *self, struct bt_run *run,
                         const struct bt_bars *bars, enum bt_field field, struct bt_series *out,
                         struct err *e)
{
    (void)self;
    (void)e;
    int64_t *v = ARENA_NEW_RAW(&run->scratch, int64_t, bars->n);
    for (long i = 0; i < bars->n; i++)
        v[i] = bt_at(bars->field[field], i);
    *out = (struct bt_series){v, bars->n, bars->largest, bars, field};
    return true;
}

/* ---- results ---------------------------------------------------------------------------------- */

/* By number of the backtest; made at the first need. */
static struct bt_result **need_table(const struct bt_run *run, struct bt_result ***table)
{
    size_t n = (size_t)bt_plan_backtests(&run->plan);
    if (!*table)
        *table = mem_alloc_zero(MEM_RESULTS, n * sizeof **table);
    return *table;
}

static bool collect_base(const struct bt_collect_link *self, struct bt_run *run,
                         struct bt_result *result, struct err *e)
{
    (void)self;
    (void)e;
    struct bt_result **place = &need_table(run, &run->kept)[result->item.backtest];
    bt_result_free(*place);
    *place = result;
    return true;
}

static bool deliver_base(const struct bt_deliver_link *self, struct bt_run *run,
                         enum bt_point point, struct err *e)
{
    (void)self;
    if (point != BT_RUN_END || !run->kept || bt_plan_looks_back(&run->plan))
        return true;
    for (long i = 0, n = bt_plan_backtests(&run->plan); i < n; i++)
        if (run->kept[i] && !bt_run_consume(run, run->kept[i], e))
            return false;
    return true;
}

static bool save_base(const struct bt_save_link *self, struct bt_run *run, struct checkpoint *doc,
                      const struct bt_result *result, struct err *e)
{
    (void)self;
    struct text payload = {0};
    bt_result_write(&run->plan, result, &payload);
    struct result_item item = {
        result->item.id, {payload.p, payload.n}
    };
    bool ok = result_store_put(run->store, run->plan.ranges[result->range].name, &item, e);
    run->counts.result_writes++;
    text_done(&payload);
    if (!ok)
        return false;
    bt_mark_done(run, doc, result);
    return bt_write_checkpoint(run, doc, e);
}

static bool flush_base(const struct bt_flush_link *self, struct bt_run *run, int range,
                       struct err *e)
{
    (void)self;
    (void)run;
    (void)range;
    (void)e;
    return true; /* save_base leaves nothing behind */
}

/* ---- what is stored ---------------------------------------------------------------------------- */

static bool load_base(const struct bt_load_link *self, struct bt_run *run, const struct bt_job *job,
                      struct bt_sink *sink, struct err *e)
{
    (void)self;
    (void)job; /* whatever is wanted, all that is there is read */
    return bt_base_load(run, sink, e);
}

/* Those of other data are stale: what is computed in their place must not be hidden by them. */
static bool keep_loaded(void *context, struct bt_result *result, struct err *e)
{
    (void)e;
    struct bt_run *run = context;
    if (!bt_result_is_of_plan(&run->plan, result)) {
        bt_result_free(result);
        return true;
    }
    struct bt_result **place = &need_table(run, &run->loaded)[result->item.backtest];
    bt_result_free(*place);
    *place = result;
    return true;
}

/* Whether a load would bring nothing that is not there yet. */
static bool all_loaded(const struct bt_run *run, const struct bt_job *job)
{
    bool knows = run->absent && run->absent_at == run->counts.result_writes;
    for (int k = 0; k < job->n; k++) {
        long i = job->items[k].backtest;
        if ((!run->loaded || !run->loaded[i]) && !(knows && run->absent[i]))
            return false;
    }
    return true;
}

static bool load_ahead(struct bt_run *run, struct err *e)
{
    struct bt_sink sink = {.take = keep_loaded, .context = run};
    if (!BT_CALL(run->ops.load, run, NULL, &sink, e))
        return false;
    if (sink.first_problem.text[0])
        bt_note_lost(run, &sink.first_problem);
    long n = bt_plan_backtests(&run->plan);
    if (!run->absent)
        run->absent = mem_alloc(MEM_RESULTS, (size_t)n * sizeof *run->absent);
    for (long i = 0; i < n; i++)
        run->absent[i] = !run->loaded || !run->loaded[i];
    run->absent_at = run->counts.result_writes;
    return true;
}

static bool recall_base(const struct bt_recall_link *self, struct bt_run *run,
                        const struct bt_job *job, struct bt_result **results, struct err *e)
{
    (void)self;
    if (!all_loaded(run, job) && !load_ahead(run, e))
        return false;
    for (int k = 0; k < job->n; k++) {
        struct bt_result **place = &need_table(run, &run->loaded)[job->items[k].backtest];
        results[k] = *place;
        *place = NULL;
    }
    return true;
}

/* ---- workers ---------------------------------------------------------------------------------- */

static bool warm_base(const struct bt_warm_link *self, struct bt_run *run, int range,
                      struct pool *pool, struct err *e)
{
    (void)self;
    (void)run;
    (void)range;
    (void)pool;
    (void)e;
    return true; /* each worker makes its own */
}

static bool disband_base(const struct bt_disband_link *self, struct bt_run *run, struct pool *pool,
                         struct err *e)
{
    (void)self;
    (void)run;
    (void)e;
    pool_restart(pool);
    return true;
}

/* ---- the loop --------------------------------------------------------------------------------- */

/* A block of backtests of one range, done when the checkpoint names it. */
static bool run_block(struct bt_run *run, struct bt_block *b, struct err *e)
{
    struct checkpoint *doc = NULL;
    struct bt_lease lease = {0};
    if (run->store && !BT_CALL(run->ops.checkpoint, run, &doc, &lease, e))
        return false;
    bool ok = bt_block_split(run, doc, b, e);
    if (ok && b->todo_n) {
        struct bt_result **results = ARENA_NEW(&run->work, struct bt_result *, b->todo_n);
        const struct err **why = ARENA_NEW_RAW(&run->work, const struct err *, b->todo_n);
        struct bt_job job = {.range = b->range, .items = b->todo, .n = b->todo_n};
        bt_compute_each(run, &job, results, why);
        ok = bt_block_take(run, doc, b, results, why, b->todo_n, e);
    } else if (ok) {
        ok = bt_block_take(run, doc, b, NULL, NULL, 0, e);
    }
    bt_block_end(b);
    bt_lease_end(&lease);
    return ok;
}

static bool exec_base(const struct bt_exec_link *self, struct bt_run *run, long lo, long hi,
                      struct err *e)
{
    (void)self;
    bool ok = true;
    for (long at = lo; ok && at < hi;) {
        struct arena_mark mark = arena_mark(&run->work);
        struct bt_block b;
        bt_block_next(run, &at, hi, (int)run->block, &b);
        ok = (b.n == 0 || run_block(run, &b, e)) && bt_range_ends(run, at, e);
        arena_release(&run->work, mark);
    }
    return ok;
}

const struct bt_functions bt_base = {
    .checkpoint = checkpoint_base,
    .bundle = bundle_base,
    .assets = assets_base,
    .group = group_base,
    .history = history_base,
    .evaluate = bt_evaluate_base,
    .indicator = bt_indicator_base,
    .account = bt_account_base,
    .save = save_base,
    .flush = flush_base,
    .recall = recall_base,
    .load = load_base,
    .collect = collect_base,
    .deliver = deliver_base,
    .warm = warm_base,
    .disband = disband_base,
    .exec = exec_base,
};

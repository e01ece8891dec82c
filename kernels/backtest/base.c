/* The plainest correct code for every slot: what a competent engineer writes first, never slowed
 * down and never tuned. Every layer is held to these results. The slots that compute: base_numbers.c.
 */
#include "kernels/backtest/base.h"

#include "kernels/backtest/run.h"

#include <string.h>

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

static bool bundle_base(const struct bt_bundle_link *self, struct bt_run *run, struct bundle **out,
                        struct bt_lease *lease, struct err *e)
{
    (void)self;
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
    *out = (struct bt_series){v, bars->n, bars->largest};
    return true;
}

/* ---- results ---------------------------------------------------------------------------------- */

static bool collect_base(const struct bt_collect_link *self, struct bt_run *run,
                         struct bt_result *result, struct err *e)
{
    (void)self;
    (void)e;
    bt_result_free(run->results[result->backtest]);
    run->results[result->backtest] = result;
    return true;
}

static bool save_base(const struct bt_save_link *self, struct bt_run *run, struct checkpoint *doc,
                      const struct bt_result *result, struct err *e)
{
    (void)self;
    const char *range = bt_plan_range(&run->plan, result->backtest)->name;
    const char *id = bt_plan_id(&run->plan, result->backtest);
    struct text payload = {0};
    bt_result_write(&run->plan, result, &payload);
    struct result_item item = {
        id, {payload.p, payload.n}
    };
    bool ok = result_store_put(run->store, range, &item, e);
    run->counts.result_writes++;
    text_done(&payload);
    if (!ok)
        return false;
    checkpoint_add(doc, range, id);
    return bt_write_checkpoint(run, doc, e);
}

static bool flush_base(const struct bt_flush_link *self, struct bt_run *run,
                       const struct bt_range *range, struct err *e)
{
    (void)self;
    (void)run;
    (void)range;
    (void)e;
    return true; /* save_base leaves nothing behind */
}

/* Names of all that is stored, listed before anything is read. */
struct listing {
    struct arena arena;
    struct stored {
        const char *range, *id;
        struct stored *next;
    } * first;
};

static bool list_one(void *context, const char *range, const char *id, struct err *e)
{
    (void)e;
    struct listing *list = context;
    struct stored *s = ARENA_NEW(&list->arena, struct stored, 1);
    *s =
        (struct stored){arena_text(&list->arena, range), arena_text(&list->arena, id), list->first};
    list->first = s;
    return true;
}

/* false: unreadable, or not what this run needs. */
static bool parse_one(struct bt_run *run, const struct stored *s, struct text *payload,
                      struct bt_result **out, struct err *e)
{
    bool found;
    long backtest = bt_plan_find(&run->plan, s->range, s->id);
    *out = NULL;
    text_clear(payload);
    if (!result_store_get(run->store, s->range, s->id, payload, &found, e))
        return false;
    run->counts.results_parsed++;
    if (backtest < 0)
        return true;
    *out = bt_result_read(&run->plan, backtest, (struct str){payload->p, payload->n}, e);
    return *out != NULL;
}

static bool load_base(const struct bt_load_link *self, struct bt_run *run, struct bt_sink *sink,
                      struct err *e)
{
    (void)self;
    struct listing list = {0};
    struct text payload = {0};
    struct err problem;
    long damaged;
    bool ok = result_store_each(run->store, list_one, &list, &damaged, e);
    for (const struct stored *s = list.first; ok && s; s = s->next) {
        struct bt_result *result;
        if (!parse_one(run, s, &payload, &result, &problem))
            sink->first_problem = sink->first_problem.text[0] ? sink->first_problem : problem;
        else if (result)
            ok = sink->take(sink->context, result, e);
    }
    text_done(&payload);
    arena_done(&list.arena);
    return ok;
}

/* ---- the loop --------------------------------------------------------------------------------- */

static bool store_results(struct bt_run *run, struct checkpoint *doc, struct bt_result **results,
                          int n, struct err *e)
{
    for (int k = 0; k < n; k++) {
        bool ok = !run->store || BT_CALL(run->ops.save, run, doc, results[k], e);
        if (!ok || !BT_CALL(run->ops.collect, run, results[k], e)) {
            for (; k < n; k++)
                bt_result_free(results[k]);
            return false;
        }
    }
    return true;
}

/* Runs those of backtests first..first+n-1 that the checkpoint does not name. */
static bool run_block(struct bt_run *run, long first, int n, struct err *e)
{
    struct checkpoint *doc = NULL;
    struct bt_lease lease = {0};
    if (run->store && !BT_CALL(run->ops.checkpoint, run, &doc, &lease, e))
        return false;
    struct arena_mark mark = arena_mark(&run->arena);
    long *todo = ARENA_NEW(&run->arena, long, n);
    struct bt_result **results = ARENA_NEW(&run->arena, struct bt_result *, n);
    struct bt_job job = {bt_plan_range(&run->plan, first), todo, 0};
    for (long i = first; i < first + n; i++)
        if (!doc || !checkpoint_has(doc, job.range->name, bt_plan_id(&run->plan, i)))
            todo[job.n++] = i;
    run->counts.resumed += (uint64_t)(n - job.n);
    bool ok = job.n == 0 ||
              (bt_compute(run, &job, results, e) && store_results(run, doc, results, job.n, e));
    arena_release(&run->arena, mark);
    bt_lease_end(&lease);
    return ok;
}

static bool exec_base(const struct bt_exec_link *self, struct bt_run *run, long lo, long hi,
                      struct err *e)
{
    (void)self;
    for (long i = lo, n; i < hi; i += n) {
        long range_end = (i / run->plan.grid.count + 1) * run->plan.grid.count;
        n = run->block;
        n = n < range_end - i ? n : range_end - i;
        n = n < hi - i ? n : hi - i;
        if (!run_block(run, i, (int)n, e))
            return false;
        if (i + n == range_end && run->store &&
            !BT_CALL(run->ops.flush, run, bt_plan_range(&run->plan, i), e))
            return false;
    }
    return true;
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
    .collect = collect_base,
    .save = save_base,
    .flush = flush_base,
    .load = load_base,
    .exec = exec_base,
};

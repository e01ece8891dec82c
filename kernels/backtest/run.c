#include "kernels/backtest/run.h"

#include "kernels/backtest/lookback.h"
#include "kernels/backtest/run_layers.h"
#include "kernels/backtest/session.h"
#include "kernels/pool/pool.h"

#include <assert.h>

/* ---- life ------------------------------------------------------------------------------------- */

static bool open_run(struct bt_run *run, const struct bt_settings *settings,
                     struct bt_run_target target, struct err *e)
{
    if (!bt_plan_make(settings, &run->arena, &run->plan, e))
        return false;
    run->verified = run->plan.version;
    if (run->plan.ranges_dropped)
        text_printf(&run->notes, "range: %d of %d dropped: the same dates as another\n",
                    run->plan.ranges_dropped, settings->range.n);
    if (run->plan.workers > 1)
        run->layers |= (uint64_t)1 << BT_LAYER_workers;
    run->given = bt_layers_give(run->layers);
    run->consumer = target.consumer;
    bt_selection_open(&run->plan, &run->arena, &run->selection);
    bt_digest_open(&run->digest, &run->plan, &run->arena);
    return bt_run_begin_layers(run, target.store != NULL, e) &&
           (!target.store || bt_session_open(run, target, e));
}

struct bt_run *bt_run_open(const struct bt_settings *settings, uint64_t layers,
                           struct bt_run_target target, struct err *e)
{
    struct bt_run *run = mem_alloc_zero(MEM_BASE, sizeof *run);
    run->layers = bt_settings_layers(settings, layers);
    run->lock = -1;
    run->work = (struct arena){.component = MEM_TABLES, .huge = true};
    if (!open_run(run, settings, target, e)) {
        bt_run_close(run);
        return NULL;
    }
    run->counts = (struct bt_counts){0};
    run->io_before = io_counts_now();
    return run;
}

static void free_table(const struct bt_run *run, struct bt_result ***table)
{
    for (long i = 0; *table && i < bt_plan_backtests(&run->plan); i++)
        bt_result_free((*table)[i]);
    mem_free(MEM_RESULTS, *table);
    *table = NULL;
}

void bt_run_close(struct bt_run *run)
{
    if (!run)
        return;
    bt_run_end_layers(run);
    bt_session_close(run);
    free_table(run, &run->kept);
    free_table(run, &run->loaded);
    bt_result_pool_done(&run->results);
    mem_free(MEM_RESULTS, run->absent);
    bt_calendar_done(&run->calendar);
    text_done(&run->notes);
    arena_done(&run->scratch);
    arena_done(&run->work);
    arena_done(&run->arena);
    mem_free(MEM_BASE, run);
}

void bt_run_again(struct bt_run *run)
{
    assert(!run->store);
    free_table(run, &run->kept);
    bt_selection_open(&run->plan, &run->arena, &run->selection);
    bt_digest_clear(&run->digest);
    run->counts.failed = 0;
}

bool bt_run_step(struct bt_run *run, long lo, long hi, struct err *e)
{
    return BT_CALL(run->ops.exec, run, lo, hi, e);
}

long bt_run_slice(const struct bt_run *run)
{
    long whole = run->plan.workers > 1 ? run->plan.batch : 1;
    return whole > run->block ? whole : run->block;
}

bool bt_run_save(struct bt_run *run, struct err *e)
{
    for (int r = 0; run->store && r < run->plan.range_count; r++)
        if (!BT_CALL(run->ops.flush, run, r, e))
            return false;
    return true;
}

bool bt_run_finish(struct bt_run *run, struct err *e)
{
    bt_selection_note(run);
    return bt_run_save(run, e) && BT_CALL(run->ops.deliver, run, BT_RUN_END, e) &&
           bt_look_back(run, e) && bt_session_finish(run, e);
}

bool bt_run_digest(const struct bt_run *run, struct kernel_digest *out, struct err *e)
{
    long expected = 0;
    for (long i = 0, n = bt_plan_backtests(&run->plan); i < n; i++)
        expected += bt_selected(&run->selection, &run->plan, i);
    long missing = expected - (long)run->digest.results - (long)run->counts.failed;
    bt_digest_end(&run->digest, out);
    return missing == 0 ||
           err_input(e, "digest: %ld of %ld backtests have no result", missing, expected);
}

int bt_run_pids(const struct bt_run *run, pid_t *out, int max)
{
    return run->pool ? pool_pids(run->pool, out, max) : 0;
}

/* ---- for slots -------------------------------------------------------------------------------- */

bool bt_run_consume(struct bt_run *run, const struct bt_result *result, struct err *e)
{
    const struct bt_consumer *c = &run->consumer;
    return !c->result || c->result(c->context, result, e);
}

/* The checkpoint as it is now: one that grows becomes a database under way. */
static const char *checkpoint_now(const struct bt_run *run)
{
    bool grown = (run->given & BT_INDEXED_CHECKPOINT) && io_exists(run->sqlite_path);
    return grown ? run->sqlite_path : run->json_path;
}

void bt_note_lost(struct bt_run *run, const struct err *problem)
{
    if (!run->told_lost)
        text_printf(&run->notes,
                    "%s: a result that it names is missing or unreadable (%s); "
                    "such are computed again\n",
                    checkpoint_now(run), problem->text[0] ? problem->text : "missing");
    run->told_lost = true;
}

bool bt_write_checkpoint(struct bt_run *run, struct checkpoint *doc, struct err *e)
{
    run->counts.checkpoint_writes++;
    return checkpoint_save(doc, e);
}

void bt_mark_done(const struct bt_run *run, struct checkpoint *doc, const struct bt_result *result)
{
    char stamp[BT_STAMP_TEXT];
    bt_plan_stamp(&run->plan, result->range, result->content, stamp);
    checkpoint_add(doc, run->plan.ranges[result->range].name, result->item.id, stamp);
}

#include "kernels/backtest/run.h"

#include "kernels/backtest/base.h"
#include "kernels/backtest/lookback.h"
#include "kernels/backtest/session.h"
#include "kernels/pool/pool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- life ------------------------------------------------------------------------------------- */

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

static bool begin_layers(struct bt_run *run, bool stores, struct err *e)
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

static uint32_t given_by(uint64_t layers)
{
    uint32_t given = 0;
    for (int i = 0; i < BT_LAYERS; i++)
        given |= layers >> i & 1 ? bt_layers[i]->gives : 0;
    return given;
}

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
    run->given = given_by(run->layers);
    run->consumer = target.consumer;
    bt_selection_open(&run->plan, &run->arena, &run->selection);
    bt_digest_open(&run->digest, &run->plan, &run->arena);
    return begin_layers(run, target.store != NULL, e) &&
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
    end_layers(run);
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

bool bt_run_consume(struct bt_run *run, const struct bt_result *result, struct err *e)
{
    const struct bt_consumer *c = &run->consumer;
    return !c->result || c->result(c->context, result, e);
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

int bt_run_pids(const struct bt_run *run, pid_t *out, int max)
{
    return run->pool ? pool_pids(run->pool, out, max) : 0;
}

/* ---- one job ---------------------------------------------------------------------------------- */

static int compare_asset(const void *symbol, const void *asset)
{
    return strcmp(symbol, ((const struct bundle_asset *)asset)->symbol);
}

/* The list is in byte order of the symbols: bundle_assets checks that. */
bool bt_find_ids(const struct bt_run *run, const struct bundle *bundle, struct bt_assets assets,
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

static void want_lists(struct bt_run *run, const struct bt_job *job, const struct bt_bars *bars,
                       struct bt_outcome *outs)
{
    for (int k = 0; k < job->n; k++) {
        if (run->plan.trades)
            outs[k].trades = ARENA_NEW_RAW(&run->scratch, struct bt_trade, bt_trades_max(bars->n));
        if (run->plan.snapshots != BT_NO_SNAPSHOTS)
            outs[k].equity = ARENA_NEW_RAW(&run->scratch, double, bars->n);
    }
}

static void keep_lists(struct bt_run *run, const struct bt_job *job, const struct bt_bars *bars,
                       int symbol, const struct bt_outcome *outs, struct bt_result **results)
{
    for (int k = 0; k < job->n; k++) {
        if (run->plan.trades)
            bt_result_put_trades(&run->plan, results[k], symbol, outs[k].trades,
                                 outs[k].trade_count);
        if (run->plan.snapshots != BT_NO_SNAPSHOTS)
            bt_snapshots_add(&run->calendar, run->plan.snapshots, bars->field[BT_TIME],
                             outs[k].equity, bars->n, bt_initial_cash, results[k]->equity);
    }
}

/* Where rows go: into results, or alone. */
struct target {
    struct bt_result **results;
    struct bt_row *rows; /* [job->n][job->symbols]; results: NULL */
};

static struct bt_row *row_of(const struct target *to, const struct bt_job *job, int k, int symbol)
{
    return to->results ? &to->results[k]->rows[symbol]
                       : &to->rows[(long)k * job->symbols + symbol - job->symbol];
}

static bool compute_symbol(struct bt_run *run, const struct bt_job *job, struct bt_slice *slice,
                           int symbol, const struct target *to, struct err *e)
{
    struct bt_bars bars;
    struct bt_lease lease;
    struct arena_mark mark = arena_mark(&run->scratch), work = arena_mark(&run->work);
    slice->asset = slice->wanted[symbol];
    if (!BT_CALL(run->ops.group, run, slice, &bars, &lease, e))
        return false;
    bars.of = slice;
    struct bt_outcome *outs = ARENA_NEW(&run->work, struct bt_outcome, job->n);
    for (int k = 0; k < job->n; k++)
        outs[k].row = row_of(to, job, k, symbol);
    want_lists(run, job, &bars, outs);
    bool ok = BT_CALL(run->ops.evaluate, run, job, &bars, outs, e);
    if (ok && to->results)
        keep_lists(run, job, &bars, symbol, outs, to->results);
    bt_lease_end(&lease);
    arena_release(&run->scratch, mark);
    arena_release(&run->work, work);
    run->counts.bar_backtests += (uint64_t)bars.n * (uint64_t)job->n;
    return ok || err_prefix(e, "%s", run->plan.symbols[symbol]);
}

static void need_equity(struct bt_run *run, const struct bt_job *job, const struct bt_slice *slice,
                        struct bt_result **results)
{
    bt_calendar_need(&run->calendar, &run->plan, job->range, slice->bundle, slice->wanted,
                     slice->wanted_count);
    for (int k = 0; k < job->n; k++) {
        results[k]->equity_n = run->calendar.n;
        results[k]->equity =
            mem_alloc_zero(MEM_RESULTS, (size_t)run->calendar.n * sizeof(double) + 1);
    }
}

static bool compute_over(struct bt_run *run, const struct bt_job *job, struct bundle *bundle,
                         const struct target *to, struct err *e)
{
    struct bt_assets assets;
    struct bt_lease lease;
    if (!BT_CALL(run->ops.assets, run, bundle, &assets, &lease, e))
        return false;
    uint32_t *ids = ARENA_NEW_RAW(&run->scratch, uint32_t, run->plan.symbol_count);
    bool ok = bt_find_ids(run, bundle, assets, ids, e);
    bt_lease_end(&lease);
    struct bt_slice slice = {.bundle = bundle,
                             .wanted = ids,
                             .wanted_count = run->plan.symbol_count,
                             .from = run->plan.ranges[job->range].from,
                             .to = run->plan.ranges[job->range].to};
    if (ok && to->results && run->plan.snapshots != BT_NO_SNAPSHOTS)
        need_equity(run, job, &slice, to->results);
    int end = job->symbols ? job->symbol + job->symbols : run->plan.symbol_count;
    for (int s = job->symbol; ok && s < end; s++)
        ok = compute_symbol(run, job, &slice, s, to, e);
    return ok;
}

void bt_job_ends(struct bt_run *run)
{
    for (int i = 0; i < BT_LAYERS; i++)
        if (run->begun[i] && bt_layers[i]->job_end)
            bt_layers[i]->job_end(run->states[i]);
}

static void end_job(struct bt_run *run)
{
    bt_job_ends(run);
    arena_reset(&run->scratch);
}

bool bt_warm_up(struct bt_run *run, int range, struct bundle *bundle, struct err *e)
{
    struct bt_assets assets;
    struct bt_bars bars;
    struct bt_lease lease, group;
    if (!BT_CALL(run->ops.assets, run, bundle, &assets, &lease, e))
        return false;
    uint32_t *ids = ARENA_NEW_RAW(&run->scratch, uint32_t, run->plan.symbol_count);
    bool ok = bt_find_ids(run, bundle, assets, ids, e);
    bt_lease_end(&lease);
    struct bt_slice slice = {.bundle = bundle,
                             .asset = ids[0],
                             .wanted = ids,
                             .wanted_count = run->plan.symbol_count,
                             .from = run->plan.ranges[range].from,
                             .to = run->plan.ranges[range].to};
    if (ok && (run->given & BT_CONTIGUOUS) &&
        (ok = BT_CALL(run->ops.group, run, &slice, &bars, &group, e)))
        bt_lease_end(&group);
    end_job(run);
    return ok;
}

static bool compute_into(struct bt_run *run, const struct bt_job *job, const struct target *to,
                         char content[SHA256_HEX], struct err *e)
{
    struct bundle *bundle;
    struct bt_lease lease;
    if (!BT_CALL(run->ops.bundle, run, &bundle, &lease, e))
        return false;
    memcpy(content, bundle_info(bundle)->content, SHA256_HEX);
    bool ok = compute_over(run, job, bundle, to, e);
    end_job(run);
    bt_lease_end(&lease);
    run->counts.backtests += ok && job->symbol == 0 ? (uint64_t)job->n : 0;
    return ok;
}

bool bt_compute(struct bt_run *run, const struct bt_job *job, struct bt_result **results,
                struct err *e)
{
    char content[SHA256_HEX];
    const struct target to = {.results = results};
    bt_results_new(&run->plan, &run->results, job->range, job->items, job->n, results);
    bool ok = compute_into(run, job, &to, content, e);
    for (int k = 0; k < job->n; k++) {
        if (ok) {
            memcpy(results[k]->content, content, SHA256_HEX);
            continue;
        }
        bt_result_free(results[k]);
        results[k] = NULL;
    }
    return ok;
}

static const struct err *noted(struct bt_run *run, const struct err *e)
{
    struct err *note = ARENA_NEW_RAW(&run->work, struct err, 1);
    *note = *e;
    return note;
}

void bt_compute_each(struct bt_run *run, const struct bt_job *job, struct bt_result **results,
                     const struct err **why)
{
    struct err e = {0};
    if (bt_compute(run, job, results, &e))
        return;
    for (int k = 0; k < job->n; k++) {
        struct bt_job one = {.range = job->range, .items = &job->items[k], .n = 1};
        if (job->n == 1 || !bt_compute(run, &one, &results[k], &e))
            why[k] = noted(run, &e);
    }
}

static bool compute_noted(struct bt_run *run, const struct bt_job *job, const struct target *to,
                          char content[SHA256_HEX], struct err *e)
{
    char now[SHA256_HEX];
    if (!compute_into(run, job, to, now, e))
        return false;
    if (!content[0])
        memcpy(content, now, SHA256_HEX);
    else if (memcmp(content, now, SHA256_HEX) != 0)
        memcpy(content, BT_MIXED, sizeof BT_MIXED);
    return true;
}

void bt_compute_rows(struct bt_run *run, const struct bt_job *job, struct bt_row *rows,
                     char content[SHA256_HEX], const struct err **why)
{
    struct err e = {0};
    struct target to = {.rows = rows};
    if (compute_noted(run, job, &to, content, &e))
        return;
    for (int k = 0; k < job->n; k++, to.rows += job->symbols) {
        struct bt_job one = {job->range, &job->items[k], 1, job->symbol, job->symbols};
        if (job->n == 1 || !compute_noted(run, &one, &to, content, &e))
            why[k] = noted(run, &e);
    }
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

#include "kernels/backtest/run_compute.h"

#include "kernels/backtest/base.h"
#include "kernels/backtest/run_layers.h"

#include <stdlib.h>
#include <string.h>

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

/* ---- one symbol ------------------------------------------------------------------------------- */

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

/* ---- one job ---------------------------------------------------------------------------------- */

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

/* What is asked of the bundle for a range, of its first symbol for the time being. Ids are of the scratch. */
static bool slice_of(struct bt_run *run, int range, struct bundle *bundle, struct bt_slice *out,
                     struct err *e)
{
    struct bt_assets assets;
    struct bt_lease lease;
    if (!BT_CALL(run->ops.assets, run, bundle, &assets, &lease, e))
        return false;
    uint32_t *ids = ARENA_NEW_RAW(&run->scratch, uint32_t, run->plan.symbol_count);
    bool ok = bt_find_ids(run, bundle, assets, ids, e);
    bt_lease_end(&lease);
    *out = (struct bt_slice){.bundle = bundle,
                             .asset = ok ? ids[0] : 0,
                             .wanted = ids,
                             .wanted_count = run->plan.symbol_count,
                             .from = run->plan.ranges[range].from,
                             .to = run->plan.ranges[range].to};
    return ok;
}

static bool compute_over(struct bt_run *run, const struct bt_job *job, struct bundle *bundle,
                         const struct target *to, struct err *e)
{
    struct bt_slice slice;
    bool ok = slice_of(run, job->range, bundle, &slice, e);
    if (ok && to->results && run->plan.snapshots != BT_NO_SNAPSHOTS)
        need_equity(run, job, &slice, to->results);
    int end = job->symbols ? job->symbol + job->symbols : run->plan.symbol_count;
    for (int s = job->symbol; ok && s < end; s++)
        ok = compute_symbol(run, job, &slice, s, to, e);
    return ok;
}

static void end_job(struct bt_run *run)
{
    bt_job_ends(run);
    arena_reset(&run->scratch);
}

bool bt_warm_up(struct bt_run *run, int range, struct bundle *bundle, struct err *e)
{
    struct bt_slice slice;
    struct bt_bars bars;
    struct bt_lease group;
    bool ok = slice_of(run, range, bundle, &slice, e);
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

/* ---- backtests that fail ---------------------------------------------------------------------- */

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

#include "kernels/backtest/lookback.h"

#include <math.h>
#include <string.h>

/* A result that was collected before: kept in memory, or brought back from the store. */
struct seen {
    const struct bt_result *result;
    struct bt_result *recalled; /* to be freed, NULL when it was kept */
};

static bool see(struct bt_run *run, long backtest, struct seen *out, struct err *e)
{
    struct bt_item item;
    *out = (struct seen){run->kept ? run->kept[backtest] : NULL, NULL};
    if (out->result || !run->store)
        return true;
    bt_plan_item(&run->plan, backtest, &item);
    struct bt_job job = {.range = bt_plan_range_of(&run->plan, backtest), .items = &item, .n = 1};
    if (!BT_CALL(run->ops.recall, run, &job, &out->recalled, e))
        return false;
    out->result = out->recalled;
    return true;
}

/* ---- one combination over all ranges ---------------------------------------------------------- */

/* rows[range][symbol] of the ranges that it has results for, as parts[symbol][range]. */
struct gathering {
    struct bt_summary_rules rules;
    struct bt_row *rows;
    struct bt_summary_part *parts;
    long *backtests;         /* by range gathered */
    struct bt_row *combined; /* by symbol */
    int ranges, range_count, symbols;
    bool metrics_all;
    struct bt_walk walk; /* over the combinations */
};

static struct gathering gathering_new(struct bt_run *run)
{
    long symbols = run->plan.symbol_count, ranges = run->plan.range_count;
    return (struct gathering){
        .rules = bt_summary_rules(),
        .rows = ARENA_NEW_RAW(&run->arena, struct bt_row, symbols * ranges),
        .parts = ARENA_NEW_RAW(&run->arena, struct bt_summary_part, symbols * ranges),
        .backtests = ARENA_NEW_RAW(&run->arena, long, ranges),
        .combined = ARENA_NEW(&run->arena, struct bt_row, symbols),
        .range_count = (int)ranges,
        .symbols = (int)symbols,
        .metrics_all = run->plan.metrics_all,
    };
}

static struct bt_row *rows_of(const struct gathering *g, int range)
{
    return g->rows + (long)range * g->symbols;
}

static bool gather(struct bt_run *run, long combination, struct gathering *g, struct err *e)
{
    g->ranges = 0;
    for (int r = 0; r < run->plan.range_count; r++) {
        struct seen seen;
        long backtest = r * run->plan.combinations.count + combination;
        if (!see(run, backtest, &seen, e))
            return false;
        long days = bt_range_days(&run->plan.ranges[r]);
        for (int s = 0; seen.result && s < g->symbols; s++) {
            struct bt_row *row = &rows_of(g, g->ranges)[s];
            *row = seen.result->rows[s];
            g->parts[(long)s * g->range_count + g->ranges] = (struct bt_summary_part){row, days};
        }
        g->backtests[g->ranges] = backtest;
        g->ranges += seen.result != NULL;
        bt_result_free(seen.recalled);
    }
    return true;
}

/* What the row may be off, of any metric: no rule of a summary makes more of the parts' bounds than
 * their sum. What is undefined in a part is left out there, and so it is here. */
static double error_over(const struct gathering *g, const struct bt_summary_part *parts,
                         const struct bt_row *row)
{
    double most = 0;
    for (const struct bt_metric *m = bt_metrics; m->name; m++) {
        double bound = 0, size = fabs(bt_metric_of(m, row));
        for (int r = 0; (m->core || g->metrics_all) && r < g->ranges; r++)
            if (!isnan(bt_metric_of(m, parts[r].row)))
                bound += bt_metric_bound(m, parts[r].row);
        most = fmax(most, bound / fmax(1, size));
    }
    return most;
}

static void combine(struct gathering *g)
{
    for (int s = 0; s < g->symbols; s++) {
        const struct bt_summary_part *parts = g->parts + (long)s * g->range_count;
        g->combined[s] = bt_summary_row(&g->rules, parts, g->ranges);
        g->combined[s].error = error_over(g, parts, &g->combined[s]);
    }
}

/* Every range's rows, exact. */
static bool settle_all(struct bt_run *run, struct gathering *g, bool *exact, struct err *e)
{
    *exact = true;
    for (int r = 0; *exact && r < g->ranges; r++) {
        double error = 0;
        for (int s = 0; s < g->symbols; s++)
            error += rows_of(g, r)[s].error;
        if (error > 0 && !bt_settle(run, g->backtests[r], rows_of(g, r), exact, e))
            return false;
    }
    combine(g);
    return true;
}

static bool passes_final(struct bt_run *run, struct gathering *g, bool *passes, struct err *e)
{
    const struct bt_filter *filter = run->plan.final_filter;
    bool unused;
    enum bt_filter_verdict verdict = bt_filter_judge_rows(filter, g->combined, g->symbols);
    *passes = verdict == BT_FILTER_PASSES;
    if (verdict != BT_FILTER_UNSURE)
        return true;
    if (!settle_all(run, g, &unused, e))
        return false;
    *passes = bt_filter_passes_rows(filter, g->combined, g->symbols);
    return true;
}

static bool combine_one(struct bt_run *run, long combination, struct gathering *g, struct err *e)
{
    struct bt_item item;
    bool passes;
    if (!gather(run, combination, g, e))
        return false;
    if (g->ranges == 0)
        return true; /* it failed everywhere */
    combine(g);
    if (run->plan.final_filter) {
        if (!passes_final(run, g, &passes, e))
            return false;
        if (!passes) {
            bt_selection_drop(&run->selection, &run->plan, combination);
            return true;
        }
    }
    bt_plan_item_along(&run->plan, &g->walk, combination, &item);
    bt_digest_add_survivor(&run->digest, item.values);
    struct bt_combined combined = {&item, g->combined, g->ranges};
    const struct bt_consumer *c = &run->consumer;
    return !c->combined || c->combined(c->context, &combined, e);
}

static bool combine_all(struct bt_run *run, struct err *e)
{
    struct arena_mark mark = arena_mark(&run->arena);
    struct gathering g = gathering_new(run);
    bool ok = true;
    for (long i = 0; ok && i < run->plan.combinations.count; i++)
        if (bt_survives(&run->selection, &run->plan, i))
            ok = combine_one(run, i, &g, e);
    arena_release(&run->arena, mark);
    return ok;
}

bool bt_settle_combined(struct bt_run *run, long backtest, struct bt_row *rows, bool *exact,
                        struct err *e)
{
    struct arena_mark mark = arena_mark(&run->arena);
    struct gathering g = gathering_new(run);
    *exact = false;
    bool ok = gather(run, bt_plan_combination(&run->plan, backtest), &g, e) &&
              (g.ranges == 0 || settle_all(run, &g, exact, e));
    if (ok && *exact)
        memcpy(rows, g.combined, (size_t)g.symbols * sizeof *rows);
    arena_release(&run->arena, mark);
    return ok;
}

/* ---- those that are left ---------------------------------------------------------------------- */

static bool consume_survivors(struct bt_run *run, struct err *e)
{
    bool ok = true;
    for (long i = 0, n = bt_plan_backtests(&run->plan); ok && i < n; i++) {
        struct seen seen;
        if (!bt_survives(&run->selection, &run->plan, bt_plan_combination(&run->plan, i)))
            continue;
        ok = see(run, i, &seen, e) && (!seen.result || bt_run_consume(run, seen.result, e));
        bt_result_free(seen.recalled);
    }
    return ok;
}

bool bt_look_back(struct bt_run *run, struct err *e)
{
    bool filters = bt_plan_looks_back(&run->plan);
    bool sums_up = run->plan.range_count > 1 && run->consumer.combined;
    if (bt_plan_walks(&run->plan) || (!filters && !sums_up))
        return true;
    return combine_all(run, e) && (!filters || consume_survivors(run, e));
}

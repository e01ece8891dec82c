#include "kernels/backtest/lookback.h"

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
    struct bt_job job = {bt_plan_range_of(&run->plan, backtest), &item, 1};
    if (!BT_CALL(run->ops.recall, run, &job, &out->recalled, e))
        return false;
    out->result = out->recalled;
    return true;
}

/* ---- one combination over all ranges ---------------------------------------------------------- */

/* rows[range][symbol] of the ranges that it has results for; their days; how many. */
struct gathering {
    struct bt_row *rows;
    double *days;
    int ranges;
};

static bool gather(struct bt_run *run, long combination, struct gathering *g, struct err *e)
{
    int symbols = run->plan.symbol_count;
    g->ranges = 0;
    for (int r = 0; r < run->plan.range_count; r++) {
        struct seen seen;
        if (!see(run, r * run->plan.combinations.count + combination, &seen, e))
            return false;
        if (seen.result) {
            memcpy(g->rows + (long)g->ranges * symbols, seen.result->rows,
                   (size_t)symbols * sizeof *g->rows);
            g->days[g->ranges++] = (double)bt_range_days(&run->plan.ranges[r]);
        }
        bt_result_free(seen.recalled);
    }
    return true;
}

static bool combine_one(struct bt_run *run, long combination, struct gathering *g,
                        struct bt_row *rows, struct err *e)
{
    struct bt_item item;
    int symbols = run->plan.symbol_count;
    if (!gather(run, combination, g, e))
        return false;
    if (g->ranges == 0)
        return true; /* it failed everywhere */
    for (int s = 0; s < symbols; s++)
        bt_summary(&g->rows[s], symbols, g->days, g->ranges, &rows[s]);
    if (run->plan.final_filter && !bt_filter_passes_rows(run->plan.final_filter, rows, symbols)) {
        bt_selection_drop(&run->selection, &run->plan, combination);
        return true;
    }
    bt_plan_item(&run->plan, combination, &item);
    bt_digest_add_survivor(&run->digest, item.id);
    struct bt_combined combined = {&item, rows, g->ranges};
    const struct bt_consumer *c = &run->consumer;
    return !c->combined || c->combined(c->context, &combined, e);
}

static bool combine_all(struct bt_run *run, struct err *e)
{
    long symbols = run->plan.symbol_count, ranges = run->plan.range_count;
    struct gathering g = {.rows = ARENA_NEW_RAW(&run->scratch, struct bt_row, symbols * ranges),
                          .days = ARENA_NEW_RAW(&run->scratch, double, ranges)};
    struct bt_row *rows = ARENA_NEW(&run->scratch, struct bt_row, symbols);
    bool ok = true;
    for (long i = 0; ok && i < run->plan.combinations.count; i++)
        if (bt_survives(&run->selection, &run->plan, i))
            ok = combine_one(run, i, &g, rows, e);
    arena_reset(&run->scratch);
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

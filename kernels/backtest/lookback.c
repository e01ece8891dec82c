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

/* rows[range][symbol] of the ranges that it has results for, as parts[symbol][range]. */
struct gathering {
    struct bt_summary_rules rules;
    struct bt_row *rows;
    struct bt_summary_part *parts;
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
        long days = bt_range_days(&run->plan.ranges[r]);
        for (int s = 0; seen.result && s < symbols; s++) {
            struct bt_row *row = &g->rows[(long)g->ranges * symbols + s];
            *row = seen.result->rows[s];
            g->parts[(long)s * run->plan.range_count + g->ranges] =
                (struct bt_summary_part){row, days};
        }
        g->ranges += seen.result != NULL;
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
        rows[s] = bt_summary_row(&g->rules, g->parts + (long)s * run->plan.range_count, g->ranges);
    if (run->plan.final_filter && !bt_filter_passes_rows(run->plan.final_filter, rows, symbols)) {
        bt_selection_drop(&run->selection, &run->plan, combination);
        return true;
    }
    bt_plan_item(&run->plan, combination, &item);
    bt_digest_add_survivor(&run->digest, item.values);
    struct bt_combined combined = {&item, rows, g->ranges};
    const struct bt_consumer *c = &run->consumer;
    return !c->combined || c->combined(c->context, &combined, e);
}

static bool combine_all(struct bt_run *run, struct err *e)
{
    long symbols = run->plan.symbol_count, ranges = run->plan.range_count;
    struct arena_mark mark = arena_mark(&run->arena);
    struct gathering g = {.rules = bt_summary_rules(),
                          .rows = ARENA_NEW_RAW(&run->arena, struct bt_row, symbols * ranges),
                          .parts =
                              ARENA_NEW_RAW(&run->arena, struct bt_summary_part, symbols * ranges)};
    struct bt_row *rows = ARENA_NEW(&run->arena, struct bt_row, symbols);
    bool ok = true;
    for (long i = 0; ok && i < run->plan.combinations.count; i++)
        if (bt_survives(&run->selection, &run->plan, i))
            ok = combine_one(run, i, &g, rows, e);
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

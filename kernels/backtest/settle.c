#include "kernels/backtest/settle.h"

#include "harness/base/rng.h"
#include "kernels/backtest/run.h"
#include "kernels/backtest/run_compute.h"

#include <math.h>
#include <string.h>

bool bt_settle(struct bt_run *run, long backtest, struct bt_row *rows, bool *exact, struct err *e)
{
    struct bt_item item;
    struct bt_walk walk = {0};
    struct bt_result *result;
    const struct bt_ops ops = run->ops;
    const struct bt_counts before = run->counts;
    bt_plan_item_along(&run->plan, &walk, backtest, &item);
    struct bt_job job = {.range = bt_plan_range_of(&run->plan, backtest), .items = &item, .n = 1};
    run->ops = run->exact_ops;
    bool ok = bt_compute(run, &job, &result, e);
    run->ops = ops;
    if (!ok)
        return err_prefix(e, "once more, without layers that round");
    run->counts.backtests = before.backtests; /* it is the same one */
    run->counts.bar_backtests = before.bar_backtests;
    run->counts.settled++;
    *exact = bt_result_is_of_plan(&run->plan, result);
    if (*exact)
        memcpy(rows, result->rows, (size_t)run->plan.symbol_count * sizeof *rows);
    bt_result_free(result);
    return true;
}

bool bt_settle_filter(struct bt_run *run, const struct bt_filter *filter, long backtest,
                      const struct bt_row *rows, bool *passes, struct err *e)
{
    int n = run->plan.symbol_count;
    enum bt_filter_verdict verdict = bt_filter_judge_rows(filter, rows, n);
    *passes = verdict == BT_FILTER_PASSES;
    if (verdict != BT_FILTER_UNSURE)
        return true;
    bool exact = false;
    struct arena_mark mark = arena_mark(&run->arena);
    struct bt_row *settled = ARENA_NEW_RAW(&run->arena, struct bt_row, n);
    bool ok = bt_settle(run, backtest, settled, &exact, e);
    if (ok)
        *passes = bt_filter_passes_rows(filter, exact ? settled : rows, n);
    arena_release(&run->arena, mark);
    return ok;
}

/* ---- the best --------------------------------------------------------------------------------- */

struct bt_best bt_best_none(void)
{
    return (struct bt_best){
        .combination = -1, .backtest = -1, .value = {(double)NAN, 0}
    };
}

static uint64_t hash_of_trades(const struct bt_row *rows, int n)
{
    uint64_t h = 0;
    for (int s = 0; s < n; s++)
        h = rng_mix(h ^ rows[s].trade_hash);
    return h;
}

static struct bt_estimate estimate_of(const struct bt_plan *plan, const struct bt_row *rows)
{
    return bt_metric_estimate(plan->objective_metric, rows, plan->symbol_count);
}

static bool settle_one(struct bt_run *run, struct bt_best *one, bt_settle_fn *settle, struct err *e)
{
    bool exact = false;
    if (one->backtest < 0 || one->value.bound == 0)
        return true;
    struct arena_mark mark = arena_mark(&run->arena);
    struct bt_row *rows = ARENA_NEW_RAW(&run->arena, struct bt_row, run->plan.symbol_count);
    bool ok = settle(run, one->backtest, rows, &exact, e);
    if (ok && exact)
        one->value = estimate_of(&run->plan, rows);
    arena_release(&run->arena, mark);
    return ok;
}

bool bt_best_observe(struct bt_run *run, struct bt_best *best, long backtest,
                     const struct bt_row *rows, bt_settle_fn *settle, struct err *e)
{
    struct bt_best now = {bt_plan_combination(&run->plan, backtest), backtest,
                          estimate_of(&run->plan, rows),
                          hash_of_trades(rows, run->plan.symbol_count)};
    if (bt_estimates_meet(now.value, best->value)) {
        if (best->backtest >= 0 && now.trades == best->trades)
            return true;
        if (!settle_one(run, best, settle, e) || !settle_one(run, &now, settle, e))
            return false;
    }
    if (bt_objective_better(run->plan.objective, now.value.value, best->value.value))
        *best = now;
    return true;
}

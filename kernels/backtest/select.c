#include "kernels/backtest/select.h"

static uint64_t *range_bits(const struct bt_selection *s, int range)
{
    return s->bits + (long)range * s->words;
}

static bool has_bit(const uint64_t *bits, long i)
{
    return bits[i / 64] >> (i % 64) & 1;
}

void bt_selection_open(const struct bt_plan *plan, struct arena *a, struct bt_selection *out)
{
    *out = (struct bt_selection){.words = (plan->combinations.count + 63) / 64};
    int windows = plan->roles[plan->range_count - 1].window + 1;
    if (windows)
        out->best = ARENA_NEW(a, struct bt_best, windows);
    for (int w = 0; w < windows; w++)
        out->best[w].combination = -1;
    if (!bt_plan_looks_back(plan))
        return;
    out->bits = ARENA_NEW(a, uint64_t, out->words * (plan->range_count + 1));
    for (long i = 0; i < plan->combinations.count; i++)
        out->bits[i / 64] |= (uint64_t)1 << (i % 64);
}

bool bt_selected(const struct bt_selection *s, const struct bt_plan *plan, long backtest)
{
    const struct bt_role *role = &plan->roles[bt_plan_range_of(plan, backtest)];
    long combination = bt_plan_combination(plan, backtest);
    if (role->window >= 0 && role->phase != BT_TRAIN)
        return s->best[role->window].combination == combination;
    return !s->bits || has_bit(range_bits(s, bt_plan_range_of(plan, backtest)), combination);
}

/* The first of equals stays: results come in the order of the plan. */
static void keep_best(struct bt_best *best, const struct bt_plan *plan, const struct bt_result *r)
{
    const struct bt_metric *metric = bt_objective_metric(plan->objective);
    double value = bt_metric_mean(metric, r->rows, plan->symbol_count);
    if (best->combination >= 0 && !bt_objective_better(plan->objective, value, best->value))
        return;
    *best = (struct bt_best){bt_plan_combination(plan, r->item.backtest), value};
}

void bt_selection_observe(struct bt_selection *s, const struct bt_plan *plan,
                          const struct bt_result *r)
{
    const struct bt_role *role = &plan->roles[r->range];
    long combination = bt_plan_combination(plan, r->item.backtest);
    if (role->window >= 0 && role->phase == BT_TRAIN)
        keep_best(&s->best[role->window], plan, r);
    if (s->bits && (!plan->window_filter ||
                    bt_filter_passes_rows(plan->window_filter, r->rows, plan->symbol_count)))
        range_bits(s, r->range + 1)[combination / 64] |= (uint64_t)1 << (combination % 64);
}

bool bt_survives(const struct bt_selection *s, const struct bt_plan *plan, long combination)
{
    return !s->bits || has_bit(range_bits(s, plan->range_count), combination);
}

void bt_selection_drop(struct bt_selection *s, const struct bt_plan *plan, long combination)
{
    range_bits(s, plan->range_count)[combination / 64] &= ~((uint64_t)1 << (combination % 64));
}

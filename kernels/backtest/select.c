#include "kernels/backtest/select.h"

#include "kernels/backtest/run.h"

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
        out->best[w] = bt_best_none();
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

bool bt_selection_observe(struct bt_run *run, const struct bt_result *r, struct err *e)
{
    const struct bt_plan *plan = &run->plan;
    struct bt_selection *s = &run->selection;
    const struct bt_role *role = &plan->roles[r->range];
    long combination = bt_plan_combination(plan, r->item.backtest);
    bool passes = true;
    if (role->window >= 0 && role->phase == BT_TRAIN &&
        !bt_best_observe(run, &s->best[role->window], r->item.backtest, r->rows, bt_settle, e))
        return false;
    if (!s->bits)
        return true;
    if (plan->window_filter &&
        !bt_settle_filter(run, plan->window_filter, r->item.backtest, r->rows, &passes, e))
        return false;
    if (passes)
        range_bits(s, r->range + 1)[combination / 64] |= (uint64_t)1 << (combination % 64);
    return true;
}

void bt_selection_note(struct bt_run *run)
{
    enum { NAMED = 8 };
    const struct bt_plan *plan = &run->plan;
    struct text names = {0};
    int windows = bt_plan_walks(plan) ? plan->roles[plan->range_count - 1].window + 1 : 0, n = 0;
    for (int w = 0; w < windows; w++)
        if (run->selection.best[w].combination < 0 && n++ < NAMED)
            text_printf(&names, "%sw%02d", n > 1 ? ", " : "", w + 1);
    if (n)
        text_printf(&run->notes,
                    "no combination has a defined %s in the training of %d of %d windows (%s%s): "
                    "they have no best, and nothing of them was tested\n",
                    plan->objective->name, n, windows, names.p, n > NAMED ? ", ..." : "");
    text_done(&names);
}

bool bt_survives(const struct bt_selection *s, const struct bt_plan *plan, long combination)
{
    return !s->bits || has_bit(range_bits(s, plan->range_count), combination);
}

void bt_selection_drop(struct bt_selection *s, const struct bt_plan *plan, long combination)
{
    range_bits(s, plan->range_count)[combination / 64] &= ~((uint64_t)1 << (combination % 64));
}

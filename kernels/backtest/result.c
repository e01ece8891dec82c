#include "kernels/backtest/result.h"

#include "kernels/backtest/result_pool.h"

#include <string.h>

struct bt_result *bt_result_new(const struct bt_plan *plan, int range, const struct bt_item *item)
{
    size_t rows = (size_t)plan->symbol_count * sizeof(struct bt_row);
    struct bt_result *r = mem_alloc_zero(MEM_RESULTS, sizeof *r + rows);
    r->item = *item;
    r->range = range;
    return r;
}

void bt_result_drop_trades(struct bt_result *r)
{
    for (long s = 0; r->trades && r->trades[s].n >= 0; s++)
        mem_free(MEM_RESULTS, r->trades[s].v);
    mem_free(MEM_RESULTS, r->trades);
    r->trades = NULL;
}

static void free_lists(struct bt_result *r)
{
    bt_result_drop_trades(r);
    mem_free(MEM_RESULTS, r->equity);
}

void bt_result_free(struct bt_result *r)
{
    if (!r)
        return;
    if (r->trades || r->equity)
        free_lists(r);
    if (r->block)
        bt_result_pool_release(r->block);
    else
        mem_free(MEM_RESULTS, r);
}

bool bt_result_is_of_plan(const struct bt_plan *plan, const struct bt_result *r)
{
    return strcmp(r->content, plan->content) == 0;
}

struct bt_trades *bt_result_need_trades(const struct bt_plan *plan, struct bt_result *r)
{
    if (!r->trades) {
        r->trades =
            mem_alloc_zero(MEM_RESULTS, (size_t)(plan->symbol_count + 1) * sizeof *r->trades);
        r->trades[plan->symbol_count].n = -1;
    }
    return r->trades;
}

void bt_result_put_trades(const struct bt_plan *plan, struct bt_result *r, int symbol,
                          const struct bt_trade *trades, long n)
{
    struct bt_trades *t = &bt_result_need_trades(plan, r)[symbol];
    *t = (struct bt_trades){mem_alloc(MEM_RESULTS, (size_t)n * sizeof *t->v), n};
    for (long i = 0; i < n; i++)
        t->v[i] = (struct bt_span){trades[i].entry_bar, trades[i].exit_bar};
}

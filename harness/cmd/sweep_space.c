#include "harness/cmd/sweep_space.h"

#include "harness/base/log.h"
#include "harness/storage/space.h"
#include "kernels/backtest/layers.h"

#include <math.h>

enum { LARGE = 1000 }; /* backtests */

/* Bytes, measured over 50 results of one and of eight symbols: of a result, of each of its symbols without and
 * with all metrics, of a symbol's trades (which are as many as they are), of a day of equity. */
struct sizes {
    double result, symbol, symbol_all, trades, day;
};

static const struct sizes packed = {230, 200, 200, 650, 8}, single = {490, 245, 675, 2400, 18.5};

static double days_of(const struct bt_plan *p)
{
    double seconds = 0;
    for (int r = 0; r < p->range_count; r++)
        seconds += (double)(p->ranges[r].to - p->ranges[r].from);
    return seconds / p->range_count / 86400 * 5 / 7;
}

double sweep_space_bytes(const struct bt_run *run, uint64_t block)
{
    const struct bt_plan *p = &run->plan;
    bool in_segments = run->layers & (uint64_t)1 << BT_LAYER_batch_write;
    const struct sizes *size = in_segments ? &packed : &single;
    double symbols = p->symbol_count, every = p->snapshots == BT_WEEKLY ? 5 : 1;
    double bytes = size->result + symbols * (p->metrics_all ? size->symbol_all : size->symbol);
    if (p->trades)
        bytes += symbols * size->trades;
    if (p->snapshots != BT_NO_SNAPSHOTS)
        bytes += days_of(p) / every * size->day;
    if (!in_segments)
        bytes = ceil(bytes / (double)block) * (double)block;
    return (bytes + 45 /* in the checkpoint */) * (double)bt_plan_backtests(p);
}

void sweep_space_warn(const struct bt_run *run, const char *store)
{
    struct space space;
    struct err ignored;
    struct text warning = {0};
    if (bt_plan_backtests(&run->plan) < LARGE || !space_read(store, &space, &ignored))
        return;
    double bytes = sweep_space_bytes(run, space.block);
    space_warn(&space, store, bytes < 1e18 ? (uint64_t)bytes : (uint64_t)1e18, &warning);
    if (warning.n)
        log_warn("%s", warning.p);
    text_done(&warning);
}

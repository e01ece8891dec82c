#include "kernels/backtest/grid.h"

#include "kernels/backtest/combinations.h"

bool bt_grid_make(const struct bt_strategy *strategy, struct opt_texts texts, struct arena *a,
                  struct bt_grid *out, struct err *e)
{
    struct bt_space space;
    struct bt_combinations all;
    if (!bt_space_parse(strategy, texts, a, &space, e) || !bt_combinations_grid(&space, a, &all, e))
        return false;
    int n = strategy->param_count;
    double *values = ARENA_NEW_RAW(a, double, all.count *n + 1);
    struct bt_walk w = bt_walk_from(&all, 0);
    for (long i = 0; bt_walk_next(&w, values + i * n); i++)
        ;
    *out = (struct bt_grid){values, all.count, n};
    return true;
}

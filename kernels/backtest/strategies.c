#include "kernels/backtest/strategies.h"

#include "harness/base/str.h"

#include <string.h>

const struct bt_strategy *const bt_strategies[] = {
    &bt_strategy_sma_cross, &bt_strategy_ema_cross, &bt_strategy_rsi_bollinger,
    &bt_strategy_momentum,  &bt_strategy_buy_hold,  NULL,
};

const struct bt_strategy *bt_strategy_named(const char *name)
{
    for (const struct bt_strategy *const *s = bt_strategies; *s; s++)
        if (strcmp((*s)->name, name) == 0)
            return *s;
    return NULL;
}

const struct bt_strategy *bt_strategy_find(const char *name, struct err *e)
{
    const struct bt_strategy *found = bt_strategy_named(name);
    struct text list = {0};
    for (const struct bt_strategy *const *s = bt_strategies; *s; s++)
        text_printf(&list, "%s%s", s == bt_strategies ? "" : ", ", (*s)->name);
    if (!found)
        err_input(e, "strategy: expected one of %s or the path of a .so, found \"%.60s\"", list.p,
                  name);
    text_done(&list);
    return found;
}

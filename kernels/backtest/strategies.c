#include "kernels/backtest/strategy.h"

#include "harness/base/str.h"

#include <string.h>

const struct bt_strategy *const bt_strategies[] = {
    &bt_strategy_sma_cross, &bt_strategy_ema_cross, &bt_strategy_rsi_bollinger,
    &bt_strategy_momentum,  &bt_strategy_buy_hold,  NULL,
};

const struct bt_strategy *bt_strategy_find(const char *name, struct err *e)
{
    struct text list = {0};
    const struct bt_strategy *found = NULL;
    for (const struct bt_strategy *const *s = bt_strategies; *s; s++) {
        if (strcmp((*s)->name, name) == 0)
            found = *s;
        text_printf(&list, "%s%s", s == bt_strategies ? "" : ", ", (*s)->name);
    }
    if (!found)
        err_input(e, "strategy: expected one of %s, found \"%.60s\"", list.p, name);
    text_done(&list);
    return found;
}

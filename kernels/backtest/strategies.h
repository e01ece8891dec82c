/* The built-in strategies: one row = one file strategy_NAME.c, which ends in a const record. */
#ifndef CUPEL_BACKTEST_STRATEGIES_H
#define CUPEL_BACKTEST_STRATEGIES_H

#include "harness/base/err.h"
#include "kernels/backtest/strategy.h"

extern const struct bt_strategy *const bt_strategies[]; /* NULL-terminated */

/* NULL: no such name. */
const struct bt_strategy *bt_strategy_named(const char *name);

/* Error names the strategies there are. */
const struct bt_strategy *bt_strategy_find(const char *name, struct err *e) MUST_CHECK;

/* The first 16 digits of the SHA-256 over strategy_*.c, numerics/ and base_numbers.c: when it differs,
 * the numbers of a stored result may. */
const char *bt_code_hash(void);

extern const struct bt_strategy bt_strategy_sma_cross, bt_strategy_ema_cross,
    bt_strategy_rsi_bollinger, bt_strategy_momentum, bt_strategy_buy_hold;

#endif

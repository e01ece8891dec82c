/* The slots of bt_base that compute (base_numbers.c); what each does: slots.h. */
#ifndef CUPEL_BACKTEST_BASE_H
#define CUPEL_BACKTEST_BASE_H

#include "kernels/backtest/slots.h"

extern const double bt_initial_cash;

/* What every way of accounting ends in. Not finite: undefined. */
struct bt_core {
    long bars;
    int64_t orders, trades, bars_long, span_s; /* from the first bar to the last, seconds */
    double growth;                             /* equity at the end / cash to begin with */
    double sharpe, max_drawdown;
    uint64_t trade_hash;
};
void bt_row_of_core(const struct bt_core *core, struct bt_row *row);

/* 0 where there are no bars. */
int64_t bt_span_s(const struct bt_bars *bars);

/* window, first and n of what an ask gives; no columns yet. Error: sums could pass 2^63. */
bool bt_indicator_frame(const struct bt_ask *ask, const struct bt_series *s,
                        struct bt_indicator *out, struct err *e) MUST_CHECK;

bt_evaluate_fn bt_evaluate_base;
bt_indicator_fn bt_indicator_base;
bt_account_fn bt_account_base;

#endif

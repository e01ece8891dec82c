/* From parameter values to signals, for whoever accounts: what the strategy asks for, by the slot, and
 * what it makes of it. */
#ifndef CUPEL_BACKTEST_SIGNALS_H
#define CUPEL_BACKTEST_SIGNALS_H

#include "kernels/backtest/run.h"

/* Shape: *signal[close->n], in run->scratch, as are the indicators. Error: an indicator, or a strategy
 * of a user that wrote no signal for a bar, or something that is none. */
bool bt_signals(struct bt_run *run, const double *values, const struct bt_series *close,
                const int8_t **signal, struct err *e) MUST_CHECK;

#endif

/* The slots of bt_base that compute (base_numbers.c); what each does: slots.h. */
#ifndef CUPEL_BACKTEST_BASE_H
#define CUPEL_BACKTEST_BASE_H

#include "kernels/backtest/slots.h"

bt_evaluate_fn bt_evaluate_base;
bt_indicator_fn bt_indicator_base;
bt_account_fn bt_account_base;

#endif

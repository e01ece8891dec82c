/* All results that a store holds, for the slot `load` of the base: listed first, then read one by one. */
#ifndef CUPEL_BACKTEST_BASE_LOAD_H
#define CUPEL_BACKTEST_BASE_LOAD_H

#include "kernels/backtest/run.h"

/* Each of the plan's to the sink, which is also told why the first unreadable one could not be read. */
bool bt_base_load(struct bt_run *run, struct bt_sink *sink, struct err *e) MUST_CHECK;

#endif

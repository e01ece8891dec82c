/* events.h for sets of instructions: events.c chooses among them. */
#ifndef CUPEL_NUMERICS_EVENTS_CPU_H
#define CUPEL_NUMERICS_EVENTS_CPU_H

#include "kernels/backtest/numerics/events.h"

events_account_fn events_account_avx2;

#endif

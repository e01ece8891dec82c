/* The backtest kernel: parameter sweeps of trading strategies over market data (README.md). */
#ifndef CUPEL_BACKTEST_BACKTEST_H
#define CUPEL_BACKTEST_BACKTEST_H

#include "kernels/kernel.h"

extern const struct kernel kernel_backtest;

#endif

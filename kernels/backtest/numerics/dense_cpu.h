/* dense.h for sets of instructions: dense.c chooses among them. */
#ifndef CUPEL_NUMERICS_DENSE_CPU_H
#define CUPEL_NUMERICS_DENSE_CPU_H

#include "kernels/backtest/numerics/dense.h"

dense_account_fn dense_account_avx2;

#endif

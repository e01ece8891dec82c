/* The recurrences of columns_avx2.c, in a file of their own. */
#ifndef CUPEL_NUMERICS_COLUMNS_AVX2_H
#define CUPEL_NUMERICS_COLUMNS_AVX2_H

#include "kernels/backtest/numerics/columns_cpu.h"
#include "kernels/backtest/numerics/cpu.h"

void columns_ema_avx2(const struct columns *c, const struct column_ask *asks, int count);
void columns_wilder_avx2(const struct columns *c, const struct column_ask *asks, int count);

#endif

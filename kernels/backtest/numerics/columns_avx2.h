/* The recurrences of columns_avx2.c, in files of their own: columns_smooth_avx2.c, columns_parts_avx2.c. */
#ifndef CUPEL_NUMERICS_COLUMNS_AVX2_H
#define CUPEL_NUMERICS_COLUMNS_AVX2_H

#include "kernels/backtest/numerics/columns_cpu.h"
#include "kernels/numerics/cpu.h"

#include <stdbool.h>

void columns_ema_avx2(const struct columns *c, const struct column_ask *asks, int count);
void columns_wilder_avx2(const struct columns *c, const struct column_ask *asks, int count);

/* One window by parts of the series. False, and nothing done: the series is too short for that to pay. */
bool columns_ema_parts_avx2(const struct columns *c, const struct column_ask *ask);
bool columns_wilder_parts_avx2(const struct columns *c, const struct column_ask *ask);

#endif

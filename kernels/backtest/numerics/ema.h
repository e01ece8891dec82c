/* Exponential moving averages of closes, in ticks.
 *
 * Convention: alpha = 2 / (window + 1), seeded with the first value, no correction of the early
 * weights (pandas ewm(span=window, adjust=False); TA-Lib seeds with a simple average instead).
 * Doubles must do here: an exact value needs ever more digits. The order is therefore part of the
 * definition:
 *     alpha = 2 / (window + 1)
 *     e[0]  = x[0]
 *     e[i]  = e[i-1] + alpha * (x[i] - e[i-1])
 * In this form a constant series gives exactly itself, so that two averages of it are a tie.
 */
#ifndef CUPEL_NUMERICS_EMA_H
#define CUPEL_NUMERICS_EMA_H

#include <stdint.h>

/* Shape: x[n], e[n]; all of e is written, by convention it counts from bar window - 1 on. Duty of
 * the caller: window >= 1. */
void ema_averages(const int64_t *x, long n, long window, double *e);

#endif

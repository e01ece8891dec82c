/* The parts of a backtest run, by the names of the functions that do them: what a profile adds up, and
 * how much of it is overhead rather than computation.
 */
#ifndef CUPEL_BACKTEST_PARTS_H
#define CUPEL_BACKTEST_PARTS_H

#include "kernels/kernel.h"

enum { BT_PARTS = 13 };
extern const struct kernel_part bt_parts[BT_PARTS];

#endif

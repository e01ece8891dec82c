/* Does the disk have room for what a large sweep will store? Said before it begins. */
#ifndef CUPEL_CMD_SWEEP_SPACE_H
#define CUPEL_CMD_SWEEP_SPACE_H

#include "kernels/backtest/run.h"

/* About how many bytes the results will take, from how large results are (sweep_space.c): within a factor of
 * two or so; block: what a file's bytes are rounded up to. */
double sweep_space_bytes(const struct bt_run *run, uint64_t block);

/* One warning on standard error, when 80 % of the disk or more will be used. Small sweeps: nothing is
 * looked at. */
void sweep_space_warn(const struct bt_run *run, const char *store);

#endif

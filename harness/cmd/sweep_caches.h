/* What a sweep tells of its caches, and what signals ask of them.
 *
 *     --cache-stats         at the end: a table, and what it means
 *     --cache-log-every N   a line for each cache after every N backtests; at the end the table
 *     SIGUSR1               the same lines, at the next slice
 *     SIGUSR2               all caches are emptied, at the next slice
 *
 * With workers the requests are those of all processes; entries and bytes, which the workers hold, are
 * not known here.
 */
#ifndef CUPEL_CMD_SWEEP_CACHES_H
#define CUPEL_CMD_SWEEP_CACHES_H

#include "kernels/backtest/run.h"

void sweep_caches_watch(void); /* SIGUSR1 and SIGUSR2 from now on */

/* Between slices: is there something to say? `every`: 0 never; *logged: backtests at the last line. */
bool sweep_caches_due(const struct bt_run *run, long every, uint64_t *logged);

/* Says or does what was asked for. */
void sweep_caches_tend(struct bt_run *run);

void sweep_caches_say_lines(const struct bt_run *run);
void sweep_caches_say_table(const struct bt_run *run);

#endif

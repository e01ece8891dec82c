/* The caches of a run: what they tell, and clearing them by hand. */
#ifndef CUPEL_BACKTEST_CACHES_H
#define CUPEL_BACKTEST_CACHES_H

#include "kernels/backtest/run.h"

enum { BT_CACHES_MAX = 16 };

/* Every cache that is on; returns how many. Requests are those of this process and its workers,
 * entries and bytes those of this process. */
int bt_run_caches(const struct bt_run *run, struct cache_stats *out, int max);

/* Empties the cache of that name, NULL: all; those of this process (workers end with their step).
 * Error: names those there are. */
bool bt_run_clear_caches(struct bt_run *run, const char *name, struct err *e) MUST_CHECK;

/* A line for each cache; with advice, what it means, too. "no caches are on\n" if there is none. */
void bt_run_print_caches(const struct bt_run *run, bool advice, struct text *out);

#endif
